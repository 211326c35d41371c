//! The real operations: each turns a request and the state into an answer.

mod actor;
mod gateway;
mod get_process;
mod list_processes;
mod query;
mod token;
mod withdraw_process;

use serde_json::json;

use crate::answer::{Answer, Source};
use crate::faults::redirect;
use crate::operation::Operation;
use crate::request::Received;
use crate::state::State;

pub(crate) use gateway::{missing_scope, too_frequent};

/// All operations that are served.
pub(crate) static ROWS: &[Row] = &[get_process::ROW, list_processes::ROW, token::ROW, withdraw_process::ROW];

/// Everything that is known of one operation.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) operation: Operation,
    /// Its name in the log, in scripts and in fault orders.
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// The scope that the app needs, if it needs one.
    pub(crate) scope: Option<&'static str>,
    /// The limit on the operation's page, and its window in milliseconds.
    pub(crate) limit: Option<(u64, u64)>,
    /// What it does to the process in its path, if it does something.
    pub(crate) act: Option<Act>,
    pub(crate) serve: fn(&mut State, &Call<'_>) -> Result<Answer, Answer>,
}

/// How an operation changes a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    /// The status that it starts from.
    pub(crate) from: i64,
    /// The status that it ends with.
    pub(crate) to: i64,
    /// The code and message with which it refuses a process that is not in that status.
    pub(crate) refused: (i64, &'static str),
}

/// One request to serve.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) row: &'static Row,
    /// Empty where the path has none.
    pub(crate) process_id: &'a str,
    pub(crate) received: &'a Received,
    pub(crate) now_ms: u64,
}

/// An answer of the real state, and whether it acted on a process.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) answer: Answer,
    pub(crate) applied: bool,
}

/// Serves one request for real.
pub(crate) fn serve(
    state: &mut State,
    operation: Operation,
    process_id: Option<&str>,
    received: &Received,
    now_ms: u64,
) -> Served {
    let Some(row) = operation.row() else {
        return Served { answer: unknown(received), applied: false };
    };
    let call = Call { row, process_id: process_id.unwrap_or_default(), received, now_ms };
    match (row.serve)(state, &call) {
        Ok(answer) => Served { answer, applied: row.act.is_some() },
        Err(answer) => Served { answer, applied: false },
    }
}

fn unknown(received: &Received) -> Answer {
    // Whoever follows a redirect is tempted with a success.
    if received.path.starts_with(redirect::TARGET) {
        return Answer { source: Source::Invented, ..Answer::success(&json!({})) };
    }
    Answer::not_found()
}
