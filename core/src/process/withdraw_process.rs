//! PUT /open-apis/corehr/v2/process_withdraw/{process_id}: [withdraw a process](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process_withdraw/update) (撤回流程).

use feishu_corehr_macros::wire;
use serde::Serialize;

use super::actor::Actor;
use super::refusals::{BAD_ORDER, NO_SUCH_PROCESS, STATE_CHANGED};
use super::rules::{LONGEST_REASON, segment_problems, text_problems};
use super::types::{Empty, Status};
use crate::codes::{Class, Code, refused};
use crate::endpoint::{Endpoint, Operation, Outcome, Replay, Reply};
use crate::error::{Error, ErrorKind, Problem};
use crate::http::{Method, encoded};
use crate::limit::Quota;
use crate::parameter::Parameter;
#[cfg(feature = "bulk")]
use crate::per_process::PerProcess;
use crate::proof::{Attribution, Missed, Proof, Sign};

/// Ends a process that is still running (status 1): it becomes withdrawn (status 4).
///
/// PUT `/open-apis/corehr/v2/process_withdraw/{process_id}`
/// ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process_withdraw/update)).
/// Who may: its initiator, a process administrator, a document administrator, or the system. The app needs the scope
/// `corehr:process.instance:write`. At most 50 calls a second.
#[wire(request)]
#[derive(Eq)]
pub struct WithdrawProcess {
    /// The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
    pub process_id: String,
    /// Who withdraws it.
    pub actor: Actor,
    /// Why, for people: at most 500 characters. Feishu does not say whether an empty one is accepted.
    pub reason: Option<String>,
}

/// The process is withdrawn.
#[wire(reply)]
#[derive(Eq)]
pub struct Withdrawn {
    /// The process.
    pub process_id: String,
    /// By whom, as far as can be known.
    pub attribution: Attribution,
    /// How many times the withdrawal was sent.
    pub attempts: u32,
    /// Whether it was sent again without the process being read in between, because reading is forbidden.
    pub resent_unread: bool,
    /// The log id of the answer that decided.
    pub log_id: Option<String>,
}

impl Endpoint for WithdrawProcess {
    const OPERATION: Operation = Operation {
        name: "withdraw_process",
        method: Method::Put,
        path: "/open-apis/corehr/v2/process_withdraw/{process_id}",
        replay: Replay::Proved,
        quota: Quota::per_second(50),
        scope: "corehr:process.instance:write",
        codes: CODES,
        parameters: &[
            Parameter::Path("process_id"),
            Parameter::Actor { user: "user_id", system: "system_user" },
            Parameter::Body("reason"),
        ],
    };

    const ALREADY: Option<&'static str> = Some("already_withdrawn");

    type Response = Empty;
    type Output = Withdrawn;

    fn output(outcome: Outcome) -> Result<Withdrawn, Error> {
        let Outcome { process_id, attribution, attempts, resent_unread, reply, .. } = outcome;
        Ok(Withdrawn { process_id, attribution, attempts, resent_unread, log_id: reply.log_id })
    }

    fn path(&self) -> String {
        format!("/open-apis/corehr/v2/process_withdraw/{}", encoded(&self.process_id))
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = segment_problems("process_id", &self.process_id);
        problems.extend(self.actor.problems("user_id"));
        problems.extend(text_problems("reason", self.reason.as_deref(), LONGEST_REASON));
        problems
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        self.actor.query()
    }

    fn body(&self) -> Option<impl Serialize> {
        Some(self.actor.body(self.reason.as_deref()))
    }

    fn proof(&self) -> Option<Proof> {
        Some(Proof {
            process_id: self.process_id.clone(),
            sign: SIGN,
            missed: Missed {
                kind: ErrorKind::NotWithdrawable,
                summary: "the process is not running any more",
                en: "a process can be withdrawn only while it is running; a completed one can be revoked",
                zh: "只有进行中的流程可以撤回；已完成的流程请使用撤销",
            },
        })
    }

    /// Always succeeds: code 0 has said that the process is withdrawn, whatever `data` may hold.
    fn decode(_: &Reply) -> Result<Self::Response, Error> {
        Ok(Empty {})
    }
}

/// From which status it leads where.
pub(super) const SIGN: Sign = Sign::Status { from: Status::InProgress as i64, goals: &[Status::Withdrawn as i64] };

#[cfg(feature = "bulk")]
impl PerProcess for WithdrawProcess {
    fn of_process(&self, process_id: &str) -> Self {
        Self { process_id: process_id.to_owned(), ..self.clone() }
    }
}

/// 1160100 is not on this operation's page but on those of its neighbours (revoke, form data); no code for an
/// unknown process is listed here (page of 2024-12-18).
const CODES: &[Code] = &[
    NO_SUCH_PROCESS,
    BAD_ORDER,
    refused(
        1161003,
        ErrorKind::Rejected,
        "no permission to withdraw this process",
        "act as its initiator, a process administrator or a document administrator, and grant the app the permission \
         to withdraw through the API (scope corehr:process.instance:write)",
        "没有撤回权限：操作人须为流程发起人、流程管理员或审批单管理员，且应用须开通撤回接口权限（corehr:process.instance:write）",
    ),
    STATE_CHANGED,
    Code {
        code: 1161006,
        class: Class::Finished,
        kind: ErrorKind::NotWithdrawable,
        meaning: "all approvals of the process have ended",
        en: "check whether the process is completed: only a running one can be withdrawn",
        zh: "流程的审批已全部结束，请确认流程是否已完成；只有进行中的流程可以撤回",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::User;

    fn withdrawal(actor: Actor) -> WithdrawProcess {
        WithdrawProcess { process_id: "7328345170959681068".into(), actor, reason: None }
    }

    fn written(request: &WithdrawProcess) -> (String, String) {
        let prepared = request.prepare().expect("valid");
        (prepared.target, String::from_utf8(prepared.body.expect("a body")).expect("UTF-8"))
    }

    #[test]
    fn the_official_sample_is_written_as_it_is_documented() {
        let user = User::OpenId("ou_91791271921729102012".into());
        let request = WithdrawProcess {
            reason: Some("原因自定义字符串".into()),
            ..withdrawal(Actor::System { user: Some(user) })
        };
        assert_eq!(
            written(&request),
            (
                "/open-apis/corehr/v2/process_withdraw/7328345170959681068?user_id_type=open_id".into(),
                r#"{"user_id":"ou_91791271921729102012","reason":"原因自定义字符串","system_user":true}"#.into()
            )
        );
    }

    #[test]
    fn only_what_is_meant_is_sent() {
        let path = "/open-apis/corehr/v2/process_withdraw/7328345170959681068";
        for (actor, query, body) in [
            (Actor::System { user: None }, "", r#"{"system_user":true}"#),
            (User::OpenId("ou_a".into()).into(), "?user_id_type=open_id", r#"{"user_id":"ou_a"}"#),
            (User::UserId("a".into()).into(), "?user_id_type=user_id", r#"{"user_id":"a"}"#),
            (User::UnionId("on_a".into()).into(), "?user_id_type=union_id", r#"{"user_id":"on_a"}"#),
            (User::PeopleCorehrId("7".into()).into(), "?user_id_type=people_corehr_id", r#"{"user_id":"7"}"#),
        ] {
            assert_eq!(written(&withdrawal(actor)), (format!("{path}{query}"), body.to_owned()));
        }
        let empty_reason = WithdrawProcess { reason: Some(String::new()), ..withdrawal(Actor::System { user: None }) };
        assert_eq!(written(&empty_reason).1, r#"{"reason":"","system_user":true}"#);
    }

    #[test]
    fn every_broken_rule_is_told_at_once() {
        let request = WithdrawProcess {
            process_id: "a/b".into(),
            actor: Actor::System { user: Some(User::UserId("a b".into())) },
            reason: Some("程".repeat(501)),
        };
        assert_eq!(
            request.prepare().expect_err("three problems").summary,
            "invalid request: `process_id` has a `/` at character 2; it must be a plain id; \
             `user_id` has a space (U+0020) at character 2; `reason` has 501 characters; the server takes 500"
        );
    }

    #[test]
    fn an_answer_of_success_is_a_success_whatever_its_data() {
        for data in ["{}", "[]", "7", r#"{"new":"field"}"#] {
            let reply = Reply { data: data.into(), http_status: 200, ..Reply::default() };
            assert_eq!(WithdrawProcess::decode(&reply), Ok(Empty {}), "{data}");
        }
    }

    #[test]
    fn a_request_refuses_unknown_fields_and_needs_an_actor() {
        let read = serde_json::from_str::<WithdrawProcess>;
        assert_eq!(
            read(r#"{"process_id":"7328345170959681068","actor":{"system":true}}"#).expect("valid"),
            withdrawal(Actor::System { user: None })
        );
        assert!(read(r#"{"process_id":"7"}"#).is_err());
        assert!(read(r#"{"process_id":"7","actor":{"system":true},"reson":"typo"}"#).is_err());
    }
}
