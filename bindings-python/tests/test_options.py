"""Every option: each test fails when its option is ignored."""

import asyncio
import functools
import logging
import sys
import time
from typing import Any

import pytest
from servers import DONE, Server

import feishu_corehr as feishu
from feishu_corehr import Effect, ErrorKind, System


def test_credentials_and_base_url_come_from_the_environment(
    make: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEISHU_APP_ID", sandbox.info["app_id"])
    monkeypatch.setenv("FEISHU_APP_SECRET", sandbox.info["app_secret"])
    monkeypatch.setenv("FEISHU_BASE_URL", sandbox.http)
    client = make(allow_insecure_loopback=True)
    assert client.get_process(sandbox.running()).log_id


def test_options_win_over_the_environment(make: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FEISHU_APP_ID", "FEISHU_APP_SECRET", "FEISHU_BASE_URL"):
        monkeypatch.setenv(name, "https://nowhere.invalid")
    assert make(**sandbox.options()).get_process(sandbox.running()).log_id


def test_an_empty_variable_is_one_that_is_not_set(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEISHU_APP_ID", "cli_a")
    monkeypatch.setenv("FEISHU_APP_SECRET", "b")
    monkeypatch.setenv("FEISHU_BASE_URL", "")
    assert "open.feishu.cn" in repr(make().client)
    monkeypatch.setenv("FEISHU_APP_SECRET", "")
    with pytest.raises(feishu.InvalidArgumentError) as raised:
        make()
    assert [(problem.field, problem.rule.split(":")[0]) for problem in raised.value.problems] == [
        ("app_secret", "is missing")
    ]
    with pytest.raises(feishu.InvalidArgumentError):
        make(base_url="")


def test_missing_credentials_are_named(make: Any) -> None:
    with pytest.raises(feishu.InvalidArgumentError) as raised:
        make()
    assert [problem.field for problem in raised.value.problems] == ["app_id", "app_secret"]
    assert "FEISHU_APP_SECRET" in str(raised.value)


def test_wrong_credentials_are_their_own_error(make: Any, sandbox: Any) -> None:
    client = make(**sandbox.options(app_secret="wrong"))
    for _ in range(2):
        with pytest.raises(feishu.BadCredentialsError) as raised:
            client.withdraw_process(sandbox.running(), actor=System())
        assert raised.value.effect == Effect.NONE
    assert len(sandbox.log("token")) == 1, "they are not tried again at once"


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "http://127.0.0.1:1"},
        {"base_url": "https://elsewhere.example"},
        {"base_url": "http://elsewhere.example", "allow_other_hosts": True},
        {"base_url": "https://user@open.feishu.cn", "allow_other_hosts": True},
        {"rate_share": 0.0},
        {"rate_share": 1.5},
        {"deadline": 0},
        {"deadline": float("nan")},
        {"quotas": {"no_such_operation": (1, 1.0)}},
        {"quotas": {"get_process": (0, 1.0)}},
        {"proxy": "not a url"},
        {"proxy": "ftp://proxy.example"},
        {"proxy": "socks5://proxy.example"},
        {"proxy": ""},
        {"proxy": "http://"},
        {"proxy": " http://proxy.example"},
        {"proxy": "http://proxy.example\n"},
        {"proxy": "http://proxy.example:99999"},
        {"proxy": "http://proxy.example/path"},
        {"app_id": ""},
        {"app_secret": ""},
        {"app_id": "cli a"},
        {"base_url": ""},
        {"rate_share": float("nan")},
        {"rate_share": float("inf")},
        {"rate_share": -1},
        {"deadline": -1},
        {"deadline": float("-inf")},
        {"quotas": {"get_process": (1, float("nan"))}},
        {"quotas": {"get_process": (1, 0)}},
        {"quotas": {"get_process": (1, -1.0)}},
        {"quotas": {"get_process": (-1, 1.0)}},
        {"quotas": {"get_process": (2**32, 1.0)}},
        {"root_certificates": b""},
        {"root_certificates": b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"},
        {"root_certificates": b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"},
        {"root_certificates": "/"},
        {"root_certificates": "a\0b"},
        {"root_certificates": b"no pem"},
        {"root_certificates": "/no/such/file.pem"},
        {"token": lambda: "t"},
    ],
)
def test_an_option_that_breaks_a_rule_is_an_error_of_its_own(make: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(feishu.InvalidArgumentError) as raised:
        make(**{"app_id": "a", "app_secret": "b", **wrong})
    assert raised.value.problems[0].field in wrong
    assert raised.value.effect == Effect.NONE


@pytest.mark.parametrize(
    "wrong",
    [
        {"app_id": 1},
        {"base_url": 1},
        {"deadline": "1"},
        {"rate_share": "1"},
        {"rate_share": True},
        {"deadline": True},
        {"trust_env": 1},
        {"allow_other_hosts": "yes"},
        {"quotas": {"get_process": 5}},
        {"quotas": {"get_process": "12"}},
        {"quotas": {"get_process": (True, 1)}},
        {"quotas": {"get_process": (1.5, 1)}},
        {"quotas": [("get_process", (1, 1))]},
        {"token_cache": object()},
        {"token_cache": type("Cache", (), {"load": 1, "save": 2})()},
        {"token_cache": type("Cache", (), {"load": staticmethod(lambda: None), "save": staticmethod(lambda: None)})()},
        {"transport": lambda: None},
        {"transport": lambda a, b: None},
        {"on_attempt": lambda: None},
        {"on_attempt": "print"},
        {"transport": 1},
        {"timeout": 5},
        {"root_certificates": 1},
    ],
)
def test_an_option_of_a_wrong_type_is_a_type_error(make: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        make(**{"app_id": "a", "app_secret": "b", **wrong})
    with pytest.raises(TypeError):
        make(token="t-1")


async def coroutine(*_: Any) -> str:
    return "t"


def generator(*_: Any) -> Any:
    yield "t"


class Callable:
    async def __call__(self, *_: Any) -> str:
        return "t"


@pytest.mark.parametrize("name", ["token", "transport", "on_attempt"])
def test_a_function_of_the_wrong_kind_is_refused_when_the_client_is_made(name: str) -> None:
    base = {} if name == "token" else {"token": lambda: "t"}
    for cls in (feishu.Client, feishu.AsyncClient):
        with pytest.raises(TypeError, match=name):
            cls(**{**base, name: generator})  # type: ignore[arg-type]
        for function in (coroutine, functools.partial(coroutine), Callable()):
            if cls is feishu.AsyncClient and name != "on_attempt":
                cls(**{**base, name: function})  # type: ignore[arg-type]
                continue
            with pytest.raises(TypeError, match=name):
                cls(**{**base, name: function})  # type: ignore[arg-type]


@pytest.mark.parametrize("token", [lambda a: "t", lambda a, refused: "t", lambda refused, /: "t", lambda *, a: "t"])
def test_a_token_function_that_wants_more_is_refused_when_the_client_is_made(make: Any, token: Any) -> None:
    with pytest.raises(TypeError, match="token must take"):
        make(token=token)


def test_functions_of_every_kind_are_taken(make: Any) -> None:
    class Box:
        def token(self, refused: bool = False) -> str:
            return "t"

        def __call__(self, *given: Any, **more: Any) -> Any:
            return feishu.HttpResponse(200, {}, '{"code":0}')

    box = Box()
    for token in (box.token, lambda: "t", lambda **_: "t", lambda *_: "t", functools.partial(box.token), "t".lower):
        client = make(token=token, transport=box, on_attempt=box)
        assert client.withdraw_process("7", actor=System()).attempts == 1


def test_another_host_must_be_allowed(make: Any) -> None:
    assert "elsewhere.example" in repr(
        make(app_id="a", app_secret="b", base_url="https://elsewhere.example", allow_other_hosts=True).client
    )
    assert "larksuite" in repr(make(app_id="a", app_secret="b", base_url=feishu.LARK).client)
    assert "open.feishu.cn" in repr(make(app_id="a", app_secret="b").client)


def test_the_client_has_a_deadline_and_a_call_its_own(make: Any) -> None:
    with Server(lambda _: None) as server:
        for of_client, of_call in ((5, None), (900, 5)):
            client = make(token=lambda: "t", base_url=server.url, allow_insecure_loopback=True, deadline=of_client)
            with pytest.raises(feishu.Error) as raised:
                client.get_process("7", deadline=of_call)
            assert raised.value.attempts == 1, "an attempt may take 10 s, and would have been followed by another"


def test_a_token_function_is_asked_and_told_of_a_refusal(make: Any, sandbox: Any) -> None:
    asked: list[bool] = []
    with feishu.Client(**sandbox.options()) as other:
        other.get_process(sandbox.running())
    good = dict(sandbox.log("get_process")[0]["headers"])["authorization"].removeprefix("Bearer ")

    def token(refused: bool) -> str:
        asked.append(refused)
        return good if refused else "t-stale"

    options = sandbox.options(token=token, app_id=None, app_secret=None)
    assert make(**options).get_process(sandbox.running()).log_id
    assert asked == [False, True]


def test_a_token_function_may_be_async(sandbox: Any) -> None:
    async def token() -> str:
        await asyncio.sleep(0.01)
        return "t-async"

    async def main() -> None:
        with Server(DONE) as server:
            options = {"base_url": server.url, "allow_insecure_loopback": True}
            async with feishu.AsyncClient(token=token, **options) as client:
                await client.withdraw_process("7", actor=System())
        assert b"Bearer t-async" in server.requests[0]

    asyncio.run(main())


@pytest.mark.parametrize("value", [None, 7, "", "with space", "with\r\nnewline", "x" * 9000])
def test_a_token_function_that_returns_no_token_is_an_error(make: Any, value: Any) -> None:
    with Server(DONE) as server:
        client = make(token=lambda: value, base_url=server.url, allow_insecure_loopback=True)
        with pytest.raises(feishu.TokenSourceError):
            client.get_process("7")
        assert not server.requests


def test_a_token_function_that_raises_is_the_cause(make: Any) -> None:
    def token() -> str:
        raise LookupError("the vault is shut: secret-canary")

    client = make(token=token, base_url="http://127.0.0.1:1", allow_insecure_loopback=True)
    with pytest.raises(feishu.TokenSourceError) as raised:
        client.get_process("7")
    assert isinstance(raised.value.__cause__, LookupError)
    assert "canary" not in str(raised.value)


class Cache(dict[str, bytes]):
    def load(self, key: str) -> "bytes | None":
        return self.get(key)

    def save(self, key: str, value: bytes) -> None:
        self[key] = value


class BrokenCache:
    def load(self, key: str) -> bytes:
        raise OSError("cache is down")

    def save(self, key: str, value: bytes) -> None:
        raise OSError("cache is down")


class AsyncCache(Cache):
    async def load(self, key: str) -> "bytes | None":  # type: ignore[override]
        return self.get(key)

    async def save(self, key: str, value: bytes) -> None:  # type: ignore[override]
        self[key] = value


def test_a_token_cache_is_shared_between_clients(make: Any, sandbox: Any) -> None:
    cache = Cache()
    for _ in range(3):
        make(**sandbox.options(token_cache=cache)).get_process(sandbox.running())
    assert len(sandbox.log("token")) == 1
    assert len(cache) == 1


def test_a_token_cache_may_be_async(sandbox: Any) -> None:
    cache = AsyncCache()

    async def main() -> None:
        for _ in range(2):
            async with feishu.AsyncClient(**sandbox.options(token_cache=cache)) as client:
                await client.get_process(sandbox.running())

    asyncio.run(main())
    assert len(sandbox.log("token")) == 1


def test_a_broken_token_cache_is_a_miss(make: Any, sandbox: Any) -> None:
    assert make(**sandbox.options(token_cache=BrokenCache())).get_process(sandbox.running()).log_id


def test_a_hook_is_told_of_every_request(make: Any, sandbox: Any) -> None:
    seen: list[feishu.Observation] = []
    client = make(**sandbox.options(on_attempt=seen.append))
    sandbox.fault("withdraw_process", "500-before")
    client.withdraw_process(sandbox.running(), actor=System())
    ended = seen[1::2]
    assert [(one.operation, one.http_status, one.kind) for one in ended] == [
        ("tenant_access_token", 200, None),
        ("withdraw_process", 500, ErrorKind.HTTP),
        ("get_process", 200, None),
        ("withdraw_process", 200, None),
    ]
    assert ended[1].pause_ms is not None


def test_a_hook_is_told_when_a_request_starts_and_how_long_it_took(make: Any, sandbox: Any) -> None:
    seen: list[feishu.Observation] = []
    client = make(**sandbox.options(on_attempt=seen.append))
    before = int(time.time() * 1000)
    sandbox.fault("withdraw_process", "500-before")
    client.withdraw_process(sandbox.running(), actor=System())
    client.get_process(sandbox.running())
    after = int(time.time() * 1000)
    started, ended = seen[::2], seen[1::2]
    assert {one.phase for one in started} == {feishu.RequestPhase.STARTED}
    assert {one.phase for one in ended} == {feishu.RequestPhase.ENDED}
    assert [one.call for one in ended] == [1, 1, 1, 1, 2], "a token belongs to the call that fetches it"
    for start, end in zip(started, ended):
        same = ("call", "operation", "method", "base_url", "path", "attempt", "started_ms")
        assert [getattr(start, name) for name in same] == [getattr(end, name) for name in same]
        assert (start.http_status, start.code, start.log_id, start.kind, start.duration_ms) == (None,) * 5
        assert (start.effect, start.summary, start.pause_ms) == (Effect.NONE, "", None)
        assert end.base_url == sandbox.http
        assert end.duration_ms is not None
        assert before <= end.started_ms <= end.started_ms + end.duration_ms <= after + 1


def test_a_hook_that_raises_does_not_fail_the_call(make: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", reported.append)
    client = make(**sandbox.options(on_attempt=lambda _: 1 // 0))
    assert client.get_process(sandbox.running()).log_id
    assert [type(one.exc_value) for one in reported] == [ZeroDivisionError] * 4


def test_requests_are_logged_when_logging_is_configured(
    make: Any, sandbox: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client = make(**sandbox.options())
    with caplog.at_level(logging.DEBUG, logger="feishu_corehr"):
        sandbox.fault("withdraw_process", "500-before")
        client.withdraw_process(sandbox.running(), actor=System())
    records = [record for record in caplog.records if record.name == "feishu_corehr"]
    assert [record.levelno for record in records] == [logging.DEBUG, logging.WARNING, logging.DEBUG, logging.DEBUG]
    assert "/open-apis/corehr/v2/process_withdraw/{process_id}" in records[1].getMessage()


def test_a_quota_is_kept_before_the_server_has_to(make: Any) -> None:
    with Server(DONE) as server:
        options = {"token": lambda: "t", "base_url": server.url, "allow_insecure_loopback": True}
        client = make(**options, quotas={"withdraw_process": (2, 60.0)})
        for _ in range(2):
            client.withdraw_process("7", actor=System())
        with pytest.raises(feishu.RateLimitedError) as raised:
            client.withdraw_process("7", actor=System(), deadline=10)
        assert raised.value.retry_after_ms
        assert raised.value.retry_after_ms > 30_000
        assert len(server.requests) == 2


def test_a_share_of_the_quota_is_a_smaller_quota(make: Any) -> None:
    with Server(DONE) as server:
        options = {"token": lambda: "t", "base_url": server.url, "allow_insecure_loopback": True}
        client = make(**options, quotas={"withdraw_process": (4, 60.0)}, rate_share=0.5)
        for _ in range(2):
            client.withdraw_process("7", actor=System())
        with pytest.raises(feishu.RateLimitedError):
            client.withdraw_process("7", actor=System(), deadline=10)
