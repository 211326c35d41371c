//! PUT /open-apis/corehr/v2/processes/{process_id}/transfer: [hand tasks over](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-transfer/update) (转交审批任务).

use feishu_corehr_macros::wire;
use serde::Serialize;

use super::actor::{Actor, User, kind_problem, one_kind};
use super::refusals::{NOT_ALLOWED, TASK_IN_USE};
use super::rules::{id_problems, list_problems, segment_problems};
use super::types::{Accepted, Empty};
use crate::codes::{Class, Code, refused, unhelpful};
use crate::endpoint::{Endpoint, Operation, Outcome, Replay, Reply};
use crate::error::{Advice, Error, ErrorKind, Problem};
use crate::http::{Method, encoded};
use crate::limit::Quota;
use crate::parameter::Parameter;

/// Hands tasks of a running process over to somebody else.
///
/// PUT `/open-apis/corehr/v2/processes/{process_id}/transfer`
/// ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-transfer/update)).
/// The app needs the scope `corehr:process.instance:write`. At most 20 calls a minute. It is never sent again once it may
/// have arrived.
#[wire(request)]
#[derive(Eq)]
pub struct TransferTasks {
    /// The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
    pub process_id: String,
    /// Who hands them over (`operator`).
    pub actor: Actor,
    /// Who gets them. Its id is of the same kind as that of the actor, if that is a user.
    pub to_user_id: User,
    /// The tasks: 1 to 20, each once, by the `approver_id` that they have in the process's `todos`.
    pub approver_ids: Vec<String>,
    /// A remark, for people. No limit of its length is documented.
    pub remark: Option<String>,
}

/// The body. `system_user` is left out where it is false, its documented default.
#[derive(Serialize)]
struct Transfer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<&'a str>,
    to_user_id: &'a str,
    approver_ids: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_user: Option<bool>,
}

impl Endpoint for TransferTasks {
    const OPERATION: Operation = Operation {
        name: "transfer_tasks",
        method: Method::Put,
        path: "/open-apis/corehr/v2/processes/{process_id}/transfer",
        replay: Replay::Never,
        quota: Quota::per_minute(20),
        scope: "corehr:process.instance:write",
        codes: CODES,
        parameters: &[
            Parameter::Path("process_id"),
            Parameter::Actor { user: "operator", system: "system_user" },
            Parameter::Users("to_user_id"),
            Parameter::Body("approver_ids"),
            Parameter::Body("remark"),
        ],
    };

    type Response = Empty;
    type Output = Accepted;

    fn output(outcome: Outcome) -> Result<Accepted, Error> {
        Ok(Accepted::of(outcome))
    }

    fn path(&self) -> String {
        format!("/open-apis/corehr/v2/processes/{}/transfer", encoded(&self.process_id))
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = segment_problems("process_id", &self.process_id);
        problems.extend(self.actor.problems("operator"));
        problems.extend(id_problems("to_user_id", self.to_user_id.id()));
        let to = std::slice::from_ref(&self.to_user_id);
        problems.extend(kind_problem(("operator", &self.actor), ("to_user_id", to)));
        let ids: Vec<&str> = self.approver_ids.iter().map(String::as_str).collect();
        problems.extend(list_problems("approver_ids", &ids));
        problems
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        one_kind(&self.actor, std::slice::from_ref(&self.to_user_id))
    }

    fn body(&self) -> Option<impl Serialize> {
        Some(Transfer {
            operator: self.actor.id(),
            to_user_id: self.to_user_id.id(),
            approver_ids: &self.approver_ids,
            remark: self.remark.as_deref(),
            system_user: self.actor.flag(),
        })
    }

    fn when_unknown(&self) -> Option<Advice> {
        let tasks = self.approver_ids.join(", ");
        let to = self.to_user_id.id();
        Some(Advice {
            en: format!(
                "read the process before you hand anything over again: `todos` says in whose hands each task is \
                 ({tasks}), and whether {to} has them; the request may still take effect"
            ),
            zh: format!(
                "再次转交前请先查询流程详情：todos 中可以看到各任务（{tasks}）的当前处理人，以及是否已转交给 {to}；请求也可能稍后才生效"
            ),
        })
    }

    /// Always succeeds: code 0 has said that the tasks are handed over, whatever `data` may hold.
    fn decode(_: &Reply) -> Result<Self::Response, Error> {
        Ok(Empty {})
    }
}

/// Page of 2024-12-18.
const CODES: &[Code] = &[
    Code {
        code: 1160025,
        class: Class::Failed,
        kind: ErrorKind::Api,
        meaning: "internal error of the server",
        en: "try again later; if that does not help, contact Feishu support with the log id",
        zh: "系统异常，请稍后重试；若仍失败，请携带 log id 联系飞书客服",
    },
    refused(
        1160101,
        ErrorKind::Rejected,
        "a parameter is wrong",
        "check `process_id`, `operator` and `to_user_id` with their `user_id_type`, and `approver_ids`",
        "参数有误，请检查 process_id、operator 与 to_user_id（及 user_id_type）、approver_ids",
    ),
    refused(
        1160117,
        ErrorKind::Rejected,
        "there is no such employee",
        "check `to_user_id`, and that it is of the kind that `user_id_type` names",
        "员工不存在，请检查 to_user_id 及 user_id_type",
    ),
    refused(
        1160221,
        ErrorKind::Rejected,
        "the process is not running",
        "only tasks of a running process can be handed over",
        "流程状态不合法；只有进行中的流程可以转交任务",
    ),
    refused(
        1160234,
        ErrorKind::Rejected,
        "such a node's tasks cannot be handed over",
        "only tasks of form nodes and approval nodes can be handed over",
        "只有表单节点与审批节点的任务可以转交",
    ),
    Code {
        code: 1160245,
        class: Class::Finished,
        kind: ErrorKind::Rejected,
        meaning: "the receiver handles this node already",
        en: "read the process to see whose the tasks are; choose somebody else if need be",
        zh: "接收人已是该节点的处理人，请查询流程详情确认，必要时选择其他接收人",
    },
    unhelpful(1160500),
    NOT_ALLOWED,
    TASK_IN_USE,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn transfer(actor: Actor, to_user_id: User, approver_ids: &[&str]) -> TransferTasks {
        let approver_ids = approver_ids.iter().map(|id| (*id).to_owned()).collect();
        TransferTasks { process_id: "7".into(), actor, to_user_id, approver_ids, remark: None }
    }

    fn open(id: &str) -> User {
        User::OpenId(id.into())
    }

    #[test]
    fn only_what_is_meant_is_sent() {
        let written = |request: TransferTasks| {
            let prepared = request.prepare().expect("valid");
            (prepared.target, String::from_utf8(prepared.body.expect("a body")).expect("UTF-8"))
        };
        let path = "/open-apis/corehr/v2/processes/7/transfer";
        let by_system = transfer(Actor::System { user: None }, User::UserId("b".into()), &["1", "2"]);
        for (request, query, body) in [
            (
                by_system.clone(),
                "?user_id_type=user_id",
                r#"{"to_user_id":"b","approver_ids":["1","2"],"system_user":true}"#,
            ),
            (
                TransferTasks { remark: Some("错".into()), ..transfer(open("ou_a").into(), open("ou_b"), &["1"]) },
                "?user_id_type=open_id",
                r#"{"operator":"ou_a","to_user_id":"ou_b","approver_ids":["1"],"remark":"错"}"#,
            ),
        ] {
            assert_eq!(written(request), (format!("{path}{query}"), body.to_owned()));
        }
    }

    #[test]
    fn every_broken_rule_is_told_at_once() {
        let told = |request: TransferTasks| {
            let problems = request.problems();
            problems.into_iter().map(|Problem { field, rule }| format!("{field} {rule}")).collect::<Vec<_>>()
        };
        assert_eq!(
            told(transfer(open("ou_a").into(), User::UserId("b ".into()), &["1", "", "1"])),
            [
                "to_user_id has a space (U+0020) at character 2",
                "to_user_id must be of one kind: a call has one `user_id_type` for all people, and `operator` and \
                 `to_user_id` have open_id, user_id",
                "approver_ids[1] is empty",
                "approver_ids[2] stands at approver_ids[0] already",
            ]
        );
        let numbers: Vec<String> = (0..21).map(|number| number.to_string()).collect();
        let ids: Vec<&str> = numbers.iter().map(String::as_str).collect();
        for (count, expected) in [
            (0, vec!["approver_ids has 0 entries; the server takes 1 to 20"]),
            (1, vec![]),
            (20, vec![]),
            (21, vec!["approver_ids has 21 entries; the server takes 1 to 20"]),
        ] {
            assert_eq!(told(transfer(open("ou_a").into(), open("ou_b"), &ids[..count])), expected, "{count}");
        }
    }
}
