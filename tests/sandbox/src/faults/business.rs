//! Business: the platform refuses, or somebody else was faster.

use super::status::frequent_until_over;
use super::{Aim, Before, Blow, Effect, Fault, Group, Shape};
use crate::answer::{Answer, Source};
use crate::delivery::{Act, Delivery};
use crate::operations::missing_scope;

pub(super) static FAULTS: [Fault; 25] = [
    ended("withdrawn-by-other", "F81", 4).does("somebody else withdraws the process just before"),
    row("own-lost-then-finished", "F82", Source::Invented, Effect::Applied, |blow| {
        Delivery::nothing(Act::Reset, blow.source)
    })
    .does("takes effect, then RST; reads do not see it until the next request to act")
    .aim(Aim::Acts)
    .before(Before::Hide),
    ended("completed", "F83", 9).does("the process is completed just before"),
    ended("rejected", "F84", 2).does("the process is rejected just before"),
    ended("revoking", "F85", 15).does("the process is being revoked just before"),
    ended("revoked", "", 8).does("the process is revoked just before"),
    code("1160101", "F86", Source::Official, |_| refusal(400, 1_160_101, "parameter error")).does("400 with 1160101"),
    code("1161003", "F87", Source::Official, |_| refusal(403, 1_161_003, "no permission"))
        .does("403 with 1161003")
        .aim(Aim::Acts),
    code("99991672", "F87", Source::Observed, forbidden).does("400 with 99991672 and the scope that is missing"),
    code("99991403", "F88", Source::Official, |_| gateway(99_991_403, "monthly quota exceeded"))
        .does("99991403: the calls of the month are used up"),
    code("99991401", "F89", Source::Official, |_| gateway(99_991_401, "ip is not on the allow list"))
        .does("99991401: the address is not on the allow list"),
    code("99991662", "", Source::Official, |_| gateway(99_991_662, "app is disabled")).does("99991662: app disabled"),
    code("99991673", "", Source::Official, |_| gateway(99_991_673, "app is not available in the tenant"))
        .does("99991673: app not available in this tenant"),
    code("500-1668", "F90", Source::Official, |_| refusal(500, 1668, "internal error")).does("500 with 1668"),
    code("unknown-116", "F91", Source::Invented, |_| refusal(400, 1_169_999, "unknown"))
        .does("400 with a 116 code that no page lists"),
    code("unknown-999", "", Source::Invented, |_| gateway(99_999_999, "unknown"))
        .does("400 with a 999 code that no page lists"),
    code("500-unknown", "", Source::Invented, |_| refusal(500, 77_777, "unknown"))
        .does("500 with a code that no page lists"),
    code("500-1160500", "", Source::Official, |_| refusal(500, 1_160_500, "system error"))
        .does("500 with 1160500")
        .aim(Aim::Reads),
    code("500-1160102", "", Source::Official, |_| refusal(500, 1_160_102, "internal system error"))
        .does("500 with 1160102")
        .aim(Aim::Reads),
    Fault::new(
        "stale-read-2.5s",
        "F92",
        Group::Business,
        Source::Invented,
        Effect::Applied,
        Shape::Real,
        "somebody else withdraws the process just before; reads see it only after the duration",
    )
    .lasting_ms(2500)
    .aim(Aim::Acts)
    .before(Before::SetStatusUnseen(4)),
    code("verify-forbidden", "F93", Source::Observed, forbidden)
        .does("reading lacks its scope: 99991672")
        .aim(Aim::Reads),
    Fault::new(
        "verify-429-20s",
        "F94",
        Group::Business,
        Source::Official,
        Effect::NotApplied,
        Shape::Lasting(frequent_until_over),
        "reading is limited for the duration, whatever `times` says",
    )
    .lasting_ms(20_000)
    .aim(Aim::Reads),
    code("1161005-not-applied", "F99", Source::Official, conflict)
        .does("400 with 1161005, nothing done")
        .aim(Aim::Acts),
    row("1161005-after-applied", "F100", Source::Invented, Effect::Applied, conflict)
        .does("400 with 1161005 although it was done")
        .aim(Aim::Acts),
    row("1161006-after-applied", "", Source::Invented, Effect::Applied, |blow| {
        let act = blow.operation.row().and_then(|row| row.act);
        let (code, message) = act.map_or((1_161_006, "all approvals have ended"), |act| act.refused);
        refusal(400, code, message)
    })
    .does("400 with 1161006 (or what else this act refuses a wrong status with) on the very request that did it: a hidden resend on the way")
    .aim(Aim::Acts),
];

const fn row(
    name: &'static str,
    number: &'static str,
    source: Source,
    effect: Effect,
    made: fn(&Blow<'_>) -> Delivery,
) -> Fault {
    Fault::new(name, number, Group::Business, source, effect, Shape::Made(made), "").aim(Aim::Calls)
}

const fn code(name: &'static str, number: &'static str, source: Source, made: fn(&Blow<'_>) -> Delivery) -> Fault {
    row(name, number, source, Effect::NotApplied, made)
}

/// The process ends otherwise, and the request is then answered for real.
const fn ended(name: &'static str, number: &'static str, status: i64) -> Fault {
    Fault::new(name, number, Group::Business, Source::Official, Effect::Applied, Shape::Real, "")
        .aim(Aim::Acts)
        .before(Before::SetStatus(status))
}

fn refusal(status: u16, code: i64, message: &str) -> Delivery {
    Delivery::whole(&Answer::refusal(status, code, message, Source::Official))
}

fn gateway(code: i64, message: &str) -> Delivery {
    Delivery::whole(&Answer::gateway(400, code, message, Source::Official))
}

fn forbidden(blow: &Blow<'_>) -> Delivery {
    let scope = blow.operation.row().and_then(|row| row.scope).unwrap_or_default();
    Delivery::whole(&missing_scope(&blow.app_id, scope, blow.source))
}

fn conflict(_: &Blow<'_>) -> Delivery {
    refusal(400, 1_161_005, "approval state was updated, try again later")
}
