"""What both clients are set up with, checked and handed to the native half."""

from __future__ import annotations

import os

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, SupportsFloat, SupportsIndex


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
    _check_function("token", token, may_be_async=is_async)
    _check_function("transport", transport, "an `HttpRequest`", may_be_async=is_async)
    _check_function("on_attempt", on_attempt, "an `Observation`", may_be_async=False)
    if token_cache is not None:
        for name, takes in (("load", ("a key",)), ("save", ("a key", "a value"))):
            method = getattr(token_cache, name, None)
            if method is None:
                raise TypeError("token_cache must have the methods load and save")
            _check_function(f"token_cache.{name}", method, *takes, may_be_async=is_async)
    problems: list[tuple[str, str]] = []
    if token is None:
        # An empty variable is how many tools write one that is not set.
        app_id = app_id if app_id is not None else os.environ.get("FEISHU_APP_ID") or None
        app_secret = app_secret if app_secret is not None else os.environ.get("FEISHU_APP_SECRET") or None
        if app_id is None:
            problems.append(("app_id", "is missing: pass it, or set FEISHU_APP_ID"))
        if app_secret is None:
            problems.append(("app_secret", "is missing: pass it, or set FEISHU_APP_SECRET"))
    elif app_id is not None or app_secret is not None:
        problems.append(("token", "excludes `app_id` and `app_secret`: the function is where tokens come from"))
    if trust_env is True and proxy is None:
        _check_environment(problems)
    allowed = _quotas(quotas, problems)
    pem = _roots(root_certificates, problems)
    if problems:
        raise _native.invalid_argument("client", problems)
    return _native.Client(
        is_async=is_async,
        app_id=app_id,
        app_secret=app_secret,
        base_url=base_url if base_url is not None else os.environ.get("FEISHU_BASE_URL") or _native.FEISHU,
        allow_other_hosts=allow_other_hosts,
        allow_insecure_loopback=allow_insecure_loopback,
        deadline=deadline,
        rate_share=rate_share,
        quotas=allowed,
        proxy=proxy,
        trust_env=trust_env,
        root_certificates=pem,
        has_transport=transport is not None,
        has_token_cache=token_cache is not None,
    )


def check_on_answer(on_answer: Callable[..., object] | None) -> None:
    """Refuse a function that would fail at every answer."""
    _check_function("on_answer", on_answer, "an `HttpResponse`", may_be_async=False)


def token_function(token: Callable[..., Any] | None) -> Callable[[bool], Any] | None:
    """Make the function one of one argument: it may, but need not, have a parameter `refused`."""
    if token is None:
        return None
    known = _signature(token)
    if known is not None and "refused" in known.parameters:
        return lambda refused: token(refused=refused)
    return lambda _: token()


def _check_function(name: str, function: Any, *takes: str, may_be_async: bool) -> None:
    """Refuse here what would fail at every call."""
    if function is None:
        return
    if not callable(function):
        raise TypeError(f"{name} must be a function, not {type(function).__name__}")
    import inspect

    bodies = (function, getattr(function, "__call__", None))  # noqa: B004 - an object's own method is looked at
    if any(inspect.isgeneratorfunction(body) or inspect.isasyncgenfunction(body) for body in bodies):
        raise TypeError(f"{name} must return its result, and not yield it")
    if not may_be_async and any(inspect.iscoroutinefunction(body) for body in bodies):
        raise TypeError(f"{name} must not be an async function here")
    known = _signature(function)
    if known is None:
        return
    try:
        if "refused" in known.parameters and not takes:
            known.bind(refused=True)
        else:
            known.bind(*takes)
    except TypeError as error:
        wanted = " and ".join(takes) or "nothing, or `refused`"
        raise TypeError(f"{name} must take {wanted}: {error}") from None


def _signature(function: Any) -> Any:
    """What a function takes; nothing if it does not tell, as some written in C."""
    from inspect import signature

    try:
        return signature(function)
    except (TypeError, ValueError):
        return None


def _check_environment(problems: list[tuple[str, str]]) -> None:
    """A proxy that cannot be used would be passed by, and the request go out without it."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        value = os.environ.get(name)
        if value and not _native.is_proxy(value if "://" in value else f"http://{value}"):
            problems.append(("trust_env", f"finds in {name} no http or https proxy"))


def _quotas(
    quotas: Mapping[str, tuple[int, float]] | None, problems: list[tuple[str, str]]
) -> dict[str, tuple[SupportsIndex, SupportsFloat | SupportsIndex]]:
    """Quotas as the native half reads them."""
    if quotas is None:
        return {}
    if not hasattr(quotas, "items"):
        raise TypeError(f"quotas must be a mapping, not {type(quotas).__name__}")
    known = _native.operations()
    allowed: dict[str, tuple[SupportsIndex, SupportsFloat | SupportsIndex]] = {}
    for operation, quota in quotas.items():
        if operation not in known:
            problems.append(("quotas", f"has {operation!r}, which is no operation; there are {', '.join(known)}"))
            continue
        wrong = TypeError(f"quotas[{operation!r}] must be a pair of a whole number of calls and of seconds")
        try:
            calls, seconds = quota
            if isinstance(calls, bool) or isinstance(seconds, (bool, str)):
                raise wrong
            calls, seconds = range(calls).stop, float(seconds)
        except OverflowError:
            problems.append(("quotas", f"has a number out of range for {operation!r}"))
            continue
        except (TypeError, ValueError):
            raise wrong from None
        if not (0 < calls < 2**32 and 0 < seconds <= 2**32):
            problems.append(("quotas", f"allows {operation!r} no number of calls from 1 on in a time above 0 seconds"))
            continue
        allowed[operation] = (calls, seconds)
    return allowed


def _roots(certificates: str | bytes | os.PathLike[str] | None, problems: list[tuple[str, str]]) -> bytes | None:
    """The PEM text."""
    if certificates is None or isinstance(certificates, bytes):
        return certificates
    if not isinstance(certificates, (str, os.PathLike)):
        raise TypeError(f"root_certificates must be a path, or PEM as bytes, not {type(certificates).__name__}")
    try:
        with open(certificates, "rb") as file:
            return file.read()
    except OSError as error:
        problems.append(("root_certificates", f"cannot be read: {error.strerror}"))
    except ValueError:
        problems.append(("root_certificates", "is not a path: it has a character that no path has"))
    return None
