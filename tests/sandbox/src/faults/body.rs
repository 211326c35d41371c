//! Body: HTTP is fine, the content is not.

use serde_json::{Value, json};

use super::{Blow, Effect, Fault, Group, Shape};
use crate::answer::{Answer, Source};
use crate::delivery::Delivery;

pub(super) static FAULTS: [Fault; 17] = [
    row("bad-json", "F57", |blow| whole(blow, b"{\"code\":0,\"msg\":\"success\",\"data\":{},}".to_vec()))
        .does("JSON with a comma too many"),
    row("captive-html-200", "F58", captive).does("200 with the HTML of a login portal"),
    row("body-array", "F59", |blow| whole(blow, b"[]".to_vec())).does("the body is []"),
    row("body-null", "F59", |blow| whole(blow, b"null".to_vec())).does("the body is null"),
    row("code-string", "F60", |blow| code(blow, "\"0\"")).does("code is the text \"0\""),
    row("code-float", "F60", |blow| code(blow, "0.0")).does("code is 0.0"),
    row("code-1e3", "F60", |blow| code(blow, "1e3")).does("code is 1e3"),
    row("code-2^70", "F60", |blow| code(blow, "1180591620717411303424")).does("code is 2^70"),
    row("code-null", "F60", |blow| code(blow, "null")).does("code is null"),
    row("code-missing", "F60", |blow| Delivery::whole(&blow.changed(remove_code))).does("there is no code"),
    row("duplicate-code", "F61", |blow| code(blow, "1161006,\"code\":0")).does("two codes, of which the last is 0"),
    row("depth-100000", "F62", deep).does("a hundred thousand nested arrays"),
    row("bad-utf8", "F63", |blow| whole(blow, b"{\"code\":0,\"msg\":\"succ\xff\xfess\",\"data\":{}}".to_vec()))
        .does("bytes that are no UTF-8 in a text"),
    row("bom", "F63", |blow| whole(blow, [b"\xef\xbb\xbf", blow.answer.body.as_slice()].concat()))
        .does("a byte order mark before the JSON"),
    row("text-after-json", "", |blow| whole(blow, [blow.answer.body.as_slice(), b"garbage"].concat()))
        .does("something after the end of the JSON"),
    row("octet-stream", "", |blow| Delivery::whole(&untyped(blow.honest()))).does("the content type is not JSON's"),
    Fault::new(
        "unknown-fields-status-99",
        "F64",
        Group::Body,
        Source::Invented,
        Effect::Applied,
        Shape::Made(from_the_future),
        "fields that no page knows on every level, and status 99",
    ),
];

const fn row(name: &'static str, number: &'static str, made: fn(&Blow<'_>) -> Delivery) -> Fault {
    Fault::new(name, number, Group::Body, Source::Invented, Effect::ByFlag, Shape::Made(made), "")
}

fn whole(blow: &Blow<'_>, body: Vec<u8>) -> Delivery {
    Delivery::whole(&blow.with_body(body))
}

fn captive(blow: &Blow<'_>) -> Delivery {
    let page = "<!doctype html><html><body><form action=/login>Please sign in</form></body></html>";
    Delivery::whole(&Answer::text(200, "text/html; charset=utf-8", page, blow.source))
}

/// The envelope with this text in the place of the code's value.
fn code(blow: &Blow<'_>, text: &str) -> Delivery {
    let rest = blow.changed(remove_code).body;
    let body = [format!("{{\"code\":{text},").as_bytes(), &rest[1..]].concat();
    whole(blow, body)
}

fn remove_code(envelope: &mut Value) {
    if let Value::Object(fields) = envelope {
        fields.remove("code");
    }
}

fn deep(blow: &Blow<'_>) -> Delivery {
    const DEPTH: usize = 100_000;
    let body = format!("{{\"code\":0,\"msg\":\"success\",\"data\":{}{}}}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    whole(blow, body.into_bytes())
}

fn untyped(mut answer: Answer) -> Answer {
    answer.headers.retain(|(name, _)| name != "Content-Type");
    answer.with_header("Content-Type", "application/octet-stream")
}

fn from_the_future(blow: &Blow<'_>) -> Delivery {
    let mut answer = blow.changed(|envelope| {
        let novelty = json!({"nested": [1, {"deep": null}]});
        envelope["novelty"] = novelty.clone();
        if let Some(Value::Object(data)) = envelope.get_mut("data") {
            data.insert("novelty".into(), novelty);
            if let Some(status) = data.get_mut("status") {
                *status = json!(99);
            }
        }
    });
    answer.code = blow.answer.code;
    Delivery::whole(&answer)
}
