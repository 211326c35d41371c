//! GET /open-apis/corehr/v2/processes/{process_id}: [read a process](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process/get) (获取单个流程详情).

use feishu_corehr_macros::wire;

use super::actor::UserIdType;
use super::refusals::NO_SUCH_PROCESS;
use super::rules::segment_problems;
use super::types::{DoneStatus, I18nText, Link, Status, TaskType, milliseconds, non_empty};
use crate::codes::{Code, refused, unhelpful};
use crate::endpoint::{Endpoint, Operation, Outcome, Replay, Reply};
use crate::error::{Error, ErrorKind, Problem};
use crate::http::{Method, encoded};
use crate::limit::Quota;
use crate::parameter::{Kind, Parameter};

/// Reads one process.
///
/// GET `/open-apis/corehr/v2/processes/{process_id}`
/// ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process/get)).
/// The app needs the scope `corehr:process:read`. At most 100 calls a minute.
#[wire(request)]
#[derive(Eq)]
pub struct GetProcess {
    /// The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
    pub process_id: String,
    /// The kind of the users' ids in the answer; Feishu's default is `open_id`.
    pub user_id_type: Option<UserIdType>,
}

/// A process, as [`GetProcess`] reads it.
///
/// For a **leave** flow the page says to read the leave records instead of this, to learn whether it was revoked and
/// whether it is a correction. A text or list that Feishu leaves out is empty.
#[wire(reply)]
#[derive(Eq)]
pub struct Process {
    /// The process.
    pub process_id: String,
    /// Where it stands.
    pub status: Status,
    /// Where it stands, as the number that was received.
    pub status_number: Option<i64>,
    /// The business type.
    pub flow_template_id: String,
    /// The business type's name.
    pub flow_template_name: I18nText,
    /// The flow definition, made by an administrator: `people_<digits>_<digits>`.
    pub flow_definition_id: String,
    /// The flow definition's name.
    pub flow_definition_name: I18nText,
    /// Who started it; none when the system did.
    #[wire(with = non_empty)]
    pub initiator_id: Option<String>,
    /// The initiator's name.
    pub initiator_name: I18nText,
    /// When it was started, in milliseconds since 1970-01-01 UTC.
    #[wire(with = milliseconds)]
    pub create_time: Option<i64>,
    /// When it ended, in milliseconds since 1970-01-01 UTC; none while it runs.
    #[wire(with = milliseconds)]
    pub complete_time: Option<i64>,
    /// The document that started it.
    pub start_links: Link,
    /// Summary lines; they change while it runs.
    pub abstracts: Vec<AbstractLine>,
    /// What people have still to do.
    pub todos: Vec<PendingTask>,
    /// The copies.
    pub cc_list: Vec<CopiedTask>,
    /// What people have done.
    pub done_list: Vec<DoneTask>,
    /// What kind of flow it is.
    pub properties: FlowKind,
    /// What kind of flow it is, as the number that was received.
    pub properties_number: Option<i64>,
    /// What the system has still to do.
    pub system_todos: Vec<PendingTask>,
    /// What the system has done.
    pub system_done_list: Vec<DoneTask>,
    /// The comments.
    pub comment_infos: Vec<Comment>,
    /// Of a correction or revocation: the process that it corrects or revokes.
    #[wire(with = non_empty)]
    pub original_process_id: Option<String>,
    /// Whether it is the newest completed correction.
    pub is_last_completed_correct_process: bool,
    /// The name, taken from the definition when it was started.
    pub process_name: I18nText,
    /// The log id of the answer.
    #[wire(skip)]
    pub log_id: Option<String>,
    /// The answer's `data` as received, as JSON: with fields that this version does not know.
    #[wire(skip)]
    pub raw: String,
}

/// What kind of flow a process is. A revocation or correction is one only if it was started in the approval centre.
#[wire(number)]
pub enum FlowKind {
    /// It corrects another process.
    Correction = 3,
    /// An ordinary flow.
    Ordinary = 1,
    /// It revokes another process.
    Revocation = 2,
    /// A number that no page lists; it stands in `properties_number`.
    Unknown = -99,
}

/// A line of a process's summary.
#[wire(reply)]
#[derive(Eq)]
pub struct AbstractLine {
    /// The line's name.
    pub name: I18nText,
    /// The line's value.
    pub value: I18nText,
}

/// A task that somebody, or the system, has still to do.
#[wire(reply)]
#[derive(Eq)]
pub struct PendingTask {
    /// The task. One person may have several.
    pub approver_id: String,
    /// What is asked for.
    pub r#type: TaskType,
    /// What is asked for, as the number that was received.
    pub type_number: Option<i64>,
    /// The task's document.
    pub links: Link,
    /// Whose task it is; none for the system.
    #[wire(with = non_empty)]
    pub operator_id: Option<String>,
    /// That person's name.
    pub operator_name: I18nText,
    /// The node's name.
    pub node_name: I18nText,
    /// When it was made, in milliseconds since 1970-01-01 UTC.
    #[wire(with = milliseconds)]
    pub create_time: Option<i64>,
    /// The node's definition. After a roll-back one definition has several nodes.
    pub node_definition_id: String,
}

/// A copy that somebody got.
#[wire(reply)]
#[derive(Eq)]
pub struct CopiedTask {
    /// The task.
    pub approver_id: String,
    /// The copy's document.
    pub links: Link,
    /// Who got it.
    #[wire(with = non_empty)]
    pub operator_id: Option<String>,
    /// That person's name.
    pub operator_name: I18nText,
    /// The node's name.
    pub node_name: I18nText,
    /// When it was made, in milliseconds since 1970-01-01 UTC.
    #[wire(with = milliseconds)]
    pub create_time: Option<i64>,
    /// The node's definition.
    pub node_definition_id: String,
}

/// A task that somebody, or the system, has done.
#[wire(reply)]
#[derive(Eq)]
pub struct DoneTask {
    /// The task.
    pub approver_id: String,
    /// What was asked for.
    pub r#type: TaskType,
    /// What was asked for, as the number that was received.
    pub type_number: Option<i64>,
    /// How it ended.
    pub status: DoneStatus,
    /// How it ended, as the number that was received.
    pub status_number: Option<i64>,
    /// The task's document.
    pub links: Link,
    /// Whose task it was; none for the system.
    #[wire(with = non_empty)]
    pub operator_id: Option<String>,
    /// That person's name.
    pub operator_name: I18nText,
    /// The node's name.
    pub node_name: I18nText,
    /// When it was made, in milliseconds since 1970-01-01 UTC.
    #[wire(with = milliseconds)]
    pub create_time: Option<i64>,
    /// When it ended, in milliseconds since 1970-01-01 UTC.
    #[wire(with = milliseconds)]
    pub complete_time: Option<i64>,
    /// The node's definition.
    pub node_definition_id: String,
    /// What the approver wrote.
    pub approval_opinion: String,
}

/// A comment on a process.
#[wire(reply)]
#[derive(Eq)]
pub struct Comment {
    /// Who wrote it. Feishu spells it so.
    pub commentor_id: String,
    /// That person's name.
    pub commentor_name: I18nText,
    /// When, in milliseconds since 1970-01-01 UTC.
    #[wire(with = milliseconds)]
    pub comment_time: Option<i64>,
    /// The text.
    pub comment_msg: String,
    /// Who is mentioned in it.
    pub at_user_ids: Vec<String>,
    /// How many files are attached.
    pub file_count: i64,
    /// How many pictures are attached.
    pub image_count: i64,
    /// The comment.
    pub comment_id: String,
}

impl Endpoint for GetProcess {
    const OPERATION: Operation = Operation {
        name: "get_process",
        method: Method::Get,
        path: "/open-apis/corehr/v2/processes/{process_id}",
        replay: Replay::Read,
        quota: Quota::per_minute(100),
        scope: "corehr:process:read",
        codes: CODES,
        parameters: &[Parameter::Path("process_id"), Parameter::Query("user_id_type", Kind::Text)],
    };

    type Response = Process;
    type Output = Process;

    fn output(outcome: Outcome) -> Result<Process, Error> {
        Self::decode(&outcome.reply)
    }

    fn path(&self) -> String {
        format!("/open-apis/corehr/v2/processes/{}", encoded(&self.process_id))
    }

    fn problems(&self) -> Vec<Problem> {
        segment_problems("process_id", &self.process_id)
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        self.user_id_type.map(|kind| ("user_id_type", kind.as_str().to_owned())).into_iter().collect()
    }

    fn reads(&self) -> Option<&str> {
        Some(&self.process_id)
    }

    /// Reads the answer. Whether it is about the process that was asked for, only a call can judge.
    fn decode(reply: &Reply) -> Result<Self::Response, Error> {
        let mut process: Process = reply.read(&Self::OPERATION)?;
        process.log_id.clone_from(&reply.log_id);
        process.raw.clone_from(&reply.data);
        Ok(process)
    }
}

/// 1160100 is not on this operation's page but on that of its form data; no code for an unknown process is listed
/// here (page of 2026-01-26).
const CODES: &[Code] = &[
    NO_SUCH_PROCESS,
    refused(
        1160101,
        ErrorKind::Rejected,
        "a parameter is wrong",
        "check `process_id` and `user_id_type`",
        "参数有误，请检查 process_id 与 user_id_type",
    ),
    unhelpful(1160500),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shaped as _;

    fn decode(data: &str) -> Result<Process, Error> {
        GetProcess::decode(&Reply { data: data.into(), http_status: 200, log_id: Some("L".into()), ..Reply::default() })
    }

    const FULL: &str = r#"{"process_id":"7400000000000000001","status":9,"flow_template_id":"leave",
        "flow_template_name":{"zh_cn":"休假","en_us":"Leave"},"flow_definition_id":"people_7_7",
        "flow_definition_name":{"zh_cn":"年假","en_us":"Annual leave"},"initiator_id":"ou_a",
        "initiator_name":{"zh_cn":"甲","en_us":"A"},"create_time":"1766000000000","complete_time":"1766000009000",
        "start_links":{"web_link":"w","pc_link":"p","mobile_link":"m"},
        "abstracts":[{"name":{"zh_cn":"天数","en_us":"Days"},"value":{"zh_cn":"2","en_us":"2"}}],
        "todos":[{"approver_id":"11","type":1,"links":{"web_link":"w"},"operator_id":"ou_b",
            "operator_name":{"zh_cn":"乙"},"node_name":{"en_us":"Manager"},"create_time":"1766000001000",
            "node_definition_id":"approval_0"}],
        "cc_list":[{"approver_id":"12","operator_id":"ou_c","create_time":"1766000002000"}],
        "done_list":[{"approver_id":"13","type":5,"status":3,"operator_id":"ou_d","complete_time":"1766000003000",
            "approval_opinion":"ok"}],
        "properties":3,"system_todos":[{"approver_id":"14","type":1}],
        "system_done_list":[{"approver_id":"15","type":1,"status":4}],
        "comment_infos":[{"commentor_id":"ou_e","commentor_name":{"zh_cn":"戊"},"comment_time":"1766000004000",
            "comment_msg":"?","at_user_ids":["ou_a","ou_b"],"file_count":1,"image_count":2,"comment_id":"16"}],
        "original_process_id":"7400000000000000000","is_last_completed_correct_process":true,
        "process_name":{"zh_cn":"年假","en_us":"Annual leave"},"from_the_future":[1]}"#;

    #[test]
    fn the_shape_tells_what_the_type_tells() {
        let without_head = r#"{"process_name":{"zh-CN":"年假","en-US":null},"initiator_id":"","create_time":"x"}"#;
        for data in [
            FULL,
            "{}",
            without_head,
            r#"{"status":99,"properties":0,"todos":null}"#,
            r#"{"status":"1"}"#,
            r#"{"process_id":7}"#,
            r#"{"todos":[{"type":1},{"type":"5"}]}"#,
            r#"{"todos":[null]}"#,
            r#"{"comment_infos":[{"at_user_ids":["a",1]}]}"#,
            r#"{"is_last_completed_correct_process":0}"#,
            "[]",
            "{",
        ] {
            let reply = Reply { data: data.into(), http_status: 200, log_id: Some("L".into()), ..Reply::default() };
            let typed = GetProcess::decode(&reply).map(|process| serde_json::to_value(process).expect("JSON"));
            assert_eq!(reply.shaped(&GetProcess::OPERATION, &Process::SHAPE), typed, "{data}");
        }
    }

    #[test]
    fn every_documented_field_is_read() {
        let process = decode(FULL).expect("as documented");
        let text = |zh_cn: &str, en_us: &str| I18nText { zh_cn: zh_cn.into(), en_us: en_us.into() };
        let web = || Link { web_link: "w".into(), ..Link::default() };
        let expected = Process {
            process_id: "7400000000000000001".into(),
            status: Status::Completed,
            status_number: Some(9),
            flow_template_id: "leave".into(),
            flow_template_name: text("休假", "Leave"),
            flow_definition_id: "people_7_7".into(),
            flow_definition_name: text("年假", "Annual leave"),
            initiator_id: Some("ou_a".into()),
            initiator_name: text("甲", "A"),
            create_time: Some(1_766_000_000_000),
            complete_time: Some(1_766_000_009_000),
            start_links: Link { web_link: "w".into(), pc_link: "p".into(), mobile_link: "m".into() },
            abstracts: vec![AbstractLine { name: text("天数", "Days"), value: text("2", "2") }],
            todos: vec![PendingTask {
                approver_id: "11".into(),
                r#type: TaskType::Approval,
                type_number: Some(1),
                links: web(),
                operator_id: Some("ou_b".into()),
                operator_name: text("乙", ""),
                node_name: text("", "Manager"),
                create_time: Some(1_766_000_001_000),
                node_definition_id: "approval_0".into(),
            }],
            cc_list: vec![CopiedTask {
                approver_id: "12".into(),
                operator_id: Some("ou_c".into()),
                create_time: Some(1_766_000_002_000),
                ..CopiedTask::default()
            }],
            done_list: vec![DoneTask {
                approver_id: "13".into(),
                r#type: TaskType::Form,
                type_number: Some(5),
                status: DoneStatus::Completed,
                status_number: Some(3),
                operator_id: Some("ou_d".into()),
                complete_time: Some(1_766_000_003_000),
                approval_opinion: "ok".into(),
                ..DoneTask::default()
            }],
            properties: FlowKind::Correction,
            properties_number: Some(3),
            system_todos: vec![PendingTask {
                approver_id: "14".into(),
                r#type: TaskType::Approval,
                type_number: Some(1),
                ..PendingTask::default()
            }],
            system_done_list: vec![DoneTask {
                approver_id: "15".into(),
                r#type: TaskType::Approval,
                type_number: Some(1),
                status: DoneStatus::Cancelled,
                status_number: Some(4),
                ..DoneTask::default()
            }],
            comment_infos: vec![Comment {
                commentor_id: "ou_e".into(),
                commentor_name: text("戊", ""),
                comment_time: Some(1_766_000_004_000),
                comment_msg: "?".into(),
                at_user_ids: vec!["ou_a".into(), "ou_b".into()],
                file_count: 1,
                image_count: 2,
                comment_id: "16".into(),
            }],
            original_process_id: Some("7400000000000000000".into()),
            is_last_completed_correct_process: true,
            process_name: text("年假", "Annual leave"),
            log_id: Some("L".into()),
            raw: FULL.into(),
        };
        assert_eq!(process, expected);
    }

    #[test]
    fn nothing_is_required_and_null_is_nothing() {
        for data in ["{}", r#"{"status":null,"todos":null,"initiator_id":"","create_time":"","process_name":null}"#] {
            let expected = Process { log_id: Some("L".into()), raw: data.into(), ..Process::default() };
            assert_eq!(decode(data), Ok(expected), "{data}");
        }
    }

    #[test]
    fn a_number_from_the_future_is_unknown_and_still_told() {
        let process = decode(r#"{"status":77,"done_list":[{"status":12}]}"#).expect("well formed");
        assert_eq!((process.status, process.status_number), (Status::Unknown, Some(77)));
        assert_eq!((process.done_list[0].status, process.done_list[0].status_number), (DoneStatus::Unknown, Some(12)));
    }

    #[test]
    fn what_is_not_a_process_is_an_error_and_not_an_empty_one() {
        let (bad, strange) = (ErrorKind::BadEnvelope, ErrorKind::NotAnApiAnswer);
        for (data, kind) in [
            ("[]", bad),
            ("7", bad),
            (r#""text""#, bad),
            (r#"{"todos":[[]]}"#, bad),
            (r#"{"status":"1"}"#, strange),
            (r#"{"status":1.5}"#, strange),
            (r#"{"status":4.0}"#, strange),
            (r#"{"status":18446744073709551615}"#, strange),
            (r#"{"status":[4]}"#, strange),
            (r#"{"process_id":7}"#, strange),
        ] {
            let error = decode(data).expect_err(data);
            assert_eq!((error.kind, error.log_id.as_deref()), (kind, Some("L")), "{data}");
        }
    }

    #[test]
    fn an_answer_cannot_write_what_this_library_adds() {
        let process = decode(r#"{"log_id":"theirs","raw":"theirs","status_number":1}"#).expect("well formed");
        assert_eq!((process.log_id.as_deref(), process.status), (Some("L"), Status::Unknown));
        assert!(process.raw.contains("theirs") && process.status_number.is_none());
    }

    #[test]
    fn the_kind_of_the_ids_is_asked_for_only_when_given() {
        let path = "/open-apis/corehr/v2/processes/7";
        for (user_id_type, query) in [(None, ""), (Some(UserIdType::PeopleCorehrId), "?user_id_type=people_corehr_id")]
        {
            let prepared = GetProcess { process_id: "7".into(), user_id_type }.prepare().expect("valid");
            assert_eq!((prepared.target, prepared.body), (format!("{path}{query}"), None));
        }
        assert!(GetProcess { process_id: "..".into(), user_id_type: None }.prepare().is_err());
    }
}
