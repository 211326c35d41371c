//! Token: tokens are refused, rotten or late.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Aim, Before, Blow, Effect, Fault, Group, Shape};
use crate::answer::{Answer, Source};
use crate::delivery::Delivery;

const RENEWED: Before = Before::RevokeTokens { same_again: false };
const SAME_AGAIN: Before = Before::RevokeTokens { same_again: true };

pub(super) static FAULTS: [Fault; 27] = [
    refused("99991663-http400", "F65", Source::Observed, |_| gateway(400, 99_991_663))
        .does("99991663 as HTTP 400; all tokens are void, the next one is new")
        .before(RENEWED),
    refused("99991663-http200", "F66", Source::Observed, |_| gateway(200, 99_991_663))
        .does("the same as HTTP 200, as once reported")
        .before(RENEWED),
    refused("99991663-same-token", "F67", Source::Official, |_| gateway(400, 99_991_663))
        .does("99991663 for good: the token endpoint hands the same void token out again")
        .before(SAME_AGAIN),
    refused("99991664", "F71", Source::Official, |_| gateway(400, 99_991_664)).does("99991664").before(RENEWED),
    refused("99991665", "", Source::Official, |_| gateway(400, 99_991_665)).does("99991665").before(RENEWED),
    refused("99991668", "F68", Source::Observed, |_| gateway(400, 99_991_668)).does("99991668").before(RENEWED),
    refused("99991671", "F70", Source::Official, |_| gateway(400, 99_991_671)).does("99991671").before(RENEWED),
    refused("99991677", "F69", Source::Official, |_| gateway(400, 99_991_677)).does("99991677").before(RENEWED),
    refused("99991661", "F72", Source::Observed, |_| gateway(400, 99_991_661))
        .does("99991661, as if a proxy had taken the Authorization header away"),
    Fault::new(
        "revoked-mid-bulk",
        "F78",
        Group::Token,
        Source::Observed,
        Effect::Applied,
        Shape::Real,
        "all tokens become void just before this request, which is then refused for real",
    )
    .aim(Aim::Calls)
    .before(RENEWED),
    failed("token-10003", "F73", Source::Observed, |_| failure(200, 10_003, "invalid param")).does("200 with 10003"),
    failed("token-10014", "F73", Source::Observed, |_| failure(200, 10_014, "app secret invalid"))
        .does("200 with 10014"),
    failed("token-10015", "F73", Source::Official, |_| failure(200, 10_015, "app secret error")).does("200 with 10015"),
    failed("token-10003-http400", "F73", Source::Invented, |_| failure(400, 10_003, "invalid param"))
        .does("400 with 10003, as some fixtures have it"),
    failed("token-99991543", "", Source::Official, |_| failure(400, 99_991_543, "app_id or app_secret does not exist"))
        .does("400 with 99991543"),
    failed("token-2200", "", Source::Observed, |_| failure(500, 2200, "internal error")).does("500 with 2200"),
    failed("token-500", "F74", Source::Invented, |blow| {
        Delivery::whole(&Answer::text(500, "text/plain", "internal error", blow.source))
    })
    .does("500 in plain text"),
    odd("expire-0", "F75", |blow| set(blow, "expire", json!(0))).does("expire is 0"),
    odd("expire-negative", "F75", |blow| set(blow, "expire", json!(-1))).does("expire is -1"),
    odd("expire-2^40", "F75", |blow| set(blow, "expire", json!(1_u64 << 40))).does("expire is 2^40"),
    odd("expire-missing", "F75", |blow| Delivery::whole(&blow.changed(without_expire))).does("there is no expire"),
    odd("4kb-jwt", "F76", real).does("a valid token of 4 KiB in the form of a JWT").before(Before::LongToken(4096)),
    odd("token-9kb", "", real).does("a valid token of 9 KiB").before(Before::LongToken(9 * 1024)),
    odd("token-with-crlf", "F77", |blow| set(blow, "tenant_access_token", json!("t-a\r\nX-Injected: 1")))
        .does("a token that would inject a header"),
    odd("token-empty", "", |blow| set(blow, "tenant_access_token", json!(""))).does("an empty token"),
    odd("token-missing", "", |blow| set(blow, "tenant_access_token", Value::Null)).does("the token is null"),
    odd("slow-token", "F79", |blow| real(blow).after(Duration::from_millis(blow.ms)))
        .does("a good token after the duration")
        .lasting_ms(3000),
];

const fn refused(name: &'static str, number: &'static str, source: Source, made: fn(&Blow<'_>) -> Delivery) -> Fault {
    Fault::new(name, number, Group::Token, source, Effect::NotApplied, Shape::Made(made), "").aim(Aim::Calls)
}

const fn failed(name: &'static str, number: &'static str, source: Source, made: fn(&Blow<'_>) -> Delivery) -> Fault {
    Fault::new(name, number, Group::Token, source, Effect::NotApplied, Shape::Made(made), "").aim(Aim::Token)
}

const fn odd(name: &'static str, number: &'static str, made: fn(&Blow<'_>) -> Delivery) -> Fault {
    Fault::new(name, number, Group::Token, Source::Invented, Effect::Applied, Shape::Made(made), "").aim(Aim::Token)
}

fn gateway(status: u16, code: i64) -> Delivery {
    let message = "Invalid access token for authorization.";
    Delivery::whole(&Answer::gateway(status, code, message, Source::Observed))
}

fn failure(status: u16, code: i64, message: &str) -> Delivery {
    Delivery::whole(&Answer::envelope(status, Source::Observed, &json!({"code": code, "msg": message})))
}

fn real(blow: &Blow<'_>) -> Delivery {
    Delivery::whole(&blow.answer)
}

fn set(blow: &Blow<'_>, field: &str, value: Value) -> Delivery {
    let mut answer = blow.changed(|envelope| envelope[field] = value);
    answer.code = blow.answer.code;
    Delivery::whole(&answer)
}

fn without_expire(envelope: &mut Value) {
    if let Value::Object(fields) = envelope {
        fields.remove("expire");
    }
}
