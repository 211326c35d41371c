"""`explain`: what a code of Feishu's means, and what to do about it; nothing is sent."""

from __future__ import annotations

import click

from .. import exits
from ..output import emit, say
from ..texts import text


@click.command(
    "explain",
    help=text(
        "Say what a code of Feishu's means, what it does to a write, whether to try again, and what to do. Nothing is "
        "sent. The same number can mean different things on different operations; `--operation` names one."
    ),
)
@click.argument("code", type=int)
@click.option("--operation", metavar="NAME", help=text("Only for this operation, for instance withdraw_process."))
@click.option("--json", "as_json", is_flag=True, help=text("Write one JSON object a line."))
def explain_command(code: int, operation: str | None, as_json: bool) -> None:
    """Tell each meaning once, with the operations that share it."""
    from feishu_corehr import OPERATIONS, explain

    if operation is not None and operation not in OPERATIONS:
        raise click.UsageError(
            text("--operation: there is no {name!r}; there are {known}", name=operation, known=", ".join(OPERATIONS))
        )
    meanings: dict[tuple[object, ...], tuple[list[str], dict[str, object]]] = {}
    for name in [operation] if operation is not None else OPERATIONS:
        found = explain(name, code)
        if found is None:
            continue
        advice = found.advice
        told = {
            "kind": str(found.kind),
            "meaning": found.meaning,
            "effect": str(found.effect),
            "retryable": found.retryable,
            "advice": None if advice is None else {"en": advice.en, "zh": advice.zh},
        }
        meanings.setdefault((repr(told),), ([], told))[0].append(name)
    for names, told in meanings.values():
        if as_json:
            emit({"code": code, "operations": names, **told})
        else:
            _show(code, names, told, of_all=len(names) == len(OPERATIONS))
    if not meanings:
        say(text("{code}: no page explains it", code=code))
    click.get_current_context().exit(exits.REACHED if meanings else exits.NOT_REACHED)


def _show(code: int, names: list[str], told: dict[str, object], *, of_all: bool) -> None:
    advice = told["advice"]
    rows = [
        (text("code"), code),
        (text("operations"), text("all") if of_all else ", ".join(names)),
        (text("class"), told["kind"]),
        (text("meaning"), told["meaning"]),
        (text("effect of a write"), text(str(told["effect"]))),
        (text("try again"), text("yes, later") if told["retryable"] else text("no")),
    ]
    if isinstance(advice, dict):
        rows += [(text("what to do"), advice["en"]), ("怎么办", advice["zh"])]
    for name, value in rows:
        click.echo(f"{name}: {value}")
    click.echo()
