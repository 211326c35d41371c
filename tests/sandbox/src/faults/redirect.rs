//! Redirect: the answer points elsewhere. Whoever follows is seen at `/redirected/…` in the log.

use super::{Blow, Effect, Fault, Group, Shape};
use crate::answer::{Answer, Source};
use crate::delivery::Delivery;

/// Where redirects point to. A request here gets a tempting success.
pub(crate) const TARGET: &str = "/redirected/";

pub(super) static FAULTS: [Fault; 4] = [
    row("307-same-host", "F40", |blow| to(blow, 307, format!("{TARGET}307"))).does("307 to another path of this host"),
    row("308-other-host", "F41", |blow| to(blow, 308, format!("{}{TARGET}308", other_host(blow))))
        .does("308 to a host of another name"),
    row("302-to-http", "F42", |blow| to(blow, 302, format!("http://127.0.0.1:{}{TARGET}302", blow.ports.http)))
        .does("302 to plain HTTP"),
    row("loop", "F43", |blow| to(blow, 307, same_place(blow))).does("307 to the very same address"),
];

const fn row(name: &'static str, number: &'static str, made: fn(&Blow<'_>) -> Delivery) -> Fault {
    Fault::new(name, number, Group::Redirect, Source::Invented, Effect::ByFlag, Shape::Made(made), "")
}

fn to(blow: &Blow<'_>, status: u16, location: String) -> Delivery {
    Delivery::whole(&Answer::empty(status, blow.source).with_header("Location", location))
}

fn other_host(blow: &Blow<'_>) -> String {
    if blow.received.tls {
        format!("https://localhost:{}", blow.ports.https)
    } else {
        format!("http://localhost:{}", blow.ports.http)
    }
}

fn same_place(blow: &Blow<'_>) -> String {
    let received = blow.received;
    if received.query.is_empty() { received.path.clone() } else { format!("{}?{}", received.path, received.query) }
}
