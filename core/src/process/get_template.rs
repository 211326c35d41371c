//! POST /open-apis/corehr/v2/query_flow_data_template: [read the template of a flow's data](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-query_flow_data_template/create) (查询流程数据参数模板).

use feishu_corehr_macros::wire;
use serde::Serialize;

use super::actor::UserIdType;
use super::form::FormVariable;
use super::rules::id_problems;
use crate::codes::{Code, refused};
use crate::endpoint::{Endpoint, Operation, Outcome, Replay, Reply};
use crate::error::{Error, ErrorKind, Problem};
use crate::http::Method;
use crate::limit::Quota;
use crate::parameter::{Kind, Parameter};

/// Reads of which form the values of a flow's variables are, for whoever writes them: each comes with an example of its
/// value. It is for development, and not for production.
///
/// POST `/open-apis/corehr/v2/query_flow_data_template`
/// ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-query_flow_data_template/create)).
/// It changes nothing, and yet the app needs the scope `corehr:process.instance:write`. At most 20 calls a minute.
#[wire(request)]
#[derive(Eq)]
pub struct GetTemplate {
    /// The flow definition: `people_<digits>_<digits>`.
    pub flow_definition_id: String,
    /// The variables, 1 to 1,000, by their names in the API; a drill-down is written with dots, as
    /// `batch_job_change.target_department`.
    pub variable_api_names: Vec<String>,
    /// The kind of the users' ids in the answer; Feishu's default is `open_id`.
    pub user_id_type: Option<UserIdType>,
}

/// Of which form the values of a flow's variables are.
#[wire(reply)]
#[derive(Eq)]
pub struct FlowTemplate {
    /// The variables, with examples of their values.
    pub field_values: Vec<FormVariable>,
    /// What is wrong with the names that were asked for, in Feishu's words; empty where nothing is. It is no failure of
    /// the call: the other variables are here.
    pub error_info: String,
    /// The log id of the answer.
    #[wire(skip)]
    pub log_id: Option<String>,
    /// The answer's `data` as received, as JSON: with fields that this version does not know.
    #[wire(skip)]
    pub raw: String,
}

impl Endpoint for GetTemplate {
    const OPERATION: Operation = Operation {
        name: "get_template",
        method: Method::Post,
        path: "/open-apis/corehr/v2/query_flow_data_template",
        replay: Replay::Read,
        quota: Quota::per_minute(20),
        scope: "corehr:process.instance:write",
        codes: CODES,
        parameters: &[
            Parameter::Body("flow_definition_id"),
            Parameter::Body("variable_api_names"),
            Parameter::Query("user_id_type", Kind::Text),
        ],
    };

    type Response = FlowTemplate;
    type Output = FlowTemplate;

    fn output(outcome: Outcome) -> Result<FlowTemplate, Error> {
        Self::decode(&outcome.reply)
    }

    fn path(&self) -> String {
        Self::OPERATION.path.to_owned()
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = id_problems("flow_definition_id", &self.flow_definition_id);
        let count = self.variable_api_names.len();
        if !(1..=MOST_NAMES).contains(&count) {
            let rule = format!("has {count} items; the server takes 1 to {MOST_NAMES}");
            problems.push(Problem::new("variable_api_names", rule));
        }
        for (index, name) in self.variable_api_names.iter().enumerate() {
            problems.extend(id_problems(&format!("variable_api_names[{index}]"), name));
        }
        problems
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        self.user_id_type.map(|kind| ("user_id_type", kind.as_str().to_owned())).into_iter().collect()
    }

    fn body(&self) -> Option<impl Serialize> {
        Some(Body { flow_definition_id: &self.flow_definition_id, variable_api_names: &self.variable_api_names })
    }

    fn decode(reply: &Reply) -> Result<FlowTemplate, Error> {
        let mut template: FlowTemplate = reply.read(&Self::OPERATION)?;
        template.log_id.clone_from(&reply.log_id);
        template.raw.clone_from(&reply.data);
        Ok(template)
    }
}

#[derive(Serialize)]
struct Body<'a> {
    flow_definition_id: &'a str,
    variable_api_names: &'a [String],
}

const MOST_NAMES: usize = 1_000;

/// Page of 2026-01-29: the only one that it lists.
const CODES: &[Code] = &[refused(
    1161002,
    ErrorKind::Rejected,
    "a parameter is wrong",
    "check `flow_definition_id`, `variable_api_names` and `user_id_type`",
    "参数有误，请检查 flow_definition_id、variable_api_names 与 user_id_type",
)];

#[cfg(test)]
mod tests {
    use super::*;

    fn request(names: Vec<String>) -> GetTemplate {
        GetTemplate { flow_definition_id: "people_7_7".into(), variable_api_names: names, user_id_type: None }
    }

    #[test]
    fn one_to_a_thousand_variables_are_asked_for() {
        for (count, is_valid) in [(0, false), (1, true), (1_000, true), (1_001, false)] {
            assert_eq!(request(vec!["a".into(); count]).prepare().is_ok(), is_valid, "{count}");
        }
        let prepared = request(vec!["a.b".into()]).prepare().expect("valid");
        assert_eq!(prepared.target, "/open-apis/corehr/v2/query_flow_data_template");
        let body = String::from_utf8(prepared.body.expect("a body")).expect("UTF-8");
        assert_eq!(body, r#"{"flow_definition_id":"people_7_7","variable_api_names":["a.b"]}"#);
    }
}
