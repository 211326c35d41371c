//! What is to be done: the list of processes, looked through before anything is sent.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::endpoint::{Operation, Request};
use crate::error::{Error, Problem};
use crate::per_process::PerProcess;

/// The request of a run, its type forgotten.
pub(super) trait Template: Send + Sync {
    /// What it calls.
    fn operation(&self) -> &'static Operation;

    /// The request for one process.
    fn of(&self, process_id: &str) -> Box<dyn Request>;

    /// What it says beside the process.
    fn said(&self) -> Map<String, Value>;
}

impl<T: PerProcess> Template for T {
    fn operation(&self) -> &'static Operation {
        const { &T::OPERATION }
    }

    fn of(&self, process_id: &str) -> Box<dyn Request> {
        Box::new(self.of_process(process_id))
    }

    fn said(&self) -> Map<String, Value> {
        let Ok(Value::Object(mut fields)) = serde_json::to_value(self) else { return Map::new() };
        fields.remove(PROCESS_ID);
        fields
    }
}

/// The processes of a run, each once.
#[derive(Debug)]
pub(super) struct Plan {
    ids: Vec<Box<str>>,
    /// Where each stood in the caller's list.
    positions: Vec<u32>,
    pub(super) doubled: u64,
}

impl Plan {
    /// Looks through the whole list; every problem of every entry is told at once.
    pub(super) fn new(template: &dyn Template, list: Vec<String>, allow_any_id: bool) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        let mut keep = Vec::with_capacity(list.len());
        for (place, id) in (0..).zip(&list) {
            let field = format!("{LIST}[{place}]");
            if let Some(rule) = odd(id).filter(|_| !allow_any_id) {
                problems.push(Problem::new(&field, rule));
            }
            for problem in template.of(id).broken() {
                if problem.field == PROCESS_ID {
                    problems.push(Problem { field: field.clone(), ..problem });
                } else if place == 0 {
                    problems.push(problem);
                }
            }
            keep.push(seen.insert(id, place).is_none());
        }
        if list.is_empty() {
            problems.push(Problem::new(LIST, "is empty; one process is the least"));
            problems.extend(template.of(ANY).broken());
        }
        if list.len() > MOST {
            problems.push(Problem::new(LIST, format!("has {} entries; at most {MOST} are taken", list.len())));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let doubled = keep.iter().filter(|is_first| !**is_first).count() as u64;
        drop(seen);
        let kept = (0..).zip(list).zip(keep).filter(|(_, is_first)| *is_first);
        let (positions, ids) = kept.map(|((place, id), _)| (place, id.into_boxed_str())).unzip();
        Ok(Self { ids, positions, doubled })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn id(&self, number: usize) -> &str {
        self.ids.get(number).map_or("", |id| id)
    }

    pub(super) fn position(&self, number: usize) -> u32 {
        self.positions.get(number).copied().unwrap_or_default()
    }

    /// What tells this list from any other.
    pub(super) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for id in &self.ids {
            hash.update(id.as_bytes());
            hash.update(b"\n");
        }
        hexadecimal(&hash.finalize())
    }
}

/// What a journal says of the request beside the process; of texts for people only the digest, unless they are to be kept.
pub(super) fn options(template: &dyn Template, keep_reasons: bool) -> String {
    let mut said = template.said();
    if let (false, Some(Value::String(reason))) = (keep_reasons, said.get(REASON)) {
        let digest = hexadecimal(&Sha256::digest(reason.as_bytes()));
        said.remove(REASON);
        said.insert("reason_sha256".to_owned(), digest.into());
    }
    Value::Object(said).to_string()
}

/// The error that lists these problems, in the name of the run's operation.
pub(super) fn refused(template: &dyn Template, problems: Vec<Problem>) -> Error {
    Error::invalid(template.operation().name, problems)
}

/// What is odd about an id that is not a number as Feishu's all are: another column of a table, most likely.
fn odd(id: &str) -> Option<String> {
    let is_number = (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        return None;
    }
    let (digits, exponent) = id.split_once(['E', 'e']).unwrap_or((id, ""));
    // By hand, since reading fractions would be 16 KB of every mobile library. A comma is some countries' point.
    let is_fraction = digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',');
    let is_shortened = is_fraction && exponent.trim_start_matches('+').parse::<u32>().is_ok();
    let rule = if is_shortened {
        "is a number as a spreadsheet shortens it: its last digits are lost. Export the column as text".to_owned()
    } else {
        format!("has {} characters; a process id is a number of at most {LONGEST_ID} digits", id.chars().count())
    };
    Some(rule)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

const LIST: &str = "process_ids";
const PROCESS_ID: &str = "process_id";
const REASON: &str = "reason";
/// A process id, where there is none to look at.
const ANY: &str = "1";
const LONGEST_ID: usize = 32;
/// Entries of one list.
const MOST: usize = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Actor, WithdrawProcess};

    fn template(reason: Option<&str>) -> WithdrawProcess {
        WithdrawProcess {
            process_id: String::new(),
            actor: Actor::System { user: None },
            reason: reason.map(str::to_owned),
        }
    }

    fn plan(ids: &[&str], allow_any_id: bool) -> Result<Plan, Vec<String>> {
        let list = ids.iter().map(|id| (*id).to_owned()).collect();
        let told =
            |problems: Vec<Problem>| problems.into_iter().map(|it| format!("{} {}", it.field, it.rule)).collect();
        Plan::new(&template(None), list, allow_any_id).map_err(told)
    }

    #[test]
    fn every_bad_entry_is_named_with_its_place() {
        for (ids, expected) in [
            (vec![], vec!["process_ids is empty; one process is the least"]),
            (
                vec!["7", "7.32835E+18", "张三", "7 ", "7,32835e18"],
                vec![
                    "process_ids[1] is a number as a spreadsheet shortens it: its last digits are lost. Export the \
                     column as text",
                    "process_ids[2] has 2 characters; a process id is a number of at most 32 digits",
                    "process_ids[3] has 2 characters; a process id is a number of at most 32 digits",
                    "process_ids[3] has a space (U+0020) at character 2",
                    "process_ids[4] is a number as a spreadsheet shortens it: its last digits are lost. Export the \
                     column as text",
                ],
            ),
        ] {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(plan(&ids, false).expect_err("refused"), expected);
        }
        assert_eq!(plan(&["a/b"], true).expect_err("not a segment").len(), 1);
        assert!(plan(&["process-7"], true).is_ok() && plan(&["process-7"], false).is_err());
    }

    #[test]
    fn what_is_wrong_with_the_request_itself_is_told_once() {
        let list = vec!["7".to_owned(), "8".to_owned()];
        let problems = Plan::new(&template(Some(&"x".repeat(501))), list, false).expect_err("too long a reason");
        assert_eq!(problems.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), ["reason"]);
    }

    #[test]
    fn a_process_that_stands_twice_is_kept_once_where_it_stood_first() {
        let plan = plan(&["7", "8", "7", "9", "8"], false).expect("good ids");
        assert_eq!((plan.len(), plan.doubled), (3, 2));
        assert_eq!(
            [0, 1, 2].map(|it| (plan.id(it).to_owned(), plan.position(it))),
            [("7", 0), ("8", 1), ("9", 3)].map(|(id, place)| (id.to_owned(), place))
        );
    }

    #[test]
    fn reasons_are_kept_only_when_asked_for() {
        let reason = "重复提交";
        assert!(options(&template(Some(reason)), true).contains(reason));
        let hidden = options(&template(Some(reason)), false);
        assert!(!hidden.contains(reason) && hidden.contains("reason_sha256"), "{hidden}");
        assert_ne!(hidden, options(&template(Some("x")), false));
    }
}
