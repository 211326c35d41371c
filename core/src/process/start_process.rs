//! POST /open-apis/corehr/v2/process_start: [start a process](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process_start/create) (发起流程).

use feishu_corehr_macros::wire;
use serde::Serialize;
use serde_json::Value;

use super::actor::{Actor, DepartmentIdType};
use super::new_form::NewFormVariable;
use super::refusals::unknown_ids;
use super::rules::id_problems;
use crate::codes::{Code, refused};
use crate::endpoint::{Endpoint, Operation, Outcome, Replay, Reply};
use crate::error::{Advice, Effect, Error, ErrorKind, Problem};
use crate::http::Method;
use crate::limit::Quota;
use crate::parameter::{Kind, Parameter};

/// Starts a process of a flow definition whose business type is custom; no other can be started.
///
/// POST `/open-apis/corehr/v2/process_start`
/// ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process_start/create)).
/// The app needs the scope `corehr:process.instance:write`. At most 20 calls a minute. Nothing keeps two requests from
/// starting two processes, and nothing tells afterwards which request has started one: it is never sent again once it may
/// have arrived.
#[wire(request)]
#[derive(Eq)]
pub struct StartProcess {
    /// The flow definition: `people_<digits>_<digits>`. At most 128 bytes, without spaces and control characters.
    pub flow_definition_id: String,
    /// Who starts it (`initiator_id`, `system_initiator`).
    pub actor: Actor,
    /// The values that the process starts with, at most 100,000. `get_template` shows their shape.
    pub flow_data: Vec<NewFormVariable>,
    /// The kind of the departments' ids in these values; Feishu's default is `OpenDepartmentId`. Employees in them are by
    /// the kind of id that the actor has, and by `OpenId` where that is the system alone.
    pub department_id_type: Option<DepartmentIdType>,
}

/// The process is started.
#[wire(reply)]
#[derive(Eq)]
pub struct Started {
    /// The process.
    pub process_id: String,
    /// How many times the request was sent; 0 where an answer was read by itself.
    #[wire(with = unsent)]
    pub attempts: u32,
    /// The log id of the answer.
    #[wire(skip)]
    pub log_id: Option<String>,
}

/// An answer does not know how often it was asked for.
fn unsent(_: Value, _: &mut Option<Problem>) -> Option<u32> {
    Some(0)
}

/// The body. `system_initiator` is left out where it is false; the page states no default.
#[derive(Serialize)]
struct Start<'a> {
    flow_definition_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    initiator_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_initiator: Option<bool>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    flow_data: &'a [NewFormVariable],
}

impl Endpoint for StartProcess {
    const OPERATION: Operation = Operation {
        name: "start_process",
        method: Method::Post,
        path: "/open-apis/corehr/v2/process_start",
        replay: Replay::Never,
        quota: Quota::per_minute(20),
        scope: "corehr:process.instance:write",
        codes: CODES,
        parameters: &[
            Parameter::Body("flow_definition_id"),
            Parameter::Actor { user: "initiator_id", system: "system_initiator" },
            Parameter::Body("flow_data"),
            Parameter::Query("department_id_type", Kind::Text),
        ],
    };

    type Response = Started;
    type Output = Started;

    fn output(outcome: Outcome) -> Result<Started, Error> {
        let mut started = Self::decode(&outcome.reply);
        match &mut started {
            Ok(started) => started.attempts = outcome.attempts,
            Err(error) => error.attempts = outcome.attempts,
        }
        started
    }

    fn path(&self) -> String {
        Self::OPERATION.path.to_owned()
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = id_problems("flow_definition_id", &self.flow_definition_id);
        problems.extend(self.actor.problems("initiator_id"));
        problems.extend(NewFormVariable::problems("flow_data", &self.flow_data));
        problems
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = self.actor.query();
        query.extend(self.department_id_type.map(|kind| ("department_id_type", kind.as_str().to_owned())));
        query
    }

    fn body(&self) -> Option<impl Serialize> {
        Some(Start {
            flow_definition_id: &self.flow_definition_id,
            initiator_id: self.actor.id(),
            system_initiator: self.actor.flag(),
            flow_data: &self.flow_data,
        })
    }

    fn when_unknown(&self) -> Option<Advice> {
        let definition = &self.flow_definition_id;
        let (en, zh) = match (&self.actor, self.actor.id()) {
            (Actor::User(_), Some(id)) => (format!("of initiator {id}"), format!("发起人为 {id} 的流程")),
            _ => (
                "without an initiator, since the system has started it".to_owned(),
                "无发起人（系统发起）的流程".to_owned(),
            ),
        };
        Some(Advice {
            en: format!(
                "do not start it again before you have looked: list the processes of flow definition {definition} that \
                 were modified since {{sent}} (milliseconds since 1970-01-01 UTC), and judge whether one {en} is this \
                 one (`list_start_candidates`, `listStartCandidates`); no read proves it, and the request may still take effect"
            ),
            zh: format!(
                "请勿直接重新发起：先查询流程定义 {definition} 自 {{sent}}（毫秒时间戳）以来修改过的流程，并人工判断其中{zh}是否为本次发起\
                 （list_start_candidates、listStartCandidates）；\
                 任何查询都无法证明，请求也可能稍后才生效"
            ),
        })
    }

    /// A success that names no process has started one all the same.
    fn decode(reply: &Reply) -> Result<Self::Response, Error> {
        let mut started: Started = reply.read(&Self::OPERATION)?;
        if started.process_id.is_empty() {
            let mut error = Error::new(ErrorKind::BadEnvelope, "the server has started a process and does not name it");
            error.effect = Effect::Applied;
            error.operation = Some(Self::OPERATION.name.to_owned());
            error.http_status = Some(reply.http_status);
            error.log_id.clone_from(&reply.log_id);
            return Err(error);
        }
        started.log_id.clone_from(&reply.log_id);
        Ok(started)
    }
}

/// Page of 2026-02-02.
const CODES: &[Code] = &[
    refused(
        1161001,
        ErrorKind::Rejected,
        "a parameter is wrong",
        "check `flow_definition_id`, and `initiator_id` with its `user_id_type`",
        "参数有误，请检查 flow_definition_id 与 initiator_id（及 user_id_type）",
    ),
    refused(
        1161002,
        ErrorKind::Rejected,
        "no permission to start this process",
        "check that `initiator_id` may start this flow, and grant the app the scope corehr:process.instance:write",
        "没有发起权限：请检查发起人（initiator_id）是否可以发起该流程，且应用须开通 corehr:process.instance:write 权限",
    ),
    refused(
        1161059,
        ErrorKind::Rejected,
        "the flow is not enabled",
        "enable the flow definition in CoreHR, or choose another",
        "流程未启用，请在飞书人事中启用该流程定义，或选择其他流程定义",
    ),
    unknown_ids(1161060),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::User;

    fn start(actor: Actor) -> StartProcess {
        StartProcess { flow_definition_id: "people_7_8".into(), actor, flow_data: Vec::new(), department_id_type: None }
    }

    #[test]
    fn only_what_is_meant_is_sent() {
        let path = "/open-apis/corehr/v2/process_start";
        for (actor, query, body) in [
            (Actor::System { user: None }, "", r#"{"flow_definition_id":"people_7_8","system_initiator":true}"#),
            (
                User::UserId("a".into()).into(),
                "?user_id_type=user_id",
                r#"{"flow_definition_id":"people_7_8","initiator_id":"a"}"#,
            ),
        ] {
            let prepared = start(actor).prepare().expect("valid");
            assert_eq!(prepared.target, format!("{path}{query}"));
            assert_eq!(prepared.body.as_deref(), Some(body.as_bytes()));
        }
    }

    #[test]
    fn every_broken_rule_is_told_at_once() {
        let request = StartProcess { flow_definition_id: String::new(), ..start(User::OpenId("a b".into()).into()) };
        assert_eq!(
            request.prepare().expect_err("two problems").summary,
            "invalid request: `flow_definition_id` is empty; `initiator_id` has a space (U+0020) at character 2"
        );
    }

    #[test]
    fn a_success_without_a_process_has_taken_effect_all_the_same() {
        let decode = |data: &str| {
            StartProcess::decode(&Reply {
                data: data.into(),
                http_status: 200,
                log_id: Some("L".into()),
                ..Reply::default()
            })
        };
        let started = decode(r#"{"process_id":"7","new":1}"#).expect("a process");
        assert_eq!((started.process_id.as_str(), started.log_id.as_deref()), ("7", Some("L")));
        for data in ["{}", r#"{"process_id":""}"#, r#"{"process_id":null}"#, r#"{"process_id":7}"#, "[]"] {
            let error = decode(data).expect_err(data);
            assert_eq!((error.kind, error.effect), (ErrorKind::BadEnvelope, Effect::Applied), "{data}");
            assert_eq!(error.log_id.as_deref(), Some("L"));
        }
    }
}
