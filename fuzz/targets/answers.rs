//! Any bytes as an answer: never a panic, a success only for code 0, and no effect only where it is proved.
#![no_main]

use feishu_corehr::verdict::{self, NOT_SENT};
use feishu_corehr::{Effect, Endpoint, GetProcess, Header, HttpResponse, ListProcesses, OPERATIONS, WithdrawProcess};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// The first two bytes choose status and headers, the rest is the body.
fuzz_target!(|bytes: &[u8]| {
    let [status, headers, body @ ..] = bytes else { return };
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    let headers = HEADERS.iter().enumerate().filter(|(index, _)| headers >> index & 1 == 1);
    let headers = headers.map(|(_, (name, value))| Header::new(name, *value)).collect();
    let response = HttpResponse { status, headers, body: body.to_vec() };
    for operation in OPERATIONS {
        match feishu_corehr::read(operation, &response) {
            Ok(reply) => {
                assert!((200..300).contains(&status), "{status}");
                let envelope: Value = serde_json::from_slice(body).expect("a success is JSON");
                assert_eq!(envelope["code"].as_i64(), Some(0));
                let _ = (GetProcess::decode(&reply), ListProcesses::decode(&reply), WithdrawProcess::decode(&reply));
            }
            Err(error) => {
                assert_ne!(error.effect, Effect::Applied, "{error}");
                assert!(error.msg.as_ref().is_none_or(|msg| msg.chars().count() <= 256), "{error}");
                assert!(!error.to_string().contains(|letter: char| letter.is_control() && letter != '\n'), "{error:?}");
            }
        }
    }
    let error = match verdict::judge(const { &WithdrawProcess::OPERATION }, Ok(&response)) {
        Ok(_) => return,
        Err(failure) => failure.error,
    };
    if error.effect == Effect::None {
        let is_refused_by_code = error.code.is_some_and(|code| code != 0);
        let is_refused_at_the_edge = matches!(status, 400 | 401 | 403 | 404 | 405 | 413 | 414 | 415 | 429 | 431);
        let is_unsent = status >= 400 && response.header(NOT_SENT).is_some();
        assert!(is_refused_by_code || is_refused_at_the_edge || is_unsent, "{error}");
    }
});

const STATUSES: [u16; 24] = [
    200, 201, 204, 101, 302, 307, 400, 401, 402, 403, 404, 408, 409, 413, 418, 425, 429, 431, 500, 501, 502, 503, 504,
    599,
];
const HEADERS: [(&str, &str); 8] = [
    ("content-type", "application/json"),
    ("content-type", "text/html"),
    ("x-tt-logid", "L"),
    ("x-corehr-not-sent", "why"),
    ("x-ogw-ratelimit-reset", "2"),
    ("retry-after", "1"),
    ("location", "https://user@elsewhere.test/a"),
    ("x-request-id", "R"),
];
