"""What both clients are set up with, checked and handed to the native half."""

from __future__ import annotations

import os

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def native(
    *,
    is_async: bool,
    app_id: str | None,
    app_secret: str | None,
    token: Callable[..., object] | None,
    base_url: str | None,
    allow_other_hosts: bool,
    allow_insecure_loopback: bool,
    deadline: float | None,
    rate_share: float,
    quotas: Mapping[str, tuple[int, float]] | None,
    proxy: str | None,
    trust_env: bool,
    root_certificates: str | bytes | os.PathLike[str] | None,
    on_attempt: Callable[..., object] | None,
    token_cache: object,
    transport: Callable[..., object] | None,
) -> _native.Client:
    """Make the native half of a client; nothing is connected yet."""
    for name, function in (("token", token), ("transport", transport), ("on_attempt", on_attempt)):
        if function is not None and not callable(function):
            raise TypeError(f"{name} must be a function")
    if token_cache is not None and not (hasattr(token_cache, "load") and hasattr(token_cache, "save")):
        raise TypeError("token_cache must have the methods load and save")
    problems: list[tuple[str, str]] = []
    if token is None:
        app_id = app_id if app_id is not None else os.environ.get("FEISHU_APP_ID")
        app_secret = app_secret if app_secret is not None else os.environ.get("FEISHU_APP_SECRET")
        if app_id is None:
            problems.append(("app_id", "is missing: pass it, or set FEISHU_APP_ID"))
        if app_secret is None:
            problems.append(("app_secret", "is missing: pass it, or set FEISHU_APP_SECRET"))
    elif app_id is not None or app_secret is not None:
        problems.append(("token", "excludes `app_id` and `app_secret`: the function is where tokens come from"))
    known = _native.operations()
    if any(operation not in known for operation in quotas or ()):
        problems.append(("quotas", f"names an operation that there is not; there are {', '.join(known)}"))
    pem = root_certificates if isinstance(root_certificates, bytes) else None
    if root_certificates is not None and pem is None:
        if not isinstance(root_certificates, (str, os.PathLike)):
            raise TypeError("root_certificates must be a path, or PEM as bytes")
        pem = _read(root_certificates, problems)
    if problems:
        raise _native.invalid_argument("client", problems)
    return _native.Client(
        is_async=is_async,
        app_id=app_id,
        app_secret=app_secret,
        base_url=base_url if base_url is not None else os.environ.get("FEISHU_BASE_URL", _native.FEISHU),
        allow_other_hosts=allow_other_hosts,
        allow_insecure_loopback=allow_insecure_loopback,
        deadline=deadline,
        rate_share=rate_share,
        quotas=dict(quotas or {}),
        proxy=proxy,
        trust_env=trust_env,
        root_certificates=pem,
        has_transport=transport is not None,
        has_token_cache=token_cache is not None,
    )


def token_function(token: Callable[..., Any] | None) -> Callable[[bool], Any] | None:
    """Make the function one of one argument: it may, but need not, have a parameter `refused`."""
    if token is None:
        return None
    from inspect import signature

    if "refused" in signature(token).parameters:
        return lambda refused: token(refused=refused)
    return lambda _: token()


def _read(path: str | os.PathLike[str], problems: list[tuple[str, str]]) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        problems.append(("root_certificates", f"cannot be read: {error.strerror}"))
        return None
