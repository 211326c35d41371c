//! Any text as a request: what is taken becomes one request to the operation's own path, and nothing else.
#![no_main]

use feishu_corehr::{Endpoint, Form, FromForm, GetProcess, ListProcesses, Method, WithdrawProcess};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    read::<GetProcess>(text);
    read::<ListProcesses>(text);
    read::<WithdrawProcess>(text);
});

fn read<E: Endpoint + FromForm>(text: &str) {
    let mut form = Form::read("request", text);
    let request = E::from_form(&mut form);
    let Some(request) = request.filter(|_| form.problems().is_empty()) else { return };
    assert!(serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object()), "what is taken is an object");
    let Ok(prepared) = request.prepare() else {
        assert!(!request.problems().is_empty(), "only a problem stops a request");
        return;
    };
    let operation = &E::OPERATION;
    let (path, query) = prepared.target.split_once('?').unwrap_or((&prepared.target, ""));
    let wanted: Vec<&str> = operation.path.split('/').collect();
    let found: Vec<&str> = path.split('/').collect();
    assert_eq!(wanted.len(), found.len(), "{path}");
    for (wanted, found) in wanted.iter().zip(found) {
        let is_parameter = wanted.starts_with('{');
        assert!(*wanted == found || is_parameter && !matches!(found, "" | "." | ".."), "{path}");
        assert!(found.bytes().all(|byte| byte.is_ascii_graphic() && !b"#?\\".contains(&byte)), "{path}");
    }
    assert!(query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'), "{query}");
    let body = prepared.body.map(|body| serde_json::from_slice::<Value>(&body).expect("JSON"));
    assert_eq!(body.is_some(), operation.method != Method::Get);
}
