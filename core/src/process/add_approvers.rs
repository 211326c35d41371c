//! PUT /open-apis/corehr/v2/processes/{process_id}/extra: [add approvers](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-extra/update) (加签审批任务).

use feishu_corehr_macros::wire;
use serde::Serialize;

use super::actor::{Actor, User, kind_problem, one_kind};
use super::refusals::{NOT_ALLOWED, TASK_IN_USE, unknown_ids};
use super::rules::{list_problems, segment_problems};
use super::target::{self, Target};
use super::types::{Accepted, Empty};
use crate::codes::{Class, Code, refused, unhelpful};
use crate::endpoint::{Endpoint, Operation, Outcome, Replay, Reply};
use crate::error::{Advice, Error, ErrorKind, Problem};
use crate::http::{Method, encoded};
use crate::limit::Quota;
use crate::parameter::Parameter;

/// Where the added approval stands.
#[wire(word)]
pub enum ExtraType {
    /// After the approval that it is added to.
    After,
    /// Before the approval that it is added to.
    Before,
    /// Beside it, at the same time.
    Parallel,
}

/// How many of the added people must approve.
#[wire(word)]
pub enum ApprovalType {
    /// All of them (会签).
    AllOf,
    /// One of them (或签).
    AnyOf,
}

/// Adds people who must approve, too.
///
/// PUT `/open-apis/corehr/v2/processes/{process_id}/extra`
/// ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-extra/update)).
/// The app needs the scope `corehr:process.instance:write`. At most 20 calls a minute. It is never sent again once it may
/// have arrived: nothing would keep people from being asked twice.
#[wire(request)]
#[derive(Eq)]
pub struct AddApprovers {
    /// The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
    pub process_id: String,
    /// Who adds them (`operator`).
    pub actor: Actor,
    /// What they are added to: a task, or a node.
    pub target: Target,
    /// Before it, beside it or after it.
    pub extra_type: ExtraType,
    /// The people: 1 to 20, each once. Their ids are of one kind, also that of the actor, if that is a user.
    pub extra_user_ids: Vec<User>,
    /// Whether all or one of them must approve; no default is documented. Beside the target only `AllOf` is possible, and
    /// is sent where this is left out.
    pub approval_type: Option<ApprovalType>,
    /// A remark, for people. No limit of its length is documented.
    pub remark: Option<String>,
}

/// The body. `system_user` is left out where it is false, its documented default.
#[derive(Serialize)]
struct Extra<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<&'a str>,
    #[serde(flatten)]
    target: target::Fields<'a>,
    extra_type: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_type: Option<i64>,
    extra_user_ids: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_user: Option<bool>,
}

const EXTRA_TYPES: &[(i64, &str)] = &[(0, "before"), (1, "parallel"), (2, "after")];
const APPROVAL_TYPES: &[(i64, &str)] = &[(0, "any_of"), (1, "all_of")];

impl Endpoint for AddApprovers {
    const OPERATION: Operation = Operation {
        name: "add_approvers",
        method: Method::Put,
        path: "/open-apis/corehr/v2/processes/{process_id}/extra",
        replay: Replay::Never,
        quota: Quota::per_minute(20),
        scope: "corehr:process.instance:write",
        codes: CODES,
        parameters: &[
            Parameter::Path("process_id"),
            Parameter::Actor { user: "operator", system: "system_user" },
            Parameter::Either("target", &["node_id", "approver_id"]),
            Parameter::Number("extra_type", EXTRA_TYPES),
            Parameter::Users("extra_user_ids"),
            Parameter::Number("approval_type", APPROVAL_TYPES),
            Parameter::Body("remark"),
        ],
    };

    type Response = Empty;
    type Output = Accepted;

    fn output(outcome: Outcome) -> Result<Accepted, Error> {
        Ok(Accepted::of(outcome))
    }

    fn path(&self) -> String {
        format!("/open-apis/corehr/v2/processes/{}/extra", encoded(&self.process_id))
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = segment_problems("process_id", &self.process_id);
        problems.extend(self.actor.problems("operator"));
        problems.extend(self.target.problems());
        if self.extra_type == ExtraType::Parallel && self.approval_type == Some(ApprovalType::AnyOf) {
            let rule = "cannot be `any_of` where `extra_type` is `parallel`: only `all_of` is possible there";
            problems.push(Problem::new("approval_type", rule));
        }
        problems.extend(kind_problem(("operator", &self.actor), ("extra_user_ids", &self.extra_user_ids)));
        let ids: Vec<&str> = self.extra_user_ids.iter().map(User::id).collect();
        problems.extend(list_problems("extra_user_ids", &ids));
        problems
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        one_kind(&self.actor, &self.extra_user_ids)
    }

    fn body(&self) -> Option<impl Serialize> {
        let number =
            |words: &[(i64, &str)], word: &str| words.iter().find(|(_, known)| *known == word).map(|(n, _)| *n);
        let beside = (self.extra_type == ExtraType::Parallel).then_some(ApprovalType::AllOf);
        Some(Extra {
            operator: self.actor.id(),
            target: self.target.fields(),
            extra_type: number(EXTRA_TYPES, self.extra_type.as_str()).unwrap_or_default(),
            approval_type: self.approval_type.or(beside).and_then(|kind| number(APPROVAL_TYPES, kind.as_str())),
            extra_user_ids: self.extra_user_ids.iter().map(User::id).collect(),
            remark: self.remark.as_deref(),
            system_user: self.actor.flag(),
        })
    }

    fn when_unknown(&self) -> Option<Advice> {
        let people: Vec<&str> = self.extra_user_ids.iter().map(User::id).collect();
        let people = people.join(", ");
        Some(Advice {
            en: format!(
                "read the process before you add anybody again: whoever was added has a task in `todos` or `done_list` \
                 ({people}), or gets one when their turn comes; the request may still take effect"
            ),
            zh: format!(
                "再次加签前请先查询流程详情：已加签的人员（{people}）在 todos 或 done_list 中有任务，或在轮到时才有；请求也可能稍后才生效"
            ),
        })
    }

    /// Always succeeds: code 0 has said that the people are added, whatever `data` may hold.
    fn decode(_: &Reply) -> Result<Self::Response, Error> {
        Ok(Empty {})
    }
}

/// Page of 2024-12-18.
const CODES: &[Code] = &[
    unknown_ids(1160001),
    refused(
        1160015,
        ErrorKind::Rejected,
        "all approvals of the process have ended",
        "approvers can be added only while a task of the process is running",
        "流程的审批已全部结束，没有进行中的任务，无法加签",
    ),
    refused(
        1160016,
        ErrorKind::Rejected,
        "the node has ended",
        "add them to a node that is still running",
        "该节点已结束，请选择进行中的节点",
    ),
    refused(
        1160101,
        ErrorKind::Rejected,
        "a parameter is wrong",
        "check `process_id`, `operator` and `extra_user_ids` with their `user_id_type`, and `node_id` or `approver_id`",
        "参数有误，请检查 process_id、operator 与 extra_user_ids（及 user_id_type）、node_id 或 approver_id",
    ),
    Code {
        code: 1160114,
        class: Class::Finished,
        kind: ErrorKind::Rejected,
        meaning: "one of the people is on this node already",
        en: "read the process to see who has a task; leave out who has one",
        zh: "被加签人已在该节点中，请查询流程详情确认，并去掉已有任务的人员",
    },
    refused(
        1160115,
        ErrorKind::Rejected,
        "nobody can be added where one approval of an old flow is enough",
        "the flow is of an old kind, whose any-of approvals (或签) take no more approvers",
        "旧版流程的或签节点不支持加签",
    ),
    refused(
        1160129,
        ErrorKind::Rejected,
        "the approval is done already",
        "add them to a task that is still to do",
        "该审批已完成，请选择未处理的任务",
    ),
    refused(
        1160256,
        ErrorKind::Rejected,
        "the node does not allow to add approvers",
        "an administrator can allow it in the flow's configuration",
        "该节点不允许加签，请检查流程配置",
    ),
    unhelpful(1160500),
    NOT_ALLOWED,
    TASK_IN_USE,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn adding(actor: Actor, target: Target, extra_type: ExtraType, people: &[User]) -> AddApprovers {
        AddApprovers {
            process_id: "7".into(),
            actor,
            target,
            extra_type,
            extra_user_ids: people.to_vec(),
            approval_type: None,
            remark: None,
        }
    }

    fn open(id: &str) -> User {
        User::OpenId(id.into())
    }

    #[test]
    fn only_what_is_meant_is_sent() {
        let written = |request: AddApprovers| {
            let prepared = request.prepare().expect("valid");
            (prepared.target, String::from_utf8(prepared.body.expect("a body")).expect("UTF-8"))
        };
        let path = "/open-apis/corehr/v2/processes/7/extra?user_id_type=open_id";
        let system = || Actor::System { user: None };
        let task = || Target::ApproverId("8".into());
        let people = [open("ou_b"), open("ou_c")];
        for (request, body) in [
            (
                adding(system(), task(), ExtraType::Before, &people),
                r#"{"approver_id":"8","extra_type":0,"extra_user_ids":["ou_b","ou_c"],"system_user":true}"#,
            ),
            (
                adding(open("ou_a").into(), Target::NodeId("9".into()), ExtraType::Parallel, &people[..1]),
                r#"{"operator":"ou_a","node_id":"9","extra_type":1,"approval_type":1,"extra_user_ids":["ou_b"]}"#,
            ),
            (
                AddApprovers {
                    approval_type: Some(ApprovalType::AnyOf),
                    remark: Some("错".into()),
                    ..adding(system(), task(), ExtraType::After, &people[..1])
                },
                r#"{"approver_id":"8","extra_type":2,"approval_type":0,"extra_user_ids":["ou_b"],"remark":"错","system_user":true}"#,
            ),
        ] {
            assert_eq!(written(request), (path.to_owned(), body.to_owned()));
        }
    }

    #[test]
    fn the_one_combination_that_is_not_possible_and_all_else_is_told_at_once() {
        let request = AddApprovers {
            approval_type: Some(ApprovalType::AnyOf),
            ..adding(
                Actor::System { user: None },
                Target::NodeId(String::new()),
                ExtraType::Parallel,
                &[open("ou_b"), User::UserId("b".into()), open("ou_b")],
            )
        };
        let told: Vec<String> =
            request.problems().into_iter().map(|Problem { field, rule }| format!("{field} {rule}")).collect();
        assert_eq!(
            told,
            [
                "node_id is empty",
                "approval_type cannot be `any_of` where `extra_type` is `parallel`: only `all_of` is possible there",
                "extra_user_ids must be of one kind: a call has one `user_id_type` for all people, and they have open_id, \
                 user_id",
                "extra_user_ids[2] stands at extra_user_ids[0] already",
            ]
        );
    }
}
