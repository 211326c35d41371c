//! What several answers share: texts, links, statuses, times.

use feishu_corehr_macros::wire;
use serde_json::Value;

use crate::endpoint::Outcome;
use crate::error::Problem;
use crate::wire::FromJson;

/// A text in two languages; empty where a language is missing.
#[wire(reply)]
#[derive(Eq, Hash, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct I18nText {
    /// 中文。One older page writes the name as `zh-CN`.
    #[wire(alias = "zh-CN")]
    pub zh_cn: String,
    /// In English. One older page writes the name as `en-US`.
    #[wire(alias = "en-US")]
    pub en_us: String,
}

/// The addresses of one document for each kind of device; empty where there is none.
#[wire(reply)]
#[derive(Eq)]
pub struct Link {
    /// In a browser.
    pub web_link: String,
    /// In the desktop app.
    pub pc_link: String,
    /// In the mobile app.
    pub mobile_link: String,
}

/// A process's status.
#[wire(number)]
pub enum Status {
    /// Every node passed (已完成). It can be revoked.
    Completed = 9,
    /// Running (进行中): the only status in which a process can be withdrawn.
    InProgress = 1,
    /// An approver refused (拒绝).
    Rejected = 2,
    /// Undone after it was completed (撤销).
    Revoked = 8,
    /// Being undone (撤销中); newer than the other numbers.
    Revoking = 15,
    /// A number that no page lists; it stands in `status_number`.
    Unknown = -99,
    /// Withdrawn while it was running (撤回).
    Withdrawn = 4,
}

impl Status {
    /// Those in which a process has ended; some lead on all the same: a completed process can be revoked.
    pub const ENDS: &'static [Self] = &[Self::Completed, Self::Rejected, Self::Revoked, Self::Withdrawn];
}

/// What an approver is asked for.
#[wire(number)]
pub enum TaskType {
    /// An approval document.
    Approval = 1,
    /// A form to fill in.
    Form = 5,
    /// A number that no page lists; it stands in `type_number`.
    Unknown = -99,
}

/// How a task ended. Its numbers are not those of [`Status`].
#[wire(number)]
pub enum DoneStatus {
    /// Cancelled.
    Cancelled = 4,
    /// Completed.
    Completed = 3,
    /// Rejected.
    Rejected = 2,
    /// A number that no page lists; it stands in `status_number`.
    Unknown = -99,
}

/// Feishu has accepted a write, and says nothing more.
#[wire(reply)]
#[derive(Eq)]
pub struct Accepted {
    /// How many times it was sent.
    pub attempts: u32,
    /// The log id of the answer.
    pub log_id: Option<String>,
}

impl Accepted {
    /// What is known of it.
    pub(super) fn of(Outcome { attempts, reply, .. }: Outcome) -> Self {
        Self { attempts, log_id: reply.log_id }
    }
}

/// A successful answer that says nothing more.
#[wire(reply)]
#[derive(Eq)]
pub struct Empty {}

/// Reads milliseconds since 1970-01-01 UTC from a decimal string, as documented, or from an integer. Anything else
/// (an empty string, most likely) is no time: one odd date must not make the rest of an answer unreadable.
pub(crate) fn milliseconds(value: Value, _: &mut Option<Problem>) -> Option<Option<i64>> {
    Some(value.as_i64().or_else(|| value.as_str()?.parse().ok()))
}

/// Reads an id that is empty where there is nobody.
pub(super) fn non_empty(value: Value, problem: &mut Option<Problem>) -> Option<Option<String>> {
    Some(String::from_json(value, problem).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_from_text_or_number_and_nothing_else() {
        for (json, expected) in [
            (r#""1766000000000""#, Some(1_766_000_000_000)),
            ("1766000000000", Some(1_766_000_000_000)),
            (r#""0""#, Some(0)),
            (r#""-1""#, Some(-1)),
            (r#""""#, None),
            ("null", None),
            (r#""2026-01-01""#, None),
            ("1766000000000.5", None),
            (r#""99999999999999999999""#, None),
            ("99999999999999999999", None),
            ("[1]", None),
        ] {
            assert_eq!(milliseconds(json.parse().unwrap(), &mut None), Some(expected), "{json}");
        }
    }

    #[test]
    fn both_spellings_of_a_language_are_read() {
        for json in [r#"{"zh_cn":"请假","en_us":"Leave"}"#, r#"{"zh-CN":"请假","en-US":"Leave","ja-JP":"休暇"}"#]
        {
            let text = I18nText::read(json.parse().unwrap()).unwrap();
            assert_eq!((text.zh_cn.as_str(), text.en_us.as_str()), ("请假", "Leave"), "{json}");
        }
        assert_eq!(I18nText::read(r#"{"zh_cn":null}"#.parse().unwrap()), Ok(I18nText::default()));
    }

    #[test]
    fn every_documented_number_has_its_name_and_no_other_has() {
        let names: Vec<(i64, &str)> = (-100..100)
            .map(|number| (number, Status::from_number(number).as_str()))
            .filter(|(_, name)| *name != "unknown")
            .collect();
        assert_eq!(
            names,
            [(1, "in_progress"), (2, "rejected"), (4, "withdrawn"), (8, "revoked"), (9, "completed"), (15, "revoking")]
        );
        assert_eq!(Status::from_number(i64::MAX), Status::Unknown);
        assert_eq!((TaskType::from_number(5), DoneStatus::from_number(4)), (TaskType::Form, DoneStatus::Cancelled));
    }
}
