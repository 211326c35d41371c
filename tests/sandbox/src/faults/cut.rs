//! Cut: the connection dies or falls silent.

use std::time::Duration;

use super::{Aim, Blow, Early, Effect, Fault, Group, Shape};
use crate::answer::Source;
use crate::delivery::{Act, Delivery};

const FIN_ON_USED: Early = Early { on_used_connection: true, reset: false };
const RST: Early = Early { on_used_connection: false, reset: true };

pub(super) static FAULTS: [Fault; 14] = [
    row("stale-keepalive-before-write", "F11", Effect::Applied, Shape::Made(answered_then_closed))
        .does("answered for real, then the idle connection is closed without a warning"),
    row("fin-races-write", "F12", Effect::NotApplied, Shape::Early(FIN_ON_USED))
        .does("FIN as soon as a request begins on a connection that was used before"),
    row("rst-after-head-half", "F13", Effect::NotApplied, Shape::Early(RST))
        .does("RST after the request line, before the rest is read"),
    row("rst-after-request-not-applied", "F14", Effect::NotApplied, Shape::Made(reset))
        .does("the request is read and ignored, then RST"),
    row("rst-after-applied", "F15", Effect::Applied, Shape::Made(reset)).does("the request takes effect, then RST"),
    row("eof-after-request-not-applied", "F14", Effect::NotApplied, Shape::Made(close))
        .does("the request is read and ignored, then FIN"),
    row("eof-after-applied", "F16", Effect::Applied, Shape::Made(close)).does("the request takes effect, then FIN"),
    row("eof-in-head", "", Effect::ByFlag, Shape::Made(|blow| Delivery::part_of_head(Act::Close, blow.source)))
        .does("a part of the status line, then FIN"),
    row("eof-in-body", "", Effect::ByFlag, Shape::Made(|blow| Delivery::half_of_body(&blow.answer, Act::Close)))
        .does("half of the body, then FIN"),
    row("timeout-not-applied", "F17", Effect::NotApplied, Shape::Made(stall))
        .does("the request is ignored and never answered"),
    row("timeout-applied", "F18", Effect::Applied, Shape::Made(stall))
        .does("the request takes effect and is never answered"),
    row("applied-45s-late", "F19", Effect::Late, Shape::Made(stall))
        .does("never answered; takes effect only after the duration")
        .lasting_ms(45_000)
        .aim(Aim::Acts),
    row("half-open", "F20", Effect::NotApplied, Shape::Made(vanish))
        .does("never answered, and the connection is not even read for the duration")
        .lasting_ms(60_000),
    row("duplicate-delivery", "F25", Effect::Twice, Shape::Real)
        .does("delivered twice; the second delivery's answer is sent")
        .aim(Aim::Acts),
];

const fn row(name: &'static str, number: &'static str, effect: Effect, shape: Shape) -> Fault {
    Fault::new(name, number, Group::Cut, Source::Invented, effect, shape, "")
}

fn answered_then_closed(blow: &Blow<'_>) -> Delivery {
    let mut delivery = Delivery::whole(&blow.answer);
    delivery.acts.push(Act::Close);
    delivery
}

fn reset(blow: &Blow<'_>) -> Delivery {
    Delivery::nothing(Act::Reset, blow.source)
}

fn close(blow: &Blow<'_>) -> Delivery {
    Delivery::nothing(Act::Close, blow.source)
}

fn stall(blow: &Blow<'_>) -> Delivery {
    Delivery::nothing(Act::Stall, blow.source)
}

fn vanish(blow: &Blow<'_>) -> Delivery {
    Delivery::nothing(Act::Vanish(Duration::from_millis(blow.ms)), blow.source)
}
