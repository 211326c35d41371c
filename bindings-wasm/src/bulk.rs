//! What Node asks of runs over many processes: the core's steps as JSON, by the run's number.

use feishu_corehr::{Instant, SqlValue};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::registry::{Registry, closed};
use crate::run::{Run, Step};
use crate::text;

/// Begins a run: `{"ok": its number}` or `{"error": …}`. `name` is the run's; `process_ids` is a list, and `options` holds
/// what the request says beside the process, too. Nothing happens before [`bulk_poll`].
#[wasm_bindgen]
pub fn bulk(client: u32, name: &str, process_ids: &str, options: &str, has_journal: bool) -> String {
    let run = Registry::client(client).and_then(|client| Run::new(client, name, process_ids, options, has_journal));
    text::result(run.map(Registry::add_run))
}

/// Goes on with a run: what the host shall do.
#[wasm_bindgen]
pub fn bulk_poll(run: u32, monotonic: f64, wall: f64) -> String {
    with(run, |run| Step::from(run.bulk.poll(instant(monotonic, wall))))
}

/// Begins the call of one item of a run: `{"ok": the call's number}` or `{"error": …}`, of which the run has heard.
#[wasm_bindgen]
pub fn bulk_item(run: u32, item: u32, is_observed: bool) -> String {
    let run = Registry::run(run).ok_or_else(closed);
    text::result(run.and_then(|run| Registry::start_item(&run, item as usize, is_observed)))
}

/// The rows that the journal has answered: a list of lists.
#[wasm_bindgen]
pub fn bulk_rows(run: u32, rows: &str) {
    let rows: Vec<Vec<Value>> = serde_json::from_str(rows).unwrap_or_default();
    let read = |value: Value| {
        let text = value.as_str().map(|text| SqlValue::Text(text.to_owned()));
        // What is neither a whole number nor a text is none of the run's.
        text.or_else(|| value.as_i64().map(SqlValue::Integer)).unwrap_or(SqlValue::Null)
    };
    if let Some(run) = Registry::run(run) {
        run.bulk.rows(rows.into_iter().map(|row| row.into_iter().map(read).collect()).collect());
    }
}

/// What was to be stored is durable.
#[wasm_bindgen]
pub fn bulk_stored(run: u32, monotonic: f64, wall: f64) {
    if let Some(run) = Registry::run(run) {
        run.bulk.stored(instant(monotonic, wall));
    }
}

/// The journal has failed, in the database's words.
#[wasm_bindgen]
pub fn bulk_failed(run: u32, words: &str) {
    if let Some(run) = Registry::run(run) {
        run.bulk.failed(words);
    }
}

/// Begins nothing more.
#[wasm_bindgen]
pub fn bulk_cancel(run: u32) {
    if let Some(run) = Registry::run(run) {
        run.bulk.cancel();
    }
}

/// How far it has come.
#[wasm_bindgen]
pub fn bulk_progress(run: u32, monotonic: f64, wall: f64) -> String {
    with(run, |run| run.bulk.progress(instant(monotonic, wall)))
}

/// What it has come to so far.
#[wasm_bindgen]
pub fn bulk_report(run: u32) -> String {
    with(run, |run| run.bulk.report())
}

/// Forgets a run.
#[wasm_bindgen]
pub fn bulk_end(run: u32) {
    Registry::remove_run(run);
}

fn with<T: Serialize>(run: u32, act: impl FnOnce(&Run) -> T) -> String {
    text::result(Registry::run(run).as_ref().map(act).ok_or_else(closed))
}

fn instant(monotonic: f64, wall: f64) -> Instant {
    Instant { monotonic: monotonic as u64, wall: wall as u64 }
}
