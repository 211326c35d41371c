"""Proxies and certificates."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from certificates import SelfSigned
from servers import DONE, Proxy, Server

import feishu_corehr as feishu
from feishu_corehr import Effect, System


def secure(sandbox: Any, **more: Any) -> dict[str, Any]:
    return sandbox.options(base_url=sandbox.https, root_certificates=sandbox.info["certificate"], **more)  # type: ignore[no-any-return]


def test_https_with_an_extra_root_by_path_or_by_bytes(make: Any, sandbox: Any) -> None:
    pem = Path(sandbox.info["certificate"])
    for roots in (str(pem), pem, pem.read_bytes()):
        client = make(**sandbox.options(base_url=sandbox.https, root_certificates=roots))
        assert client.withdraw_process(sandbox.running(), actor=System()).log_id
    assert all(entry["tls"] for entry in sandbox.log("withdraw_process"))


def test_an_unknown_certificate_is_never_trusted_and_never_retried(make: Any, sandbox: Any) -> None:
    client = make(**sandbox.options(base_url=sandbox.https))
    with pytest.raises(feishu.TlsUntrustedError) as raised:
        client.withdraw_process(sandbox.running(), actor=System())
    assert (raised.value.effect, raised.value.retryable) == (Effect.NONE, False)
    assert not sandbox.log()


def test_a_certificate_for_another_name_is_not_trusted(make: Any, sandbox: Any) -> None:
    port = sandbox.https.rsplit(":", 1)[1]
    client = make(**{**secure(sandbox), "base_url": f"https://127.0.0.2:{port}"})
    with pytest.raises(feishu.Error) as raised:
        client.withdraw_process("7", actor=System(), deadline=2)
    assert raised.value.effect == Effect.NONE
    assert type(raised.value) in (feishu.TlsUntrustedError, feishu.ConnectError)


def test_an_old_tls_version_is_not_spoken(make: Any, sandbox: Any) -> None:
    """A server that knows nothing newer than TLS 1.1 answers every hello with the alert `protocol_version`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.recv(4096)
            connection.sendall(bytes([21, 3, 1, 0, 2, 2, 70]))
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(feishu.TlsUntrustedError) as raised:
        make(token=lambda: "t", base_url=url, allow_insecure_loopback=True).get_process("7")
    assert raised.value.effect == Effect.NONE
    listener.close()


def test_a_handshake_that_is_cut_off_had_no_effect(make: Any) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.recv(4096)
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(feishu.ConnectError) as raised:
        make(token=lambda: "t", base_url=url, allow_insecure_loopback=True).withdraw_process(
            "7", actor=System(), deadline=2
        )
    assert raised.value.effect == Effect.NONE
    listener.close()


def test_a_proxy_is_used_when_it_is_named(make: Any, sandbox: Any) -> None:
    with Proxy() as proxy:
        client = make(**secure(sandbox, proxy=proxy.url.replace("http://", "http://user:canary@")))
        assert client.get_process(sandbox.running()).log_id
    assert proxy.heads[0].startswith(f"CONNECT {sandbox.https.removeprefix('https://')} ")
    assert "proxy-authorization: basic" in proxy.heads[0].lower()
    assert "bearer" not in proxy.heads[0].lower()


def test_the_environments_proxy_is_ignored_unless_asked_for(
    make: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert make(**secure(sandbox)).get_process(sandbox.running()).log_id
        assert not proxy.heads
        assert make(**secure(sandbox, trust_env=True)).get_process(sandbox.running()).log_id
        assert len(proxy.heads) == 2, "the token's connection, and the read's"
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert make(**secure(sandbox, trust_env=True)).get_process(sandbox.running()).log_id
        assert len(proxy.heads) == 2


@pytest.mark.parametrize(
    ("refusal", "cls"),
    [("407 Proxy Authentication Required", feishu.ProxyAuthError), ("502 Bad Gateway", feishu.ProxyError)],
)
def test_a_proxy_that_refuses_is_an_error_without_effect_and_without_its_password(
    make: Any, sandbox: Any, refusal: str, cls: "type[feishu.Error]"
) -> None:
    with Proxy(refusal) as proxy:
        client = make(**secure(sandbox, proxy=proxy.url.replace("http://", "http://user:canary@")))
        with pytest.raises(cls) as raised:
            client.withdraw_process(sandbox.running(), actor=System(), token="t-1", deadline=3)
    assert raised.value.effect == Effect.NONE
    assert "canary" not in str(raised.value)
    assert not sandbox.log("withdraw_process")


def test_a_server_that_accepts_and_says_nothing_is_abandoned_while_connecting(make: Any) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    client = make(
        token=lambda: "t", base_url=f"https://127.0.0.1:{listener.getsockname()[1]}", allow_insecure_loopback=True
    )
    with pytest.raises(feishu.Error) as raised:
        client.withdraw_process("7", actor=System(), deadline=2)
    assert raised.value.attempts == 1, "beyond the deadline there would have been more"
    listener.close()


def test_a_server_that_does_not_speak_tls_is_not_trusted(make: Any) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    client = make(token=lambda: "t", base_url=url, allow_insecure_loopback=True)
    with pytest.raises(feishu.TlsUntrustedError) as raised:
        client.withdraw_process("7", actor=System(), deadline=2)
    assert raised.value.effect == Effect.NONE
    listener.close()


@pytest.mark.parametrize("is_authority", [True, False])
def test_a_self_signed_certificate_that_is_named_is_trusted(make: Any, tmp_path: Path, is_authority: bool) -> None:
    own = SelfSigned(tmp_path / "own", is_authority=is_authority)
    with Server(DONE, own.context()) as server:
        options = {"token": lambda: "t", "allow_insecure_loopback": True, "root_certificates": own.path}
        url = f"https://localhost:{server.port}"
        for roots in (own.path, own.path.read_bytes() * 2):
            client = make(**{**options, "base_url": url, "root_certificates": roots})
            assert client.withdraw_process("7", actor=System()).log_id == "LOG"
        with pytest.raises(feishu.TlsUntrustedError):
            # The same certificate does not speak for another name.
            make(**{**options, "base_url": server.url}).get_process("7")


@pytest.mark.parametrize("kind", ["expired", "not yet", "another", "none"])
def test_a_self_signed_certificate_is_checked_all_the_same(make: Any, tmp_path: Path, kind: str) -> None:
    days = {"expired": (-30, -1), "not yet": (1, 30)}.get(kind, (-1, 30))
    own = SelfSigned(tmp_path / "own", days=days)
    named = {"another": SelfSigned(tmp_path / "another").path, "none": None}.get(kind, own.path)
    with Server(DONE, own.context()) as server:
        client = make(
            token=lambda: "t",
            base_url=f"https://localhost:{server.port}",
            allow_insecure_loopback=True,
            root_certificates=named,
        )
        with pytest.raises(feishu.TlsUntrustedError) as raised:
            client.withdraw_process("7", actor=System())
        assert (raised.value.effect, server.requests) == (Effect.NONE, [])


def test_extra_roots_stand_beside_the_systems(sandbox: Any, tmp_path: Path) -> None:
    """What the system trusts (here by a variable that the system's own tools read) stays trusted."""
    script = """
import sys, feishu_corehr as f
url, roots, app_id, app_secret, process_id = sys.argv[1:]
for extra in (None, roots):
    with f.Client(app_id=app_id, app_secret=app_secret, base_url=url, allow_insecure_loopback=True,
                  root_certificates=extra) as client:
        print(client.get_process(process_id).status)
"""
    other = SelfSigned(tmp_path / "other")
    info = sandbox.info
    arguments = [sandbox.https, str(other.path), info["app_id"], info["app_secret"], sandbox.running()]
    environment = {**os.environ, "SSL_CERT_FILE": info["certificate"]}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "in_progress\n" * 2


@pytest.mark.parametrize(
    "value", ["not a url", "ftp://p.example", "socks5://p.example:1080", "http://", "http://p.example:99999"]
)
def test_an_environments_proxy_that_cannot_be_used_is_not_passed_by(
    make: Any, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    make(token=lambda: "t")
    with pytest.raises(feishu.InvalidArgumentError, match="HTTPS_PROXY") as raised:
        make(token=lambda: "t", trust_env=True)
    assert value not in str(raised.value)
    monkeypatch.setenv("HTTPS_PROXY", "p.example:8080")
    make(token=lambda: "t", trust_env=True)
    monkeypatch.setenv("HTTPS_PROXY", "")
    make(token=lambda: "t", trust_env=True)
