//! How far an act has come, by what a read of its process shows.

use serde_json::Value;

use crate::endpoint::{Endpoint, Reply};
use crate::error::{Error, Problem};
use crate::process::{DoneStatus, GetProcess, Status, milliseconds};
use crate::proof::Sign;
use crate::wire::{Fields, FromJson};

/// How far an act has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It has not happened, as far as the read knows, and is still possible.
    Before,
    /// It is not possible any more, and has not happened.
    Elsewhere,
    /// What it was meant to reach is reached.
    Reached,
    /// The read does not tell.
    Unclear,
}

/// What a read has shown.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) place: Place,
    /// The process's status number.
    pub(crate) status: Option<i64>,
    /// What was seen, in words; empty where it is unclear.
    pub(crate) said: String,
    /// When the process ended, if it tells, in milliseconds since 1970-01-01 UTC.
    pub(crate) ended: Option<i64>,
}

impl Seen {
    /// Looks for what tells, and for nothing else: whatever else a process's details hold must not hide it.
    pub(crate) fn read(sign: &Sign, reply: &Reply) -> Result<Self, Error> {
        let Details { status, todos, done_list, ended } = reply.read(&GetProcess::OPERATION)?;
        let (place, said) = match sign {
            Sign::Status { from, goals } => by_status(status, *from, goals),
            Sign::Task { approver_id, goal } => by_task(&todos, &done_list, approver_id, *goal),
        };
        Ok(Self { place, status, said, ended })
    }
}

/// The process's status number, if a read tells one.
pub(crate) fn status(reply: &Reply) -> Result<Option<i64>, Error> {
    let details: Details = reply.read(&GetProcess::OPERATION)?;
    Ok(details.status)
}

struct Details {
    status: Option<i64>,
    todos: Value,
    done_list: Value,
    ended: Option<i64>,
}

impl FromJson for Details {
    fn from_json(mut value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        let mut list = |name| value.get_mut(name).map(Value::take).unwrap_or_default();
        let (todos, done_list) = (list("todos"), list("done_list"));
        let ended = milliseconds(list("complete_time"), problem).flatten();
        Some(Self { status: Fields::new(value, problem).take("status"), todos, done_list, ended })
    }
}

fn by_status(number: Option<i64>, from: i64, goals: &[i64]) -> (Place, String) {
    let Some(number) = number else { return (Place::Unclear, String::new()) };
    let status = Status::from_number(number);
    let place = if goals.contains(&number) {
        Place::Reached
    } else if status == Status::Unknown {
        Place::Unclear
    } else if number == from {
        Place::Before
    } else {
        Place::Elsewhere
    };
    (place, said(number, status.as_str()))
}

fn by_task(todos: &Value, done_list: &Value, approver_id: &str, goal: i64) -> (Place, String) {
    let is_it = |task: &&Value| task["approver_id"] == approver_id;
    if let Some(done) = items(done_list).find(is_it) {
        let number = done["status"].as_i64().unwrap_or(DoneStatus::Unknown as i64);
        let status = DoneStatus::from_number(number);
        let place = if number == goal {
            Place::Reached
        } else if status == DoneStatus::Unknown {
            Place::Unclear
        } else {
            Place::Elsewhere
        };
        return (place, said(number, status.as_str()));
    }
    if items(todos).any(|task| is_it(&task)) {
        return (Place::Before, "it is still to do".to_owned());
    }
    (Place::Unclear, String::new())
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn said(number: i64, name: &str) -> String {
    format!("its status is {number} ({name})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(data: &str, sign: &Sign) -> Place {
        let reply = Reply { data: data.into(), http_status: 200, ..Reply::default() };
        Seen::read(sign, &reply).expect("readable").place
    }

    #[test]
    fn a_status_is_where_the_act_starts_where_it_is_meant_to_lead_or_neither() {
        let sign = Sign::Status { from: 9, goals: &[8, 15] };
        for (status, expected) in [
            ("9", Place::Before),
            ("8", Place::Reached),
            ("15", Place::Reached),
            ("1", Place::Elsewhere),
            ("99", Place::Unclear),
            ("null", Place::Unclear),
        ] {
            assert_eq!(place(&format!(r#"{{"status":{status},"todos":7}}"#), &sign), expected, "{status}");
        }
        assert_eq!(place("{}", &sign), Place::Unclear);
    }

    #[test]
    fn a_task_is_to_do_or_done_as_meant_or_done_otherwise_or_not_to_be_seen() {
        let sign = Sign::Task { approver_id: "7".into(), goal: 3 };
        for (data, expected) in [
            (r#"{"todos":[{"approver_id":"6"},{"approver_id":"7"}]}"#, Place::Before),
            (r#"{"todos":[{"approver_id":"6"}],"done_list":[{"approver_id":"7","status":3}]}"#, Place::Reached),
            (r#"{"done_list":[{"approver_id":"7","status":2}]}"#, Place::Elsewhere),
            (r#"{"done_list":[{"approver_id":"7","status":4}]}"#, Place::Elsewhere),
            (r#"{"done_list":[{"approver_id":"7","status":99}]}"#, Place::Unclear),
            (r#"{"done_list":[{"approver_id":"7","status":"3"}]}"#, Place::Unclear),
            (r#"{"done_list":[{"approver_id":"7"}]}"#, Place::Unclear),
            (r#"{"todos":[{"approver_id":7}],"done_list":[null,7,"7"]}"#, Place::Unclear),
            (r#"{"todos":{"approver_id":"7"},"done_list":"7"}"#, Place::Unclear),
            (r#"{"system_todos":[{"approver_id":"7"}],"cc_list":[{"approver_id":"7"}]}"#, Place::Unclear),
            (r#"{"status":9}"#, Place::Unclear),
            ("{}", Place::Unclear),
        ] {
            assert_eq!(place(data, &sign), expected, "{data}");
        }
    }
}
