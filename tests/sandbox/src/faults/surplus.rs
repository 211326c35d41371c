//! Surplus: bytes after an answer, which nobody asked for and which belong to no request.

use std::time::Duration;

use serde_json::json;

use super::{Blow, Effect, Fault, Group, Shape};
use crate::answer::{Answer, Source};
use crate::delivery::{Act, Delivery};

pub(super) static FAULTS: [Fault; 4] = [
    row("surplus-answer", |blow| glued(blow, &unasked())).does("an unasked answer, a success, in the same packet"),
    row("surplus-answer-late", late)
        .does("the same, after the duration, when the connection may be idle")
        .lasting_ms(300),
    row("surplus-bytes", |blow| glued(blow, b"surplus\r\n")).does("a line that is no answer, in the same packet"),
    row("surplus-head", |blow| glued(blow, b"HTTP/1.1 200 OK\r\nX-Surplus: "))
        .does("the beginning of an answer, which would swallow the next one's head"),
];

const fn row(name: &'static str, made: fn(&Blow<'_>) -> Delivery) -> Fault {
    Fault::new(name, "", Group::Framing, Source::Invented, Effect::ByFlag, Shape::Made(made), "")
}

fn glued(blow: &Blow<'_>, surplus: &[u8]) -> Delivery {
    let answer = blow.honest();
    Delivery::of(&answer, vec![Act::Send([&answer.head(), answer.body.as_slice(), surplus].concat())])
}

fn late(blow: &Blow<'_>) -> Delivery {
    let mut delivery = Delivery::whole(&blow.honest());
    delivery.acts.extend([Act::Wait(Duration::from_millis(blow.ms)), Act::Send(unasked())]);
    delivery
}

/// What a client that takes it for its own answer believes to be a success.
fn unasked() -> Vec<u8> {
    let answer = Answer::success(&json!({})).with_header("X-Surplus", "1");
    [answer.head(), answer.body].concat()
}
