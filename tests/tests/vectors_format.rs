//! The vectors themselves: nothing in them is there in vain, and together they cover what they should.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeSet;

use feishu_corehr::token::custom_app::TENANT_ACCESS_TOKEN;
use feishu_corehr::{OPERATIONS, codes};
use feishu_corehr_tests::comparison::differences;
use feishu_corehr_tests::exceptions;
use feishu_corehr_tests::library;
use feishu_corehr_tests::vector::{Answer, Call, Runtime, Vector};
use feishu_corehr_tests::virtual_time;
use serde_json::{Value, json};

/// Faults of `docs/policy.md` 5.3 that no vector shows: HTTP/2 (which is not spoken), store apps (which come later), many
/// callers at once (the simulation's).
const FAULTS_SHOWN_ELSEWHERE: [u32; 8] = [21, 22, 23, 24, 71, 78, 79, 80];
/// Rows of `docs/policy.md` 2.3 of the same kind.
const ROWS_SHOWN_ELSEWHERE: [&str; 1] = ["8"];

#[test]
fn every_single_expectation_of_every_vector_can_fail() {
    let phrases = library::phrases().unwrap();
    let mut weak = Vec::new();
    for written in library::written().unwrap() {
        let vector = library::parse(written.clone(), &phrases).unwrap();
        if !vector.is_for(Runtime::Core) {
            continue;
        }
        let run = virtual_time::play(&vector, 1);
        let mut paths = Vec::new();
        for kind in ["reply", "request", "script"] {
            leaves(&written[kind]["expect"], &format!("/{kind}/expect"), &mut paths);
        }
        for path in paths {
            let mut changed = written.clone();
            alter(changed.pointer_mut(&path).unwrap());
            // What is not even well formed any more is found, too.
            if let Ok(changed) = library::parse(changed, &phrases)
                && differences(&changed, &run, Runtime::Core).is_empty()
            {
                weak.push(format!("{}: {path}", vector.name));
            }
        }
    }
    assert_eq!(weak, Vec::<String>::new(), "these expectations could be anything");
}

#[test]
fn what_a_vector_leaves_out_must_be_nothing() {
    let vector = |expect: Value| {
        let answer =
            json!({ "status": 400, "headers": { "x-tt-logid": "L" }, "json": { "code": 1160101, "msg": "m" } });
        let reply = json!({ "operation": "withdraw_process", "answer": answer, "expect": expect });
        parse(json!({ "name": "a b c", "source": "invented", "reply": reply })).unwrap()
    };
    let full = json!({
        "kind": "rejected", "effect": "none", "http_status": 400, "code": 1160101, "msg": "m", "log_id": "L"
    });
    let found = |expect: Value| {
        let vector = vector(expect);
        differences(&vector, &virtual_time::play(&vector, 1), Runtime::Core)
    };
    assert_eq!(found(json!({ "error": full })), Vec::<String>::new());
    for field in ["http_status", "code", "msg", "log_id"] {
        let mut less = full.clone();
        less.as_object_mut().unwrap().remove(field);
        assert_eq!(found(json!({ "error": less })).len(), 1, "{field}");
    }
    let mut typo = full.clone();
    typo["same_tokn"] = false.into();
    assert_eq!(found(json!({ "error": typo })), ["error.same_tokn: there is no such field"]);
    assert_eq!(found(json!({ "value": {} })).len(), 1);
}

#[test]
fn more_requests_fewer_and_others_are_all_found() {
    let vector = |steps: Value, sent: Value| {
        let value = json!({ "attribution": "presumed", "attempts": 1, "log_id": "LR" });
        let script = json!({ "steps": steps, "expect": { "value": value, "sent": sent } });
        parse(json!({ "name": "a b c", "source": "invented", "script": script })).unwrap()
    };
    let steps = json!(["token", "withdraw: applied, then reset", "read: withdrawn"]);
    let right = json!([{ "on": "token" }, { "on": "withdraw_process" }, { "on": "get_process" }]);
    for (sent, is_equal) in [
        (right.clone(), true),
        (json!([{ "on": "token" }, { "on": "withdraw_process" }]), false),
        (json!([{ "on": "token" }, { "on": "get_process" }, { "on": "withdraw_process" }]), false),
        (json!([{ "on": "token" }, { "on": "withdraw_process", "after_ms": [1, 9] }, { "on": "get_process" }]), false),
        (json!([{ "on": "token" }, { "on": "withdraw_process", "body": null }, { "on": "get_process" }]), false),
    ] {
        let vector = vector(steps.clone(), sent);
        let found = differences(&vector, &virtual_time::play(&vector, 1), Runtime::Core);
        assert_eq!(found.is_empty(), is_equal, "{found:?}");
    }
}

#[test]
fn a_claim_that_the_server_knows_better_is_found() {
    let vector = |steps: Value, expect: Value| {
        let script = json!({ "steps": steps, "expect": expect });
        parse(json!({ "name": "a b c", "source": "invented", "script": script })).unwrap()
    };
    let success = json!({ "on": "withdraw_process", "answer": { "json": { "code": 0 } } });
    let refusal = json!({ "on": "withdraw_process", "apply": true, "answer": { "status": 404 } });
    for (step, expect, claim) in [
        (success, json!({ "value": { "attribution": "ours", "attempts": 1 } }), "the server had applied nothing"),
        (
            refusal,
            json!({ "error": { "kind": "http", "effect": "none", "http_status": 404, "attempts": 1 } }),
            "the server had applied it",
        ),
    ] {
        let vector = vector(json!(["token", step]), expect);
        let found = differences(&vector, &virtual_time::play(&vector, 1), Runtime::Core);
        assert!(found.len() == 1 && found[0].contains(claim), "{found:?}");
    }
}

#[test]
fn a_vector_with_a_typo_is_refused() {
    let good = json!({
        "name": "a b c", "source": "invented",
        "script": { "steps": ["token", "withdraw: done"], "expect": { "value": { "attribution": "ours", "attempts": 1 } } }
    });
    assert!(parse(good.clone()).is_ok());
    for (path, key, value) in [
        ("", "crosing", json!(true)),
        ("", "reply", json!({})),
        ("", "source", json!("seen")),
        ("", "covers", json!(["F-14"])),
        ("", "runtimes", json!(["ruby"])),
        ("", "name", json!("short")),
        ("/script", "call", json!({})),
        ("/script", "calls", json!([{ "procces_id": "7" }])),
        ("/script", "calls", json!([{ "operation": "get_process", "reason": "r" }])),
        ("/script", "calls", json!([{ "operation": "list_processes" }])),
        ("/script", "calls", json!([{}, {}])),
        ("/script", "client", json!({ "app": "cli_a" })),
        ("/script", "steps", json!(["token", "withdraw: dnoe"])),
        ("/script", "steps", json!([{ "on": "withdraw", "answer": {} }])),
        ("/script", "steps", json!([{ "on": "token", "answer": { "stauts": 400 } }])),
        ("/script", "steps", json!([{ "on": "token", "answer": { "json": {}, "text": "" } }])),
        ("/script", "steps", json!([{ "on": "token", "answer": { "failed": "dns", "bytes_written": false } }])),
        ("/script", "steps", json!([{ "on": "token", "answer": { "fault": "token-500" } }])),
        ("/script/expect", "sents", json!([])),
        ("/script/expect", "sent", json!([{ "op": "token" }])),
        ("/script/expect", "error", json!({ "kind": "http", "effect": "none" })),
        ("/script/expect", "value", json!(null)),
    ] {
        let mut bad = good.clone();
        bad.pointer_mut(path).unwrap()[key] = value.clone();
        assert!(parse(bad).is_err(), "{path}/{key}: {value}");
    }
}

#[test]
fn a_call_has_what_its_operation_has_and_nothing_else() {
    let parse = |call: Value| {
        let vector = json!({
            "name": "a sentence of words", "source": "invented",
            "request": {"call": call, "expect": {"error": {"kind": "rejected", "effect": "none"}}},
        });
        library::parse(vector, &library::phrases().unwrap())
    };
    assert!(parse(json!({"reason": "r", "read_back": "never"})).is_ok());
    for (call, problem) in [
        (json!({"reson": "r"}), "unknown field `reson`"),
        (json!({"operation": "get_process", "reason": "r"}), "unknown field `reason`"),
        (json!({"operation": "get_process", "read_back": "never"}), "has no `read_back`"),
        (json!({"operation": "withdrawProcess"}), "`withdrawProcess` is no operation"),
    ] {
        let told = parse(call).expect_err(problem);
        assert!(told.contains(problem), "{told}");
    }
}

#[test]
fn names_are_given_once() {
    let vectors = library::read().unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    let twice = [vectors[0].clone(), vectors[1].clone(), vectors[0].clone()];
    assert_eq!(library::duplicates(&twice), [format!("`{}` stands twice", vectors[0].name)]);
}

#[test]
fn there_are_enough_vectors_of_each_kind() {
    let counts = library::counts(&library::read().unwrap());
    let (reply, request, script) = (counts["reply"], counts["request"], counts["script"]);
    assert!(reply >= 40 && request >= 40 && script >= 100 && reply + request + script >= 250, "{counts:?}");
    assert!((50..=220).contains(&counts["crossing"]), "{counts:?}");
}

#[test]
fn every_code_of_every_table_has_a_vector() {
    let vectors = library::read().unwrap();
    let replies: BTreeSet<(&str, i64)> = vectors
        .iter()
        .filter_map(|vector| vector.reply.as_ref())
        .filter_map(|reply| Some((reply.operation.as_str(), code(&reply.answer)?)))
        .collect();
    let of_tokens: BTreeSet<i64> = vectors
        .iter()
        .flat_map(|vector| vector.script.iter().flat_map(|script| &script.steps))
        .filter_map(|step| code(&step.answer).filter(|_| step.on == "token"))
        .collect();
    let mut missing = Vec::new();
    for operation in OPERATIONS {
        let rows = operation.codes.iter().filter(|row| !replies.contains(&(operation.name, row.code)));
        missing.extend(rows.map(|row| format!("{} of {}", row.code, operation.name)));
    }
    let any: BTreeSet<i64> = replies.iter().map(|(_, code)| *code).collect();
    missing.extend(codes::GATEWAY.iter().filter(|row| !any.contains(&row.code)).map(|row| row.code.to_string()));
    let tokens = TENANT_ACCESS_TOKEN.codes.iter().filter(|row| !of_tokens.contains(&row.code));
    missing.extend(tokens.map(|row| format!("{} of the token endpoint", row.code)));
    assert_eq!(missing, Vec::<String>::new());
}

/// A shim that does not know an operation fails on its first vector, so every operation must have some.
#[test]
fn every_operation_has_a_vector_of_each_kind() {
    let vectors = library::read().unwrap();
    for operation in OPERATIONS {
        let is_of = |call: &Call| call.operation() == operation.name;
        let reply = vectors.iter().flat_map(|vector| &vector.reply).any(|reply| reply.operation == operation.name);
        let request = vectors.iter().flat_map(|vector| &vector.request).any(|request| is_of(&request.call));
        let script = vectors.iter().flat_map(|vector| &vector.script).any(|script| script.calls().iter().any(is_of));
        assert!(reply && request && script, "{}: {:?}", operation.name, (reply, request, script));
    }
}

#[test]
fn every_row_and_every_fault_of_the_policy_has_a_vector() {
    let vectors = library::read().unwrap();
    let covered: BTreeSet<&str> = vectors.iter().flat_map(|vector| &vector.covers).map(String::as_str).collect();
    let rows = (1..=25).map(|row| row.to_string()).chain(["11b", "18b", "24b"].map(str::to_owned));
    let rows = rows.filter(|row| !ROWS_SHOWN_ELSEWHERE.contains(&row.as_str())).map(|row| format!("row {row}"));
    let faults = (1..=100).filter(|fault| !FAULTS_SHOWN_ELSEWHERE.contains(fault)).map(|fault| format!("F{fault:02}"));
    let missing: Vec<String> = rows.chain(faults).filter(|wanted| !covered.contains(wanted.as_str())).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_exception_names_a_vector_that_its_runtime_plays_and_is_made_once() {
    let (exceptions, vectors) = (exceptions::read(), library::read().unwrap());
    let mut seen = BTreeSet::new();
    for exception in exceptions {
        let vector = vectors.iter().find(|vector| vector.name == exception.vector);
        let vector = vector.unwrap_or_else(|| panic!("no vector is called `{}`", exception.vector));
        let plays =
            vector.runtimes.is_empty() || vector.runtimes.iter().any(|runtime| runtime.as_str() == exception.runtime);
        assert!(plays, "{} does not play `{}`", exception.runtime, exception.vector);
        assert!(seen.insert((exception.runtime.clone(), exception.vector.clone())), "twice: {exception:?}");
    }
}

fn parse(vector: Value) -> Result<Vector, String> {
    library::parse(vector, &library::phrases().unwrap())
}

fn code(answer: &Answer) -> Option<i64> {
    answer.json.as_ref()?["code"].as_i64()
}

/// The places of everything that an expectation says, but for what a matcher leaves open.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Null if path.ends_with("/expect") => {}
        Value::Array(items) if items.is_empty() => {}
        Value::Object(fields) if fields.is_empty() || fields.keys().any(|key| key == "$any" || key == "$between") => {}
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &format!("{path}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            // The bounds of a pause may be moved a little without any harm.
            for (name, field) in fields.iter().filter(|(name, _)| *name != "after_ms") {
                leaves(field, &format!("{path}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(path.to_owned()),
    }
}

/// Makes it something else.
fn alter(value: &mut Value) {
    *value = match value {
        Value::Bool(is_true) => Value::Bool(!*is_true),
        Value::Number(number) => (number.as_i64().unwrap_or_default() + 1).into(),
        Value::String(text) => format!("{text}!").into(),
        Value::Null | Value::Array(_) | Value::Object(_) => "!".into(),
    };
}
