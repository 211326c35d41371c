"""Who calls, and where: the options that every subcommand with a network has, and the client that they make."""

from __future__ import annotations

import os
from functools import wraps
from pathlib import Path

import click
from click.core import ParameterSource

from .texts import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from feishu_corehr import AsyncClient, Client

    _Function = Callable[..., Any]

_LARGEST_SECRET = 4096


class Connection:
    """What the options say, until a client is made of it."""

    def __init__(
        self,
        *,
        base_url: str | None,
        secret_file: str | None,
        allow_other_hosts: bool,
        insecure_loopback: bool,
        proxy: str | None,
        trust_env: bool,
        root_certificates: str | None,
        rate_share: float,
        deadline: float | None,
    ) -> None:
        """Take the options as they are; the library checks them."""
        self.named_url = base_url
        self.secret_file = secret_file
        self.allow_other_hosts = allow_other_hosts
        self.insecure_loopback = insecure_loopback
        self.proxy = proxy
        self.trust_env = trust_env
        self.root_certificates = root_certificates
        self.rate_share = rate_share
        self.deadline = deadline

    @property
    def base_url(self) -> str:
        """The base URL, with the two names as what they stand for."""
        from feishu_corehr import FEISHU, LARK

        named = self.named_url or FEISHU
        return {"feishu": FEISHU, "lark": LARK}.get(named.lower(), named)

    def client(self) -> Client:
        """Make the client; nothing is sent yet."""
        from feishu_corehr import Client

        return Client(**self._options())

    def async_client(self) -> AsyncClient:
        """Make the client for an event loop."""
        from feishu_corehr import AsyncClient

        return AsyncClient(**self._options())

    def _options(self) -> dict[str, Any]:
        return {
            "app_secret": self._secret(),
            "base_url": self.base_url,
            "allow_other_hosts": self.allow_other_hosts,
            "allow_insecure_loopback": self.insecure_loopback,
            "deadline": self.deadline,
            "rate_share": self.rate_share,
            "proxy": self.proxy,
            "trust_env": self.trust_env,
            "root_certificates": self.root_certificates,
        }

    def _secret(self) -> str | None:
        """The secret out of a file, without the line's end; `None`: the environment has it."""
        if self.secret_file is None:
            return None
        try:
            with Path(self.secret_file).open("rb") as file:
                secret = file.read(_LARGEST_SECRET + 1)
            if len(secret) > _LARGEST_SECRET:
                raise click.UsageError(text("--secret-file: the file is longer than any secret"))
            return secret.decode("ascii").strip()
        except OSError as error:
            raise click.UsageError(text("--secret-file: it cannot be read: {reason}", reason=error.strerror)) from None
        except UnicodeDecodeError:
            raise click.UsageError(text("--secret-file: it holds what no secret has: other than ASCII")) from None


CONNECTION_OPTIONS = tuple(name for name in Connection.__init__.__annotations__ if name != "return")
"""The names of the options that every connection has."""


def connects(function: _Function) -> _Function:
    """Give a subcommand the options of a connection; it gets them as `connection`."""

    @wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        connection = Connection(**{name: options.pop(name) for name in CONNECTION_OPTIONS})
        return function(*arguments, connection=connection, **options)

    for option in reversed(_OPTIONS):
        call = option(call)
    return call


def _no_password(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A proxy's password may come from the environment only."""
    if value is None or parameter.name is None:
        return value
    is_argument = ctx.get_parameter_source(parameter.name) == ParameterSource.COMMANDLINE
    if is_argument and "@" in value:
        raise click.UsageError(
            text(
                "--proxy: arguments can be seen by others on this machine: give a proxy with a password in FEISHU_PROXY"
            )
        )
    return value


_OPTIONS = (
    click.option(
        "--base-url",
        envvar="FEISHU_BASE_URL",
        metavar="URL",
        help=text("`feishu` (the default), `lark`, or another URL; or FEISHU_BASE_URL."),
    ),
    click.option(
        "--secret-file",
        metavar="FILE",
        help=text("Read the app's secret from a file, in place of FEISHU_APP_SECRET; /dev/fd/3 is a descriptor."),
    ),
    click.option(
        "--allow-other-hosts", is_flag=True, help=text("Let the base URL name another host than Feishu's and Lark's.")
    ),
    click.option(
        "--insecure-loopback",
        is_flag=True,
        envvar="FEISHU_INSECURE_LOOPBACK",
        help=text("Let the base URL be plain http on this machine; or FEISHU_INSECURE_LOOPBACK=1."),
    ),
    click.option(
        "--proxy",
        envvar="FEISHU_PROXY",
        metavar="URL",
        callback=_no_password,
        help=text("A proxy's URL; or FEISHU_PROXY, which alone may have a password."),
    ),
    click.option(
        "--trust-env", is_flag=True, help=text("Obey HTTPS_PROXY and NO_PROXY, which are ignored by default.")
    ),
    click.option(
        "--root-certificates",
        metavar="FILE",
        envvar="FEISHU_ROOT_CERTIFICATES",
        help=text("Roots beside the system's, as PEM; or FEISHU_ROOT_CERTIFICATES."),
    ),
    click.option(
        "--rate-share",
        type=click.FloatRange(0, 1, min_open=True),
        default=1.0,
        show_default=True,
        help=text("The part of Feishu's quotas to use: 0.5 where another program shares the app."),
    ),
    click.option(
        "--deadline",
        type=click.FloatRange(0, min_open=True),
        metavar="SECONDS",
        help=text("How long one call may take, waiting and resending included: by default 60, a read 120."),
    ),
)


def variable(name: str) -> str | None:
    """An environment variable; an empty one is one that is not set."""
    return os.environ.get(name) or None
