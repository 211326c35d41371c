//! PUT /open-apis/corehr/v2/processes/{process_id}/approvers/{approver_id}: [approve or reject a task](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-approver/update) (通过/拒绝审批任务).

use feishu_corehr_macros::wire;
use serde::Serialize;

use super::actor::{Actor, DepartmentIdType};
use super::decision::Decision;
use super::new_form::NewFormVariable;
use super::refusals::STATE_CHANGED;
use super::rules::segment_problems;
use super::types::Empty;
use crate::codes::{Class, Code, refused};
use crate::endpoint::{Endpoint, Operation, Outcome, Replay, Reply};
use crate::error::{Advice, Error, ErrorKind, Problem};
use crate::http::{Method, encoded};
use crate::limit::Quota;
use crate::parameter::{Kind, Parameter};
use crate::proof::{Attribution, Missed, Proof, Sign};
use crate::verdict;

/// Approves or rejects one task of a process. Where one approval is enough (或签) it passes the node; where all must
/// approve (会签) the others still have to.
///
/// PUT `/open-apis/corehr/v2/processes/{process_id}/approvers/{approver_id}`
/// ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-approver/update)).
/// The app needs the scope `corehr:process.instance:write`. At most 50 calls a second.
#[wire(request)]
#[derive(Eq)]
pub struct ReviewTask {
    /// The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
    pub process_id: String,
    /// The task: an `approver_id` of the process's `todos`. The rules are those of a process's id.
    pub approver_id: String,
    /// Who decides: the task's own approver, or the system in its place, after which that approver may not see the task
    /// any more.
    pub actor: Actor,
    /// Approve, or reject with a reason.
    pub decision: Decision,
    /// Values to write into the task's form along with the decision, at most 100,000.
    pub field_values_v2: Vec<NewFormVariable>,
    /// The kind of the departments' ids in these values; Feishu's default is `OpenDepartmentId`. Employees in them are by
    /// the kind of id that the actor has, and by `OpenId` where that is the system alone.
    pub department_id_type: Option<DepartmentIdType>,
}

/// The task is approved, or rejected, as it was meant to be.
#[wire(reply)]
#[derive(Eq)]
pub struct Reviewed {
    /// The process.
    pub process_id: String,
    /// By whom, as far as can be known.
    pub attribution: Attribution,
    /// How many times the decision was sent.
    pub attempts: u32,
    /// Whether it was sent again without the process being read in between, because reading is forbidden.
    pub resent_unread: bool,
    /// The log id of the answer that decided.
    pub log_id: Option<String>,
}

/// The body. `system_approval` is left out where it is false, its documented default.
#[derive(Serialize)]
struct Review<'a> {
    status: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_approval: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    field_values_v2: &'a [NewFormVariable],
}

impl Endpoint for ReviewTask {
    const OPERATION: Operation = Operation {
        name: "review_task",
        method: Method::Put,
        path: "/open-apis/corehr/v2/processes/{process_id}/approvers/{approver_id}",
        replay: Replay::Proved,
        quota: Quota::per_second(50),
        scope: "corehr:process.instance:write",
        codes: CODES,
        parameters: &[
            Parameter::Path("process_id"),
            Parameter::Path("approver_id"),
            Parameter::Actor { user: "user_id", system: "system_approval" },
            Parameter::Tagged {
                field: "decision",
                tag: "status",
                choices: &[(Decision::REJECT, "reject"), (Decision::APPROVE, "approve")],
                inside: &["reason"],
            },
            Parameter::Body("field_values_v2"),
            Parameter::Query("department_id_type", Kind::Text),
        ],
    };

    const ALREADY: Option<&'static str> = Some("already_reviewed");

    type Response = Empty;
    type Output = Reviewed;

    const HAS_INNER_CODE: bool = true;

    fn output(outcome: Outcome) -> Result<Reviewed, Error> {
        let Outcome { process_id, attribution, attempts, resent_unread, reply, .. } = outcome;
        Ok(Reviewed { process_id, attribution, attempts, resent_unread, log_id: reply.log_id })
    }

    fn path(&self) -> String {
        format!("/open-apis/corehr/v2/processes/{}/approvers/{}", encoded(&self.process_id), encoded(&self.approver_id))
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = segment_problems("process_id", &self.process_id);
        problems.extend(segment_problems("approver_id", &self.approver_id));
        problems.extend(self.actor.problems("user_id"));
        problems.extend(self.decision.problems());
        problems.extend(NewFormVariable::problems("field_values_v2", &self.field_values_v2));
        problems
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = self.actor.query();
        query.extend(self.department_id_type.map(|kind| ("department_id_type", kind.as_str().to_owned())));
        query
    }

    fn body(&self) -> Option<impl Serialize> {
        Some(Review {
            status: self.decision.number(),
            user_id: self.actor.id(),
            system_approval: self.actor.flag(),
            reason: self.decision.reason(),
            field_values_v2: &self.field_values_v2,
        })
    }

    fn proof(&self) -> Option<Proof> {
        Some(Proof {
            process_id: self.process_id.clone(),
            sign: Sign::Task { approver_id: self.approver_id.clone(), goal: self.decision.goal() as i64 },
            missed: Missed {
                kind: ErrorKind::NotReviewable,
                summary: "the task has ended otherwise",
                en: "a task can be approved or rejected once, and only while it is to do: read the process",
                zh: "任务已被处理，且结果与本次操作不同；只有待办任务可以审批，请查询流程详情",
            },
        })
    }

    fn when_unknown(&self) -> Option<Advice> {
        let task = &self.approver_id;
        Some(Advice {
            en: format!(
                "read the process before you decide again: the task `{task}` stands in `todos` while it is to do, and \
                 in `done_list` with its result; the request may still take effect"
            ),
            zh: format!(
                "再次审批前请先查询流程详情：任务 {task} 未处理时在 todos 中，已处理时在 done_list 中（附结果）；请求也可能稍后才生效"
            ),
        })
    }

    /// Succeeds where the code inside `data` says so, too.
    fn decode(reply: &Reply) -> Result<Self::Response, Error> {
        verdict::judge_inner(const { &Self::OPERATION }, reply.clone())
            .map(|_| Empty {})
            .map_err(|failure| failure.error)
    }
}

/// Page of 2026-02-02. They stand in the envelope or inside `data`.
const CODES: &[Code] = &[
    Code {
        code: 1161001,
        class: Class::Finished,
        kind: ErrorKind::NotReviewable,
        meaning: "the task was handled already",
        en: "nothing is left to do; read the process to see how the task has ended",
        zh: "任务已被处理，无需再次操作；可查询流程详情确认结果",
    },
    refused(
        1161002,
        ErrorKind::Rejected,
        "a parameter is wrong",
        "check `process_id`, `approver_id`, `user_id` with its `user_id_type`, and `reason`",
        "参数有误，请检查 process_id、approver_id、user_id（及 user_id_type）与 reason",
    ),
    refused(
        1161003,
        ErrorKind::Rejected,
        "no permission to decide this task",
        "act as the task's own approver or as the system, and grant the app the scope corehr:process.instance:write",
        "没有审批权限：操作人须为任务的审批人或使用系统身份，且应用须开通 corehr:process.instance:write 权限",
    ),
    Code {
        code: 1161004,
        class: Class::Unhelpful,
        kind: ErrorKind::Api,
        meaning: "submitting the form automatically failed",
        en: "contact Feishu support with the log id",
        zh: "自动提交表单失败，请携带 log id 联系飞书客服",
    },
    STATE_CHANGED,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::User;

    fn review(actor: Actor, decision: Decision) -> ReviewTask {
        ReviewTask {
            process_id: "7".into(),
            approver_id: "8".into(),
            actor,
            decision,
            field_values_v2: Vec::new(),
            department_id_type: None,
        }
    }

    #[test]
    fn approving_is_3_and_rejecting_is_2() {
        let written = |actor, decision| {
            let prepared = review(actor, decision).prepare().expect("valid");
            (prepared.target, String::from_utf8(prepared.body.expect("a body")).expect("UTF-8"))
        };
        let path = "/open-apis/corehr/v2/processes/7/approvers/8";
        let user = || User::UnionId("on_a".into()).into();
        for (actor, decision, query, body) in [
            (
                Actor::System { user: None },
                Decision::Approve { reason: None },
                "",
                r#"{"status":3,"system_approval":true}"#,
            ),
            (
                user(),
                Decision::Approve { reason: Some(String::new()) },
                "?user_id_type=union_id",
                r#"{"status":3,"user_id":"on_a","reason":""}"#,
            ),
            (
                user(),
                Decision::Reject { reason: "错".into() },
                "?user_id_type=union_id",
                r#"{"status":2,"user_id":"on_a","reason":"错"}"#,
            ),
        ] {
            assert_eq!(written(actor, decision), (format!("{path}{query}"), body.to_owned()));
        }
    }

    #[test]
    fn every_broken_rule_is_told_at_once() {
        let actor = User::OpenId("a b".into()).into();
        let request = ReviewTask {
            process_id: "a/b".into(),
            approver_id: "..".into(),
            ..review(actor, Decision::Reject { reason: " \n".into() })
        };
        assert_eq!(
            request.prepare().expect_err("four problems").summary,
            "invalid request: `process_id` has a `/` at character 2; it must be a plain id; \
             `approver_id` is `..`, which addresses another path; `user_id` has a space (U+0020) at character 2; \
             `reason` is empty, and rejecting needs one"
        );
    }

    #[test]
    fn a_success_whose_inner_code_says_otherwise_is_none() {
        let decode = |data: &str| {
            ReviewTask::decode(&Reply {
                data: data.into(),
                http_status: 200,
                log_id: Some("L".into()),
                ..Reply::default()
            })
            .map_err(|error| (error.kind, error.code, error.effect))
        };
        use crate::error::Effect::{None as Nothing, Unknown};
        for data in ["{}", r#"{"code":0,"msg":"success"}"#, r#"{"code":null,"msg":7,"more":1}"#] {
            assert_eq!(decode(data), Ok(Empty {}), "{data}");
        }
        for (data, kind, code, effect) in [
            (r#"{"code":1161001,"msg":"handled"}"#, ErrorKind::NotReviewable, Some(1161001), Unknown),
            (r#"{"code":1161002}"#, ErrorKind::Rejected, Some(1161002), Nothing),
            (r#"{"code":1161005}"#, ErrorKind::Conflict, Some(1161005), Unknown),
            (r#"{"code":1169999}"#, ErrorKind::Api, Some(1169999), Unknown),
            (r#"{"code":7}"#, ErrorKind::Api, Some(7), Unknown),
            (r#"{"code":"0"}"#, ErrorKind::BadEnvelope, None, Unknown),
            (r#"{"code":0.0}"#, ErrorKind::BadEnvelope, None, Unknown),
            (r#"{"code":1161001,"code":0}"#, ErrorKind::BadEnvelope, None, Unknown),
            ("[]", ErrorKind::BadEnvelope, None, Unknown),
        ] {
            assert_eq!(decode(data), Err((kind, code, effect)), "{data}");
        }
    }
}
