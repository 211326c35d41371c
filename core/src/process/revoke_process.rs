//! PUT /open-apis/corehr/v2/process_revoke/{process_id}: [revoke a process](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process_revoke/update) (撤销流程).

use feishu_corehr_macros::wire;
use serde::Serialize;

use super::actor::Actor;
use super::refusals::{BAD_ORDER, NO_SUCH_PROCESS};
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

/// Undoes a process that is completed (status 9): it becomes revoked (status 8), possibly after a time of being revoked
/// (status 15).
///
/// PUT `/open-apis/corehr/v2/process_revoke/{process_id}`
/// ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process_revoke/update)).
/// Who may: a process administrator, a document administrator, or the system. The app needs the scope
/// `corehr:process.instance:write`. At most 50 calls a second.
#[wire(request)]
#[derive(Eq)]
pub struct RevokeProcess {
    /// The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
    pub process_id: String,
    /// Who revokes it.
    pub actor: Actor,
    /// Why, for people: at most 500 characters. Feishu does not say whether an empty one is accepted.
    pub reason: Option<String>,
}

/// The process is revoked, or is being revoked.
#[wire(reply)]
#[derive(Eq)]
pub struct Revoked {
    /// The process.
    pub process_id: String,
    /// Where the process is, if a read has told it: `Revoked`, or `Revoking`, which is not over yet and may end otherwise.
    /// `Unknown` after Feishu's own success, which names no status.
    pub status: Status,
    /// The number of that status.
    pub status_number: Option<i64>,
    /// By whom, as far as can be known.
    pub attribution: Attribution,
    /// How many times the revocation was sent.
    pub attempts: u32,
    /// Whether it was sent again without the process being read in between, because reading is forbidden.
    pub resent_unread: bool,
    /// The log id of the answer that decided.
    pub log_id: Option<String>,
}

impl Endpoint for RevokeProcess {
    const OPERATION: Operation = Operation {
        name: "revoke_process",
        method: Method::Put,
        path: "/open-apis/corehr/v2/process_revoke/{process_id}",
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

    const ALREADY: Option<&'static str> = Some("already_revoked");

    type Response = Empty;
    type Output = Revoked;

    fn output(outcome: Outcome) -> Result<Revoked, Error> {
        let Outcome { process_id, attribution, status: status_number, attempts, resent_unread, reply, .. } = outcome;
        let status = status_number.map(Status::from_number).unwrap_or_default();
        let log_id = reply.log_id;
        Ok(Revoked { process_id, status, status_number, attribution, attempts, resent_unread, log_id })
    }

    fn path(&self) -> String {
        format!("/open-apis/corehr/v2/process_revoke/{}", encoded(&self.process_id))
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
                kind: ErrorKind::NotRevocable,
                summary: "the process is not completed",
                en: "only a completed process can be revoked; one that is still running can be withdrawn",
                zh: "只有已完成的流程可以撤销；进行中的流程请使用撤回",
            },
        })
    }

    /// Always succeeds: code 0 has said that the process is or will be revoked, whatever `data` may hold.
    fn decode(_: &Reply) -> Result<Self::Response, Error> {
        Ok(Empty {})
    }
}

/// From which status it leads where.
pub(super) const SIGN: Sign =
    Sign::Status { from: Status::Completed as i64, goals: &[Status::Revoked as i64, Status::Revoking as i64] };

#[cfg(feature = "bulk")]
impl PerProcess for RevokeProcess {
    fn of_process(&self, process_id: &str) -> Self {
        Self { process_id: process_id.to_owned(), ..self.clone() }
    }
}

/// Page of 2026-03-26.
const CODES: &[Code] = &[
    NO_SUCH_PROCESS,
    BAD_ORDER,
    refused(
        1161003,
        ErrorKind::Rejected,
        "no permission to revoke this process",
        "act as a process administrator or a document administrator, and grant the app the permission to revoke through \
         the API (scope corehr:process.instance:write)",
        "没有撤销权限：操作人须为流程管理员或审批单管理员，且应用须开通撤销接口权限（corehr:process.instance:write）",
    ),
    Code {
        code: 1161007,
        class: Class::Finished,
        kind: ErrorKind::NotRevocable,
        meaning: "the process cannot be revoked",
        en: "check whether the process is completed: only a completed one can be revoked",
        zh: "流程无法撤销，请确认流程是否已完成；只有已完成的流程可以撤销",
    },
    refused(
        1161008,
        ErrorKind::Rejected,
        "a business check forbids revoking this process",
        "read the reason in the server's message: the business that the process belongs to does not allow it",
        "业务校验不允许撤销该流程，请查看返回信息中的原因",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::User;

    #[test]
    fn only_what_is_meant_is_sent() {
        let written = |actor, reason: Option<&str>| {
            let request = RevokeProcess { process_id: "7".into(), actor, reason: reason.map(str::to_owned) };
            let prepared = request.prepare().expect("valid");
            (prepared.target, String::from_utf8(prepared.body.expect("a body")).expect("UTF-8"))
        };
        let path = "/open-apis/corehr/v2/process_revoke/7";
        for (actor, reason, query, body) in [
            (Actor::System { user: None }, None, "", r#"{"system_user":true}"#),
            (
                User::OpenId("ou_a".into()).into(),
                Some("错"),
                "?user_id_type=open_id",
                r#"{"user_id":"ou_a","reason":"错"}"#,
            ),
        ] {
            assert_eq!(written(actor, reason), (format!("{path}{query}"), body.to_owned()));
        }
    }

    #[test]
    fn every_broken_rule_is_told_at_once() {
        let request = RevokeProcess {
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
}
