//! What an approver decides: approve, or reject with a reason.

use feishu_corehr_macros::wire;
use serde_json::Value;

use super::rules::{only, text_problems};
use super::types::DoneStatus;
use crate::error::Problem;
use crate::wire::{Fields, FromJson};

/// What is decided about a task.
///
/// In JSON `{"approve": {}}`, `{"approve": {"reason": "…"}}` or `{"reject": {"reason": "…"}}`.
#[wire(request)]
pub enum Decision {
    /// Approve it (通过).
    Approve {
        /// Why, for people: at most 1,000 characters.
        reason: Option<String>,
    },
    /// Reject it (拒绝).
    Reject {
        /// Why, for people: not empty, and at most 1,000 characters.
        reason: String,
    },
}

impl Decision {
    /// The number of an approval on the wire. Some official enums have the two swapped.
    pub(super) const APPROVE: i64 = 3;
    /// The number of a rejection on the wire.
    pub(super) const REJECT: i64 = 2;

    /// Why.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Approve { reason } => reason.as_deref(),
            Self::Reject { reason } => Some(reason),
        }
    }

    /// Its number on the wire.
    pub(super) const fn number(&self) -> i64 {
        match self {
            Self::Approve { .. } => Self::APPROVE,
            Self::Reject { .. } => Self::REJECT,
        }
    }

    /// How the task ends by it.
    pub(super) const fn goal(&self) -> DoneStatus {
        match self {
            Self::Approve { .. } => DoneStatus::Completed,
            Self::Reject { .. } => DoneStatus::Rejected,
        }
    }

    /// What is wrong with the reason.
    pub(super) fn problems(&self) -> Option<Problem> {
        match self {
            Self::Reject { reason } if reason.trim().is_empty() => {
                Some(Problem::new("reason", "is empty, and rejecting needs one"))
            }
            Self::Approve { .. } | Self::Reject { .. } => text_problems("reason", self.reason(), LONGEST_REASON),
        }
    }
}

impl FromJson for Decision {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        let mut odd = None;
        let read = match only(value) {
            Some((word, value)) if word == "approve" && is_reason(&value) => {
                Some(Self::Approve { reason: Fields::new(value, &mut odd).take("reason") })
            }
            Some((word, value)) if word == "reject" && is_reason(&value) => {
                Some(Self::Reject { reason: Fields::new(value, &mut odd).take("reason") })
            }
            _ => {
                *problem = Some(Problem::new("", A_DECISION));
                return None;
            }
        };
        *problem = odd;
        read
    }
}

/// Whether there is nothing in the object but a reason.
fn is_reason(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| fields.keys().all(|name| name == "reason"))
}

const A_DECISION: &str = "cannot be read: a decision is `{\"approve\": {}}`, with a `reason` if there is one, or \
     `{\"reject\": {\"reason\": \"…\"}}`";

/// Older SDKs say 500; what is counted is not documented.
const LONGEST_REASON: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_read_from_one_word_and_a_reason() {
        let read = |json: &str| Decision::read(json.parse().expect("JSON"));
        for (json, expected) in [
            (r#"{"approve":{}}"#, Decision::Approve { reason: None }),
            (r#"{"approve":{"reason":null}}"#, Decision::Approve { reason: None }),
            (r#"{"approve":{"reason":"a"}}"#, Decision::Approve { reason: Some("a".into()) }),
            (r#"{"reject":{"reason":"a"}}"#, Decision::Reject { reason: "a".into() }),
        ] {
            assert_eq!(read(json), Ok(expected), "{json}");
        }
        // Without a reason it is read, so that the refusal stands beside all others.
        assert_eq!(read(r#"{"reject":{}}"#), Ok(Decision::Reject { reason: String::new() }));
        for json in [
            "null",
            "{}",
            "[]",
            "3",
            r#""approve""#,
            r#"{"approve":null}"#,
            r#"{"approve":true}"#,
            r#"{"approve":"a"}"#,
            r#"{"approve":{},"reject":{"reason":"a"}}"#,
            r#"{"reject":{"reason":"a","why":"b"}}"#,
            r#"{"pass":{}}"#,
        ] {
            assert_eq!(read(json), Err(Problem::new("", A_DECISION)), "{json}");
        }
        assert_eq!(
            read(r#"{"reject":{"reason":7}}"#),
            Err(Problem::new("reason", "must be a string, not such a number"))
        );
    }

    #[test]
    fn a_reason_has_at_most_1000_characters_and_a_rejection_has_one() {
        let rule = |decision: Decision| decision.problems().map(|problem| problem.rule);
        for (count, is_right) in [(0, false), (1, true), (1000, true), (1001, false)] {
            let reason = "程".repeat(count);
            assert_eq!(rule(Decision::Reject { reason: reason.clone() }).is_none(), is_right, "{count}");
            assert_eq!(rule(Decision::Approve { reason: Some(reason) }).is_none(), count <= 1000, "{count}");
        }
        assert_eq!(rule(Decision::Approve { reason: None }), None);
        for blank in ["", " ", "\t\n", "\u{3000}"] {
            let told = rule(Decision::Reject { reason: blank.into() });
            assert_eq!(told.as_deref(), Some("is empty, and rejecting needs one"));
        }
    }
}
