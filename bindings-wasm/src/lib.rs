//! The WebAssembly half of the npm package `feishu-corehr`: the core behind a few functions of numbers and text.
//!
//! Nothing is imported from JavaScript, and nothing is called back. A call is polled like a machine: [`poll`] answers
//! with what the host shall do (send this, sleep so long, ask for a token), and the host brings the answers. So every
//! entry is one that `js/instance.ts` guards, and a trap anywhere ends all calls with an error instead of hanging them.

#[cfg(feature = "bulk")]
pub mod bulk;
mod call;
mod client;
mod data;
mod door;
mod host;
mod registry;
#[cfg(feature = "bulk")]
mod run;
mod text;
mod walk;

use feishu_corehr::{HttpResponse, Secret, TransportError};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::registry::Registry;

/// The standard one is three times its size.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Opens a client: `{"ok": its number}` or `{"error": …}`. `credentials` is `app`, `backend` or `host`.
#[wasm_bindgen]
pub fn open(options: &str, credentials: &str, has_transport: bool, seed: f64) -> String {
    // All 53 bits of a JavaScript integer.
    text::result(client::Client::new(options, credentials, has_transport, seed as u64).map(Registry::add_client))
}

/// Forgets a client; calls in flight go on.
#[wasm_bindgen]
pub fn close(client: u32) {
    Registry::remove_client(client);
}

/// Begins a call: `{"ok": its number}` or `{"error": …}`. Nothing happens before [`poll`].
#[wasm_bindgen]
pub fn start(client: u32, operation: &str, request: &str, options: &str, is_observed: bool) -> String {
    text::result(Registry::start(client, operation, request, options, is_observed))
}

/// Begins one request for a client elsewhere, as [`start`] does: a refused token is renewed, nothing else is repeated,
/// and its end tells nothing of the answer.
#[wasm_bindgen]
pub fn relay(client: u32, operation: &str, request: &str, options: &str, is_observed: bool) -> String {
    text::result(Registry::relay(client, operation, request, options, is_observed))
}

/// Goes on with a call, and answers with a list of what the host shall do. Its last item is `done` or `failed` when
/// the call has ended; then its number means nothing any more.
#[wasm_bindgen]
pub fn poll(call: u32, monotonic: f64, wall: f64) -> String {
    Registry::poll(call, monotonic as u64, wall as u64)
}

/// The calls that want to be polled, because another one has brought what they wait for.
#[wasm_bindgen]
pub fn woken() -> Vec<u32> {
    call::woken()
}

/// Ends a call, and tells what it has done: the fields of an error.
#[wasm_bindgen]
pub fn cancel(call: u32) -> String {
    Registry::cancel(call)
}

/// A sleep is over.
#[wasm_bindgen]
pub fn slept(call: u32, task: u32) {
    Registry::answer(call, task, host::Completion::Nothing);
}

/// The transport has brought an answer; `headers` is a list of pairs.
#[wasm_bindgen]
pub fn answered(call: u32, task: u32, status: u16, headers: &str, body: Vec<u8>) {
    let response = HttpResponse { status, headers: text::headers(headers), body };
    Registry::answer(call, task, host::Completion::Http(Ok(response)));
}

/// The transport has failed; `kind` is one of `TransportErrorKind`'s words. `status` and `headers` are the answer's head,
/// 0 where none was read.
#[wasm_bindgen]
pub fn failed(call: u32, task: u32, kind: &str, bytes_written: bool, detail: &str, status: u16, headers: &str) {
    let mut error = TransportError::new(text::transport_error_kind(kind), bytes_written, detail);
    if status != 0 {
        error = error.with_head(status, text::headers(headers));
    }
    Registry::answer(call, task, host::Completion::Http(Err(error)));
}

/// The token function has returned a text, or has failed with one that holds no secret.
#[wasm_bindgen]
pub fn token(call: u32, task: u32, is_token: bool, text: String) {
    let token = if is_token { Ok(Secret::new(text)) } else { Err(text) };
    Registry::answer(call, task, host::Completion::Token(token));
}

/// Begins a walk through a list: `{"ok": its number}` or `{"error": …}`.
#[wasm_bindgen]
pub fn walk(operation: &str, request: &str, wall: f64) -> String {
    text::result(walk::new(operation, request, wall as u64).map(Registry::add_walk))
}

/// Of a walk through the candidates of a start: the kind of user ids that each process is read with, or null; with the
/// `data` of one that was read, null where it is no candidate.
#[wasm_bindgen]
pub fn candidate(request: &str, raw: Option<String>) -> String {
    text::result(walk::candidate(request, raw.as_deref()))
}

/// Where a walk stands: `{"ok": {"cursor", "request"}}`, both null at its end; or `{"error": …}` once, where the page that
/// was taken last does not lead on.
#[wasm_bindgen]
pub fn walk_next(walk: u32) -> String {
    Registry::walk(walk, |walk| walk.next())
}

/// Goes on to the next page by what the answer says of it: `{"ok": …}` with where that is, null at the end.
#[wasm_bindgen]
pub fn walk_on(walk: u32, has_more: bool, page_token: Option<String>, log_id: Option<String>) -> String {
    Registry::walk(walk, |walk| walk.go_on(has_more, page_token.as_deref(), log_id.as_deref()))
}

/// Forgets a walk.
#[wasm_bindgen]
pub fn walk_end(walk: u32) {
    Registry::remove_walk(walk);
}

/// A request as data: `{"ok": …}` or `{"error": …}`.
#[wasm_bindgen]
pub fn request(client: u32, operation: &str, request: &str, options: &str) -> String {
    text::result(Registry::client(client).and_then(|client| data::request(&client, operation, request, options)))
}

/// Reads an answer that another HTTP stack has fetched: `{"ok": …}` or `{"error": …}`.
#[wasm_bindgen]
pub fn decode(operation: &str, status: u16, headers: &str, body: Vec<u8>) -> String {
    text::written(data::decode(operation, &HttpResponse { status, headers: text::headers(headers), body }))
}

/// The variables of a form, a flow or a template as plain data, by the answer's `data`: `{"ok": …}` or `{"error": …}`.
#[wasm_bindgen]
pub fn plain(raw: &str) -> String {
    text::result(data::plain(raw))
}

/// What is known about a code of an operation, or null.
#[wasm_bindgen]
pub fn explain(operation: &str, code: f64) -> String {
    text::json(&feishu_corehr::explain(operation, code as i64))
}
