//! Every named fault, made to happen.

use std::collections::BTreeSet;

use feishu_corehr_sandbox::{Aim, Effect, Fault, FaultOrder, Group, Operation, Outcome, Sandbox};

use crate::client::{Connection, End, eventually, get_request, request, sandbox, token, token_request};

/// How far to read, and what must be found there.
#[derive(Clone, Copy)]
enum Wire {
    /// Nothing comes; the connection stays open until we leave.
    Silence,
    /// All of these texts come; the connection stays open.
    Open(&'static [&'static str]),
    /// All of these texts have come when the connection is closed.
    Closed(&'static [&'static str]),
    /// Nothing comes, then the connection is closed.
    Fin,
    /// Nothing comes, then the connection is reset.
    Reset,
}

/// Stands among the texts of a fault for what the act is answered once it is done.
const AGAIN: &str = "(again)";

/// What a fault must show on the wire; `None` where a test of its own shows it.
fn expected(name: &str) -> Option<Wire> {
    use Wire::{Closed, Fin, Open, Reset, Silence};
    let wire = match name {
        "stale-keepalive-before-write" => Closed(&["200 OK", r#"{"code":0"#]),
        "rst-after-head-half" | "rst-after-request-not-applied" | "rst-after-applied" | "own-lost-then-finished" => {
            Reset
        }
        "eof-after-request-not-applied" | "eof-after-applied" => Fin,
        "eof-in-head" => Closed(&["HTTP/1.1 20"]),
        "eof-in-body" => Closed(&["Content-Length: (length)\r\n", "\r\n\r\n{\"code\":0,\"data\""]),
        "timeout-not-applied" | "timeout-applied" | "half-open" => Silence,
        "duplicate-delivery" => Open(&["400 Bad Request", AGAIN]),
        "withdrawn-by-other"
        | "completed"
        | "rejected"
        | "revoking"
        | "revoked"
        | "stale-read-2.5s"
        | "1161006-after-applied" => Open(&["400 Bad Request", "1161006"]),
        "cl-too-long" => Closed(&["Content-Length: (longer)\r\n", "success\"}"]),
        "cl-too-short" => Open(&["Content-Length: (half)\r\n", "success\"}"]),
        "cl-negative" => Closed(&["Content-Length: -1\r\n", "success\"}"]),
        "cl-conflict" => Closed(&["Content-Length: 3\r\nContent-Length: 4\r\n"]),
        "fin-ended" => Closed(&["Content-Type: ", "\r\n\r\n", ">|}"]),
        "chunk-no-end" => Closed(&["Transfer-Encoding: chunked\r\n", "\r\n(hex)\r\n{\"code\":0", "}\r\n"]),
        "chunk-size-overflow" => Closed(&["\r\n\r\nFFFFFFFFFFFFFFFFF\r\n"]),
        "drip-1B/s" | "drip-head-1B/s" => Open(&["Content-Length: ", "\r\n\r\n", ">|}"]),
        "endless-body" => Open(&["Transfer-Encoding: chunked\r\n", "{\"code\":0,\"msg\":\"", "aaa\r\n10000\r\naaa"]),
        "gzip-bomb" => Open(&["Content-Encoding: gzip\r\n"]),
        "gzip-corrupt" => Open(&["Content-Encoding: gzip\r\n", "\r\n\r\n\u{1f}"]),
        "1xx-flood" => Open(&["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n", "X-Tt-Logid"]),
        "header-flood" => Open(&["X-Flood-0: aaa", "X-Flood-19999: aaa"]),
        "cl+te" => Open(&["Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "\r\n0\r\n\r\n"]),
        "header-nul" => Open(&["X-Nul: a\0b\r\n"]),
        "header-obsfold" => Open(&["X-Fold: a\r\n b\r\n"]),
        "header-nul-obsfold" => Open(&["X-Fold: a\r\n b\0c\r\n"]),
        "surplus-answer" | "surplus-answer-late" => Open(&["X-Surplus: 1\r\n", r#"{"code":0,"#]),
        "surplus-bytes" => Open(&["surplus\r\n"]),
        "surplus-head" => Open(&["HTTP/1.1 200 OK\r\nX-Surplus: "]),
        "204" => Open(&["HTTP/1.1 204 No Content\r\n", "\r\n\r\n"]),
        "200-empty" => Open(&["HTTP/1.1 200 OK\r\n", "Content-Length: 0\r\n\r\n"]),
        "307-same-host" => Open(&["307 ", "Location: /redirected/307\r\n"]),
        "308-other-host" => Open(&["308 ", "Location: http://localhost:"]),
        "302-to-http" => Open(&["302 ", "Location: http://127.0.0.1:"]),
        "loop" => Open(&["307 ", "Location: /open-apis/corehr/v2/process"]),
        "408" => Closed(&["408 Request Timeout", "Connection: close\r\n"]),
        "429-reset2" => {
            Open(&["429 Too Many", "x-ogw-ratelimit-limit: 50\r\nx-ogw-ratelimit-reset: 2\r\n", "99991400"])
        }
        "400-99991400" => Open(&["400 Bad", "x-ogw-ratelimit-reset: 2\r\n", "99991400"]),
        "200-99991400" => Open(&["200 OK", "x-ogw-ratelimit-reset: 2\r\n", "99991400"]),
        "429-no-header" => Open(&["429 Too Many", "99991400"]),
        "429-reset-0" => Open(&["x-ogw-ratelimit-reset: 0\r\n", "99991400"]),
        "429-reset-negative" => Open(&["x-ogw-ratelimit-reset: -1\r\n", "99991400"]),
        "429-reset-abc" => Open(&["x-ogw-ratelimit-reset: abc\r\n", "99991400"]),
        "429-reset-9e11" => Open(&["x-ogw-ratelimit-reset: 900000000000\r\n", "99991400"]),
        "429-for-60s" => Open(&["429 Too Many", "x-ogw-ratelimit-reset: 60\r\n", "99991400"]),
        "verify-429-20s" => Open(&["429 Too Many", "x-ogw-ratelimit-reset: 20\r\n", "99991400"]),
        "500-before" | "500-after" | "token-500" => Open(&["500 Internal", "text/plain", "internal error"]),
        "502-html" => Open(&["502 Bad Gateway", "text/html", "<html>"]),
        "503-retry-after-1" => Open(&["503 ", "Retry-After: 1\r\n"]),
        "503-retry-after-0" => Open(&["503 ", "Retry-After: 0\r\n"]),
        "504-before" | "504-after" => Open(&["504 Gateway Timeout"]),
        "401-empty" => Open(&["401 Unauthorized", "Content-Length: 0\r\n\r\n"]),
        "404-text" => Open(&["404 Not Found", "text/plain", "404 page not found"]),
        "403-html" => Open(&["403 Forbidden", "text/html"]),
        "bad-json" => Open(&["{},}"]),
        "captive-html-200" => Open(&["200 OK", "text/html", "sign in"]),
        "body-array" => Open(&["\r\n\r\n[]"]),
        "body-null" => Open(&["\r\n\r\nnull"]),
        "code-string" => Open(&[r#"{"code":"0","#, "success"]),
        "code-float" => Open(&[r#"{"code":0.0,"#, "success"]),
        "code-1e3" => Open(&[r#"{"code":1e3,"#, "success"]),
        "code-2^70" => Open(&[r#"{"code":1180591620717411303424,"#, "success"]),
        "code-null" => Open(&[r#"{"code":null,"#, "success"]),
        "code-missing" => Open(&["\r\n\r\n{\"data\":{", "\"msg\":\"success\"}"]),
        "duplicate-code" => Open(&[r#"{"code":1161006,"code":0,"#, "success"]),
        "depth-100000" => Open(&["[[[[[[[[", "]]]]}"]),
        "bad-utf8" => Open(&["succ\u{fffd}\u{fffd}ess"]),
        "bom" => Open(&["\r\n\r\n\u{feff}{\"code\":0"]),
        "text-after-json" => Open(&["\"success\"}garbage"]),
        "octet-stream" => Open(&["Content-Type: application/octet-stream\r\n"]),
        "unknown-fields-status-99" => Open(&[r#""novelty""#, r#"{"code":0"#]),
        "99991663-http400" | "99991663-same-token" | "revoked-mid-bulk" => Open(&["400 Bad", "99991663", "log_id"]),
        "99991663-http200" => Open(&["200 OK", "99991663"]),
        "99991664" | "99991665" | "99991668" | "99991671" | "99991677" | "99991661" | "99991403" | "99991401"
        | "99991662" | "99991673" => Open(&["400 Bad", "{\"code\":9999", "\"log_id\""]),
        "99991672" | "verify-forbidden" => {
            Open(&["400 Bad", "99991672", "permission_violations", "action_scope_required", "corehr:process", "helps"])
        }
        "token-10003" => Open(&["200 OK", "10003"]),
        "token-10014" => Open(&["200 OK", "10014"]),
        "token-10015" => Open(&["200 OK", "10015"]),
        "token-10003-http400" => Open(&["400 Bad", "10003"]),
        "token-99991543" => Open(&["400 Bad", "99991543"]),
        "token-2200" => Open(&["500 Internal", "2200"]),
        "expire-0" => Open(&[r#""expire":0,"#, r#""t-"#]),
        "expire-negative" => Open(&[r#""expire":-1,"#]),
        "expire-2^40" => Open(&[r#""expire":1099511627776,"#]),
        "expire-missing" => Open(&[r#"{"code":0,"msg":"ok","tenant_access_token":"t-"#]),
        "4kb-jwt" | "token-9kb" => Open(&[r#""tenant_access_token":"eyJ"#, "\"}"]),
        "token-with-crlf" => Open(&[r#""tenant_access_token":"t-a\r\nX-Injected: 1""#]),
        "token-empty" => Open(&[r#""tenant_access_token":"""#]),
        "token-missing" => Open(&[r#""tenant_access_token":null"#]),
        // What is left of a token may be a second less than its life.
        "slow-token" => Open(&[r#"{"code":0,"expire":7"#, r#""t-"#]),
        "1160101" => Open(&["400 Bad", "1160101"]),
        "1161003" => Open(&["403 Forbidden", "1161003"]),
        "500-1668" => Open(&["500 Internal", "1668"]),
        "unknown-116" => Open(&["400 Bad", "1169999"]),
        "unknown-999" => Open(&["400 Bad", "99999999"]),
        "500-unknown" => Open(&["500 Internal", "77777"]),
        "500-1160500" => Open(&["500 Internal", "1160500"]),
        "500-1160102" => Open(&["500 Internal", "1160102"]),
        "1161005-not-applied" | "1161005-after-applied" => Open(&["400 Bad", "1161005"]),
        // These need more than one request: see `sequences`.
        "fin-races-write" | "applied-45s-late" => return None,
        other => panic!("no expectation for the fault `{other}`"),
    };
    Some(wire)
}

/// What the log must say of the effect.
fn applied(fault: &Fault, flag: Option<bool>) -> bool {
    let prevented = ["withdrawn-by-other", "completed", "rejected", "revoking", "revoked", "stale-read-2.5s"];
    match fault.effect {
        Effect::Applied => {
            fault.aim != Aim::Token && fault.name != "revoked-mid-bulk" && !prevented.contains(&fault.name)
        }
        Effect::ByFlag => flag == Some(true),
        Effect::Twice => true,
        Effect::Late | Effect::NotApplied => false,
    }
}

#[tokio::test]
async fn every_named_fault_does_what_the_catalogue_says() {
    let sandbox = sandbox().await;
    let mut groups = BTreeSet::new();
    for fault in Sandbox::faults() {
        groups.insert(format!("{:?}", fault.group));
        let Some(wire) = expected(fault.name) else { continue };
        let flags: &[Option<bool>] =
            if fault.effect == Effect::ByFlag { &[None, Some(false), Some(true)] } else { &[None] };
        for flag in flags {
            strike(&sandbox, fault, *flag, wire, &WITHDRAWING).await;
            // What business does to a process, and by which code it refuses, differs from act to act; and reading or asking
            // for a token is the same beside any act.
            if fault.group != Group::Business && !matches!(fault.aim, Aim::Reads | Aim::Token) {
                for act in &[REVOKING, REVIEWING, TRANSFERRING, ADDING, STARTING] {
                    strike(&sandbox, fault, *flag, wire, act).await;
                }
            }
        }
    }
    assert_eq!(groups.len(), 7);
}

/// An act on a process, which a fault may strike.
struct Act {
    operation: Operation,
    method: &'static str,
    /// With `{}` for the process.
    path: &'static str,
    body: &'static str,
    situation: &'static str,
    /// Whether it has been done to this process.
    is_done: fn(&Sandbox, &str) -> bool,
    /// The length of the body that says that it is done.
    length: usize,
    /// What a second arrival is answered once it is done: mostly a code that refuses it.
    again: &'static str,
}

fn status(sandbox: &Sandbox, process: &str) -> i64 {
    sandbox.process(process).expect("the process is there").status
}

const WITHDRAWING: Act = Act {
    operation: Operation::WithdrawProcess,
    method: "PUT",
    path: "/open-apis/corehr/v2/process_withdraw/{}",
    body: r#"{"system_user":true}"#,
    situation: "running",
    is_done: |sandbox, process| status(sandbox, process) == 4,
    length: r#"{"code":0,"data":{},"msg":"success"}"#.len(),
    again: "1161006",
};
const REVOKING: Act = Act {
    operation: Operation::RevokeProcess,
    path: "/open-apis/corehr/v2/process_revoke/{}",
    situation: "completed",
    is_done: |sandbox, process| status(sandbox, process) == 8,
    again: "1161007",
    ..WITHDRAWING
};
const REVIEWING: Act = Act {
    operation: Operation::ReviewTask,
    path: "/open-apis/corehr/v2/processes/{}/approvers/7300000000000000011",
    body: r#"{"status":3,"system_approval":true}"#,
    is_done: |sandbox, process| status(sandbox, process) == 9,
    length: r#"{"code":0,"data":{"code":0,"msg":"success"},"msg":"success"}"#.len(),
    again: "1161001",
    ..WITHDRAWING
};
const TRANSFERRING: Act = Act {
    operation: Operation::TransferTasks,
    path: "/open-apis/corehr/v2/processes/{}/transfer",
    body: r#"{"system_user":true,"to_user_id":"ou_91791271921729102012","approver_ids":["7300000000000000011"]}"#,
    is_done: |sandbox, process| tasks_of(sandbox, process, "ou_91791271921729102012") == 1,
    again: "1160245",
    ..WITHDRAWING
};
const ADDING: Act = Act {
    operation: Operation::AddApprovers,
    path: "/open-apis/corehr/v2/processes/{}/extra",
    body: r#"{"system_user":true,"approver_id":"7300000000000000011","extra_type":1,"extra_user_ids":["ou_91791271921729102012"]}"#,
    is_done: |sandbox, process| tasks_of(sandbox, process, "ou_91791271921729102012") == 1,
    again: "1160114",
    ..WITHDRAWING
};
/// A second arrival starts another process.
const STARTING: Act = Act {
    operation: Operation::StartProcess,
    method: "POST",
    path: "/open-apis/corehr/v2/process_start",
    body: r#"{"system_initiator":true,"flow_definition_id":"people_7000000000000000000_7100000000000000000"}"#,
    is_done: |sandbox, _| sandbox.process("7500000000000000001").is_some(),
    length: r#"{"code":0,"data":{"process_id":"7500000000000000001"},"msg":"success"}"#.len(),
    again: "7500000000000000002",
    ..WITHDRAWING
};

fn tasks_of(sandbox: &Sandbox, process: &str, open_id: &str) -> usize {
    let nodes = sandbox.process(process).expect("the process is there").nodes;
    nodes.iter().flat_map(|node| &node.tasks).filter(|task| task.user.open_id == open_id).count()
}

async fn strike(sandbox: &Sandbox, fault: &Fault, flag: Option<bool>, wire: Wire, act: &Act) {
    let case = format!("{} with flag {flag:?}, {}", fault.name, act.path);
    sandbox.reset();
    let token = token(sandbox).await;
    let process = sandbox.demo().processes[act.situation].clone();
    let acting = request(act.method, &act.path.replace("{}", &process), Some(&token), act.body);
    let (on, request) = match fault.aim {
        Aim::Acts | Aim::Any | Aim::Calls => (act.operation, acting),
        Aim::Reads => (Operation::GetProcess, get_request(&process, &token)),
        Aim::Token => (Operation::Token, token_request(sandbox)),
    };
    // The pauses are shortened; what lasts must last until we have looked.
    let ms =
        (fault.name.starts_with("drip") || matches!(fault.name, "slow-token" | "surplus-answer-late")).then_some(1);
    sandbox.order_fault(&FaultOrder { apply: flag, ms, ..FaultOrder::once(on, fault.name) }).expect(fault.name);

    let mut connection = Connection::open(sandbox).await;
    connection.send(&request).await;
    match wire {
        Wire::Silence => {
            eventually(sandbox, on, |entry| entry.outcome == Some(Outcome::Stalled)).await;
            assert!(connection.is_silent(), "{case}");
        }
        Wire::Open(texts) => find(&mut connection, texts, &case, fault, flag, act).await,
        Wire::Closed(texts) => {
            assert_eq!(connection.read_to_end().await, End::Fin, "{case}");
            find(&mut connection, texts, &case, fault, flag, act).await;
        }
        Wire::Fin => assert_eq!((connection.read_to_end().await, connection.bytes.len()), (End::Fin, 0), "{case}"),
        Wire::Reset => assert_eq!((connection.read_to_end().await, connection.bytes.len()), (End::Reset, 0), "{case}"),
    }
    drop(connection);

    let entry = eventually(sandbox, on, |entry| entry.fault.is_some()).await;
    assert_eq!(entry.fault.as_deref(), Some(fault.name), "{case}");
    assert_eq!(entry.applied, applied(fault, flag), "{case}");
    assert_eq!(
        entry.status.is_none(),
        matches!(wire, Wire::Silence | Wire::Fin | Wire::Reset) || fault.name == "eof-in-head",
        "{case}"
    );
    if fault.group != Group::Business {
        assert_eq!((act.is_done)(sandbox, &process), applied(fault, flag), "{case}");
    }
    if fault.name != "half-open" && matches!(wire, Wire::Silence) {
        eventually(sandbox, on, |entry| entry.client_closed_at_ms.is_some()).await;
    }
    assert_eq!(sandbox.redirects_followed(), 0);
}

/// Reads until each text has come, in any order. `>|}` stands for the end of either body, and some words for a number that
/// the length of the body makes.
async fn find(connection: &mut Connection, texts: &[&str], case: &str, fault: &Fault, flag: Option<bool>, act: &Act) {
    for text in texts {
        let length = if applied(fault, flag) { act.length } else { WITHDRAWING.length };
        let text = text
            .replace("(length)", &length.to_string())
            .replace("(longer)", &(length + 100).to_string())
            .replace("(half)", &(length / 2).to_string())
            .replace("(hex)", &format!("{length:x}"));
        let text = match (text.as_str(), flag) {
            (">|}", Some(true)) => "}",
            (">|}", _) => "</html>",
            ("400 Bad Request", _) if fault.effect == Effect::Twice && act.operation == Operation::StartProcess => {
                "200 OK"
            }
            (AGAIN, _) => act.again,
            (text, _) => text,
        };
        // Two bytes of one test are no UTF-8, which the replacement character stands for.
        let mark: Vec<u8> = match text {
            "succ\u{fffd}\u{fffd}ess" => b"succ\xff\xfess".to_vec(),
            text => text.as_bytes().to_vec(),
        };
        let end = connection.read_until(&mark).await;
        let found = connection.bytes.windows(mark.len()).any(|window| window == mark);
        let seen = String::from_utf8_lossy(&connection.bytes[..connection.bytes.len().min(2000)]).into_owned();
        assert!(found, "{case}: {text:?} did not come before {end:?}: {seen}");
    }
}
