//! Status: anything but 200.

use super::{Blow, Effect, Fault, Group, Shape};
use crate::answer::{Answer, Source};
use crate::delivery::{Act, Delivery};
use crate::limits::Exceeded;
use crate::operations::too_frequent;

pub(super) const BAD_GATEWAY: &str = "<html><head><title>502 Bad Gateway</title></head>\
    <body><center><h1>502 Bad Gateway</h1></center></body></html>";

pub(super) static FAULTS: [Fault; 20] = [
    row("408", "F44", Source::Invented, Effect::NotApplied, timed_out).does("408, and the connection is closed"),
    row("429-reset2", "F45", Source::Official, Effect::NotApplied, |blow| frequent(blow, 429, Some("2")))
        .does("429 with 99991400 and a reset of 2 seconds"),
    row("400-99991400", "F46", Source::Official, Effect::NotApplied, |blow| frequent(blow, 400, Some("2")))
        .does("the same as HTTP 400, as some older APIs have it"),
    row("200-99991400", "", Source::Observed, Effect::NotApplied, |blow| frequent(blow, 200, Some("2")))
        .does("the same as HTTP 200, against which several clients guard"),
    row("429-no-header", "F47", Source::Invented, Effect::NotApplied, |blow| frequent(blow, 429, None))
        .does("429 with 99991400 and no reset header"),
    row("429-reset-0", "F48", Source::Invented, Effect::NotApplied, |blow| frequent(blow, 429, Some("0")))
        .does("a reset of 0"),
    row("429-reset-negative", "F48", Source::Invented, Effect::NotApplied, |blow| frequent(blow, 429, Some("-1")))
        .does("a reset of -1"),
    row("429-reset-abc", "F48", Source::Invented, Effect::NotApplied, |blow| frequent(blow, 429, Some("abc")))
        .does("a reset that is no number"),
    row("429-reset-9e11", "F48", Source::Invented, Effect::NotApplied, |blow| {
        frequent(blow, 429, Some("900000000000"))
    })
    .does("a reset of thirty thousand years"),
    Fault::new(
        "429-for-60s",
        "F49",
        Group::Status,
        Source::Official,
        Effect::NotApplied,
        Shape::Lasting(frequent_until_over),
        "429 with the seconds left, for the duration, whatever `times` says",
    )
    .lasting_ms(60_000),
    row("500-before", "F50", Source::Invented, Effect::NotApplied, |blow| plain(blow, 500, "internal error"))
        .does("500 before anything was done"),
    row("500-after", "F51", Source::Invented, Effect::Applied, |blow| plain(blow, 500, "internal error"))
        .does("500 after it was done"),
    row("502-html", "F52", Source::Invented, Effect::ByFlag, |blow| html(blow, 502, BAD_GATEWAY)).does("502 in HTML"),
    row("503-retry-after-1", "F53", Source::Invented, Effect::ByFlag, unavailable).does("503 with Retry-After: 1"),
    row("503-retry-after-0", "", Source::Invented, Effect::ByFlag, unavailable_now)
        .does("503 with Retry-After: 0, on which some stacks resend by themselves"),
    row("504-before", "", Source::Invented, Effect::NotApplied, |blow| plain(blow, 504, "gateway timeout"))
        .does("504 before anything was done"),
    row("504-after", "F54", Source::Invented, Effect::Applied, |blow| plain(blow, 504, "gateway timeout"))
        .does("504 after it was done"),
    row("401-empty", "F55", Source::Invented, Effect::NotApplied, |blow| empty(blow, 401)).does("401 without a body"),
    row("404-text", "F56", Source::Observed, Effect::NotApplied, |_| Delivery::whole(&Answer::not_found()))
        .does("404 in plain text, as for a wrong path"),
    row("403-html", "", Source::Invented, Effect::NotApplied, |blow| html(blow, 403, "<html>forbidden</html>"))
        .does("403 in HTML, as a firewall refuses"),
];

const fn row(
    name: &'static str,
    number: &'static str,
    source: Source,
    effect: Effect,
    made: fn(&Blow<'_>) -> Delivery,
) -> Fault {
    Fault::new(name, number, Group::Status, source, effect, Shape::Made(made), "")
}

fn empty(blow: &Blow<'_>, status: u16) -> Delivery {
    Delivery::whole(&Answer::empty(status, blow.source))
}

fn plain(blow: &Blow<'_>, status: u16, text: &str) -> Delivery {
    Delivery::whole(&Answer::text(status, "text/plain", text, blow.source))
}

fn html(blow: &Blow<'_>, status: u16, text: &str) -> Delivery {
    Delivery::whole(&Answer::text(status, "text/html", text, blow.source))
}

fn timed_out(blow: &Blow<'_>) -> Delivery {
    let answer = Answer::empty(408, blow.source).with_header("Connection", "close");
    let mut delivery = Delivery::whole(&answer);
    delivery.acts.push(Act::Close);
    delivery
}

fn unavailable(blow: &Blow<'_>) -> Delivery {
    let answer = Answer::text(503, "text/plain", "service unavailable", blow.source);
    Delivery::whole(&answer.with_header("Retry-After", "1"))
}

fn unavailable_now(blow: &Blow<'_>) -> Delivery {
    let answer = Answer::text(503, "text/plain", "service unavailable", blow.source);
    Delivery::whole(&answer.with_header("Retry-After", "0"))
}

fn frequent(blow: &Blow<'_>, status: u16, reset: Option<&str>) -> Delivery {
    let mut answer = too_frequent(status, Exceeded { limit: 50, reset_s: 0 }, blow.source);
    answer.headers.retain(|(name, _)| !name.starts_with("x-ogw-ratelimit"));
    if let Some(reset) = reset {
        answer = answer.with_header("x-ogw-ratelimit-limit", "50").with_header("x-ogw-ratelimit-reset", reset);
    }
    Delivery::whole(&answer)
}

pub(super) fn frequent_until_over(blow: &Blow<'_>) -> Delivery {
    frequent(blow, 429, Some(&blow.ms.div_ceil(1000).max(1).to_string()))
}
