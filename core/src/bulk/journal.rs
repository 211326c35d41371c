//! The journal of a run: a SQLite database that the host keeps, and these are the statements on it.
//!
//! Table `run` has one row, written last when the journal is made: a journal without it belongs to a run that has sent
//! nothing. Table `item` has a row for each process: `planned`; `intended` as soon as it may be sent; `ended`.

use serde_json::Value;

use super::report::{BulkOutcome, BulkResult};
use crate::error::{Effect, ErrorKind, Problem};
use crate::wire::FromJson;

/// A value of a statement, or of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
pub enum SqlValue {
    /// NULL.
    Null,
    /// A number.
    Integer(
        /// The number.
        i64,
    ),
    /// A text.
    Text(
        /// The text.
        String,
    ),
}

/// One SQL statement with the values of its parameters, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Statement {
    /// The statement; `?` stands for each value.
    pub sql: String,
    /// The values.
    pub values: Vec<SqlValue>,
}

/// What tells one run from another.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) operation: &'static str,
    pub(super) base_url: String,
    pub(super) app_id: String,
    pub(super) digest: String,
    pub(super) count: usize,
    pub(super) options: String,
}

/// What a journal knows of one item.
#[derive(Debug)]
pub(super) enum Known {
    Planned,
    /// It may have been sent, and no result is known.
    Intended,
    Ended(Box<BulkResult>),
}

/// The statements before all others, each by itself: nobody else may open the journal while the run goes on, and what is
/// committed stays, whatever happens to the machine.
pub const JOURNAL_PRAGMAS: &[&str] =
    &["PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"];

/// The schema's version.
const VERSION: i64 = 1;
/// So many rows are written or read at a time.
pub(super) const CHUNK: usize = 1_000;

const RUN: &str = "CREATE TABLE run (version INTEGER NOT NULL, run_id TEXT NOT NULL, operation TEXT NOT NULL, \
                   base_url TEXT NOT NULL, app_id TEXT NOT NULL, items_sha256 TEXT NOT NULL, count INTEGER NOT NULL, \
                   options TEXT NOT NULL, started_ms INTEGER NOT NULL, ended TEXT)";
const ITEM: &str = "CREATE TABLE item (position INTEGER PRIMARY KEY, process_id TEXT NOT NULL, state TEXT NOT NULL \
                    DEFAULT 'planned', attempts INTEGER NOT NULL DEFAULT 0, outcome TEXT, effect TEXT, kind TEXT, \
                    code INTEGER, status INTEGER, log_id TEXT, summary TEXT, intended_ms INTEGER, ended_ms INTEGER)";

/// Which tables there are.
pub(super) fn tables() -> Statement {
    statement("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", [])
}

/// The one row of `run`.
pub(super) fn run() -> Statement {
    statement("SELECT version, operation, base_url, app_id, items_sha256, count, options FROM run", [])
}

/// What is known of the next items, from a position on.
pub(super) fn items(from: u32) -> Statement {
    statement(
        "SELECT position, process_id, state, attempts, outcome, effect, kind, code, status, log_id, summary, intended_ms \
         FROM item WHERE position >= ? ORDER BY position LIMIT 1000",
        [SqlValue::Integer(from.into())],
    )
}

/// New tables, in place of those of a run that never began.
pub(super) fn created(is_begun: bool) -> Vec<Statement> {
    let old: &[&str] = if is_begun { &["DROP TABLE run", "DROP TABLE item"] } else { &[] };
    old.iter().chain(&[RUN, ITEM]).map(|sql| statement(sql, [])).collect()
}

/// One item of the plan.
pub(super) fn planned(position: u32, process_id: &str) -> Statement {
    let values = [SqlValue::Integer(position.into()), SqlValue::Text(process_id.to_owned())];
    statement("INSERT INTO item (position, process_id) VALUES (?, ?)", values)
}

/// From now on the journal is one of this run.
pub(super) fn begun(identity: &Identity, run_id: String, now: u64) -> Statement {
    let Identity { operation, base_url, app_id, digest, count, options } = identity;
    let text = |text: &str| SqlValue::Text(text.to_owned());
    statement(
        "INSERT INTO run (version, run_id, operation, base_url, app_id, items_sha256, count, options, started_ms) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            SqlValue::Integer(VERSION),
            SqlValue::Text(run_id),
            text(operation),
            text(base_url),
            text(app_id),
            text(digest),
            SqlValue::Integer(*count as i64),
            text(options),
            SqlValue::Integer(now as i64),
        ],
    )
}

/// The item may be sent from now on, if that was not so before.
pub(super) fn intended(position: u32, now: u64) -> Statement {
    statement(
        "UPDATE item SET state = 'intended', intended_ms = coalesce(intended_ms, ?) WHERE position = ?",
        [SqlValue::Integer(now as i64), SqlValue::Integer(position.into())],
    )
}

/// The item was not sent, or nothing of it had an effect: it is as if it had never been begun.
pub(super) fn given_back(position: u32) -> Statement {
    let sql = "UPDATE item SET state = 'planned', intended_ms = NULL WHERE position = ?";
    statement(sql, [SqlValue::Integer(position.into())])
}

/// The item has ended.
pub(super) fn ended(result: &BulkResult, now: u64) -> Statement {
    let text = |text: &str| SqlValue::Text(text.to_owned());
    let number = |number: Option<i64>| number.map_or(SqlValue::Null, SqlValue::Integer);
    statement(
        "UPDATE item SET state = 'ended', attempts = attempts + ?, outcome = ?, effect = ?, kind = ?, code = ?, \
         status = ?, log_id = ?, summary = ?, ended_ms = ? WHERE position = ?",
        [
            SqlValue::Integer(result.attempts.into()),
            text(result.outcome.as_str()),
            text(result.effect.as_str()),
            result.kind.map_or(SqlValue::Null, |kind| text(kind.as_str())),
            number(result.code),
            number(result.status),
            result.log_id.as_deref().map_or(SqlValue::Null, text),
            text(&result.summary),
            SqlValue::Integer(now as i64),
            SqlValue::Integer(result.position as i64),
        ],
    )
}

/// How the run has ended.
pub(super) fn closed(word: &str) -> Statement {
    statement("UPDATE run SET ended = ?", [SqlValue::Text(word.to_owned())])
}

/// What keeps a journal from being gone on with: it is another run's.
pub(super) fn problem(row: &[SqlValue], identity: &Identity) -> Option<Problem> {
    let rule = match row {
        [SqlValue::Integer(VERSION), operation, base_url, app_id, digest, count, options] => {
            let Identity { operation: our_operation, base_url: our_base_url, app_id: our_app_id, .. } = identity;
            let differs = |value: &SqlValue, ours: &str| *value != SqlValue::Text(ours.to_owned());
            if differs(operation, our_operation) {
                format!("is of a run of another operation than {our_operation}")
            } else if differs(base_url, our_base_url) {
                format!("is of a run at another base URL than {our_base_url}")
            } else if differs(app_id, our_app_id) {
                "is of a run of another app".to_owned()
            } else if differs(digest, &identity.digest) || *count != SqlValue::Integer(identity.count as i64) {
                "is of a run with another list of processes; to go on with that run, give the list that it began with"
                    .to_owned()
            } else if differs(options, &identity.options) {
                "is of a run with another actor or another reason; to go on with that run, give those that it began with"
                    .to_owned()
            } else {
                return None;
            }
        }
        [SqlValue::Integer(version), ..] => {
            format!(
                "has version {version} of the schema, and this library reads version {VERSION}: a newer one is needed"
            )
        }
        _ => "holds no readable run".to_owned(),
    };
    Some(Problem::new(JOURNAL, rule))
}

/// What is known of one item, its position, and since when it may have been sent; nothing for a row that no run has
/// written.
pub(super) fn known(row: &[SqlValue]) -> Option<(u32, Known, Option<u64>)> {
    let [position, process_id, state, attempts, outcome, effect, kind, code, status, log_id, summary, intended] = row
    else {
        return None;
    };
    let (SqlValue::Integer(position), SqlValue::Text(process_id), SqlValue::Text(state)) =
        (position, process_id, state)
    else {
        return None;
    };
    let known = match state.as_str() {
        "planned" => Known::Planned,
        "intended" => Known::Intended,
        "ended" => Known::Ended(Box::new(BulkResult {
            position: u64::try_from(*position).ok()?,
            process_id: process_id.clone(),
            outcome: word::<BulkOutcome>(outcome)?,
            effect: word::<Effect>(effect)?,
            kind: word::<ErrorKind>(kind),
            code: number(code),
            status: number(status),
            attempts: u32::try_from(number(attempts)?).ok()?,
            log_id: text(log_id),
            summary: text(summary)?,
            advice: None,
            is_earlier: true,
        })),
        _ => return None,
    };
    let intended = number(intended).and_then(|moment| u64::try_from(moment).ok());
    Some((u32::try_from(*position).ok()?, known, intended))
}

/// The name of the argument that says where the journal is.
pub(super) const JOURNAL: &str = "journal";

fn statement<const COUNT: usize>(sql: &str, values: [SqlValue; COUNT]) -> Statement {
    Statement { sql: sql.to_owned(), values: values.into() }
}

fn word<T: FromJson>(value: &SqlValue) -> Option<T> {
    T::from_json(Value::String(text(value)?), &mut None)
}

fn number(value: &SqlValue) -> Option<i64> {
    if let SqlValue::Integer(number) = value { Some(*number) } else { None }
}

fn text(value: &SqlValue) -> Option<String> {
    if let SqlValue::Text(text) = value { Some(text.clone()) } else { None }
}
