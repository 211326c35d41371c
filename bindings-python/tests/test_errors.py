"""Errors: one root, one class per kind, every field, and what the codes mean."""

import json
import pickle
from typing import Any

import pytest
from servers import Server, answer

import feishu_corehr as feishu
from feishu_corehr import AsyncClient, Client, Effect, ErrorKind, errors

KINDS = [value for name, value in vars(ErrorKind).items() if name.isupper()]


def decoded(body: object, status: int = 200, operation: str = "withdraw_process", **headers: str) -> Any:
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return feishu.decode_reply(operation, status, headers or {"x-tt-logid": "LOG"}, text)


def test_every_kind_has_a_class_and_every_class_is_exported() -> None:
    assert {str(kind) for kind in KINDS} == set(errors.CLASSES)
    assert len(set(errors.CLASSES.values())) == len(KINDS)
    for cls in errors.CLASSES.values():
        assert issubclass(cls, feishu.Error)
        assert getattr(feishu, cls.__name__) is cls
        assert cls.__name__ in feishu.__all__


def test_no_class_shadows_a_builtin() -> None:
    import builtins

    assert not {cls.__name__ for cls in errors.CLASSES.values()} & set(dir(builtins))


def test_every_operation_is_a_method_of_both_clients() -> None:
    assert "withdraw_process" in feishu.OPERATIONS
    for client in (Client, AsyncClient):
        for name in feishu.OPERATIONS:
            assert callable(getattr(client, name))
    public = [{name for name in vars(client) if not name.startswith("_")} for client in (Client, AsyncClient)]
    assert public[0] == public[1]


def test_an_error_has_every_field_of_the_native_one() -> None:
    native = {name for name in dir(feishu._native.Error) if not name.startswith("_")}
    assert set(errors.FIELDS) == native
    with pytest.raises(feishu.Error) as raised:
        decoded({"code": 1161003, "msg": "no permission"}, 403)
    for name in errors.FIELDS:
        assert hasattr(raised.value, name)


def test_an_error_reads_as_a_sentence_and_crosses_between_processes() -> None:
    body = {
        "code": 99991672,
        "msg": "Access denied",
        "error": {
            "log_id": "BODY",
            "troubleshooter": "https://open.feishu.cn/search",
            "permission_violations": [{"type": "action_scope_required", "subject": "corehr:process:read"}],
            "field_violations": [{"field": "f", "value": "v", "description": "d"}],
            "helps": [{"url": "https://open.feishu.cn", "description": "help"}],
        },
    }
    with pytest.raises(feishu.ForbiddenError) as raised:
        decoded(body, 400)
    error = raised.value
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is feishu.ForbiddenError
    for name in errors.FIELDS:
        assert getattr(copy, name) == getattr(error, name), name
    assert str(copy) == str(error)
    assert (error.scopes, error.log_id) == (["corehr:process:read"], "LOG")
    assert error.field_violations[0].field == "f"
    assert error.helps[0].url == "https://open.feishu.cn"
    assert error.troubleshooter == "https://open.feishu.cn/search"
    for part in ("withdraw_process", "HTTP 400", "99991672", "Access denied", "it had no effect", "LOG"):
        assert part in str(error)


@pytest.mark.parametrize(
    ("status", "body", "cls", "effect"),
    [
        (400, {"code": 1160101, "msg": "x"}, feishu.RejectedError, Effect.NONE),
        (400, {"code": 1161006, "msg": "x"}, feishu.NotWithdrawableError, Effect.UNKNOWN),
        (400, {"code": 1161005, "msg": "x"}, feishu.ConflictError, Effect.UNKNOWN),
        (429, {"code": 99991400, "msg": "x"}, feishu.RateLimitedError, Effect.NONE),
        (400, {"code": 99991663, "msg": "x"}, feishu.UnauthorizedError, Effect.NONE),
        (400, {"code": 99991401, "msg": "x"}, feishu.IpDeniedError, Effect.NONE),
        (404, "404 page not found", feishu.HttpError, Effect.NONE),
        (200, "<html>log in</html>", feishu.NotAnApiAnswerError, Effect.UNKNOWN),
        (200, "", feishu.NotAnApiAnswerError, Effect.UNKNOWN),
        (200, "{", feishu.BadEnvelopeError, Effect.UNKNOWN),
        (200, "{}", feishu.BadEnvelopeError, Effect.UNKNOWN),
        (200, "[]", feishu.BadEnvelopeError, Effect.UNKNOWN),
        (200, {"code": "0"}, feishu.BadEnvelopeError, Effect.UNKNOWN),
        (200, "[" * 100_000, feishu.BadEnvelopeError, Effect.UNKNOWN),
        (200, b'{"code":0,"msg":"\xff"}', feishu.BadEnvelopeError, Effect.UNKNOWN),
        (302, "", feishu.UnexpectedRedirectError, Effect.UNKNOWN),
        (500, "oops", feishu.HttpError, Effect.UNKNOWN),
    ],
)
def test_a_reply_that_another_stack_fetched_is_judged(status: int, body: Any, cls: Any, effect: Effect) -> None:
    with pytest.raises(feishu.Error) as raised:
        decoded(body, status)
    assert type(raised.value) is cls
    assert (raised.value.effect, raised.value.http_status) == (effect, status)


def test_a_good_reply_is_decoded_into_its_type() -> None:
    assert decoded({"code": 0}) == decoded({"code": 0, "data": {}})
    page = decoded({"code": 0, "data": {"process_ids": ["1"], "has_more": False}}, operation="list_processes")
    assert (page.process_ids, page.has_more, page.log_id) == (["1"], False, "LOG")
    process = decoded({"code": 0, "data": {"process_id": "1", "status": 99}}, operation="get_process")
    assert (process.status, process.status_number) == (feishu.Status.UNKNOWN, 99)
    pairs = feishu.decode_reply("get_process", 200, [("X-Tt-Logid", "P")], '{"code":0,"data":{"process_id":"1"}}')
    assert isinstance(pairs, feishu.Process)
    assert pairs.log_id == "P"


def test_a_decoder_refuses_what_it_cannot_read() -> None:
    with pytest.raises(ValueError, match="is not one of add_approvers"):
        feishu.decode_reply("no_such_operation", 200)
    for wrong in ({"status": "200"}, {"status": 200, "body": 5}, {"status": 200, "headers": 5}):
        with pytest.raises(TypeError):
            feishu.decode_reply("get_process", **wrong)  # type: ignore[arg-type]


def test_a_code_is_explained_by_its_operation_in_two_languages() -> None:
    found = feishu.explain("withdraw_process", 1161006)
    assert found
    assert found.advice
    assert (found.kind, found.effect) == (ErrorKind.NOT_WITHDRAWABLE, Effect.UNKNOWN)
    assert found.advice.en
    assert found.advice.zh
    assert feishu.explain("withdraw_process", 123) is None
    assert feishu.explain("nothing", 99991400) is None


@pytest.mark.parametrize(
    "reply",
    [
        answer("<html></html>", "200 OK", "content-type: text/html"),
        answer(""),
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{\xff\xfe}x",
        b"garbage\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        answer("[" * 50_000),
        answer({"code": 1.5}),
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200 + b"\r\n",
    ],
)
def test_nonsense_is_an_error_with_effect_unknown_never_a_success_and_never_a_hang(make: Any, reply: bytes) -> None:
    with Server(reply) as server:
        client = make(token=lambda: "t", base_url=server.url, allow_insecure_loopback=True, deadline=2)
        with pytest.raises(feishu.Error) as raised:
            client.withdraw_process("7", actor=feishu.System())
        assert raised.value.effect == Effect.UNKNOWN
        assert "internal error" not in str(raised.value)
