//! GET /open-apis/corehr/v2/processes/{process_id}/flow_variable_data: [read a process's flow data](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process/flow_variable_data) (获取流程数据).

use feishu_corehr_macros::wire;

use super::actor::{DepartmentIdType, UserIdType};
use super::form::FormVariables;
use super::get_form_variables::{BAD_READ, id_types};
use super::refusals::NO_SUCH_PROCESS;
use super::rules::{id_problems, segment_problems};
use crate::codes::{Code, unhelpful};
use crate::endpoint::{Endpoint, Operation, Outcome, Replay, Reply};
use crate::error::{Error, Problem};
use crate::http::{Method, encoded};
use crate::limit::Quota;
use crate::parameter::{Kind, Parameter};

/// Reads the data of one process's flow: the fields of the business and of its own, and what the flow itself has, such as
/// who started it and when. What belongs to an employee, such as the department, is not in it.
///
/// GET `/open-apis/corehr/v2/processes/{process_id}/flow_variable_data`
/// ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process/flow_variable_data)).
/// For processes of CoreHR and of attendance only. The app needs the scope `corehr:process:read`. At most 10 calls a
/// minute.
#[wire(request)]
#[derive(Eq)]
pub struct GetFlowVariables {
    /// The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
    pub process_id: String,
    /// The kind of the users' ids in the answer; here Feishu's default is `people_corehr_id`.
    pub user_id_type: Option<UserIdType>,
    /// The kind of the departments' ids in the answer; here Feishu's default is `people_corehr_department_id`.
    pub department_id_type: Option<DepartmentIdType>,
    /// Only these variables, by their names in the API; all when empty. How many may be named is not documented.
    pub variable_keys: Vec<String>,
}

impl Endpoint for GetFlowVariables {
    const OPERATION: Operation = Operation {
        name: "get_flow_variables",
        method: Method::Get,
        path: "/open-apis/corehr/v2/processes/{process_id}/flow_variable_data",
        replay: Replay::Read,
        quota: Quota::per_minute(10),
        scope: "corehr:process:read",
        codes: CODES,
        parameters: &[
            Parameter::Path("process_id"),
            Parameter::Query("user_id_type", Kind::Text),
            Parameter::Query("department_id_type", Kind::Text),
            Parameter::Query("variable_keys", Kind::Texts),
        ],
    };

    type Response = FormVariables;
    type Output = FormVariables;

    fn output(outcome: Outcome) -> Result<FormVariables, Error> {
        Self::decode(&outcome.reply)
    }

    fn path(&self) -> String {
        format!("/open-apis/corehr/v2/processes/{}/flow_variable_data", encoded(&self.process_id))
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = segment_problems("process_id", &self.process_id);
        for (index, key) in self.variable_keys.iter().enumerate() {
            problems.extend(id_problems(&format!("variable_keys[{index}]"), key));
        }
        problems
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = id_types(self.user_id_type, self.department_id_type);
        query.extend(self.variable_keys.iter().map(|key| ("variable_keys", key.clone())));
        query
    }

    fn reads(&self) -> Option<&str> {
        Some(&self.process_id)
    }

    fn decode(reply: &Reply) -> Result<FormVariables, Error> {
        FormVariables::of(reply, &Self::OPERATION)
    }
}

/// Page of 2026-03-19.
const CODES: &[Code] = &[NO_SUCH_PROCESS, BAD_READ, unhelpful(1160102), unhelpful(1160500)];

#[cfg(test)]
mod tests {
    use super::*;

    fn request(keys: &[&str]) -> GetFlowVariables {
        GetFlowVariables {
            process_id: "7".into(),
            user_id_type: None,
            department_id_type: None,
            variable_keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        }
    }

    #[test]
    fn the_names_of_variables_repeat_their_parameter() {
        let path = "/open-apis/corehr/v2/processes/7/flow_variable_data";
        assert_eq!(request(&[]).prepare().expect("valid").target, path);
        let target = request(&["a", "甲&"]).prepare().expect("valid").target;
        assert_eq!(target, format!("{path}?variable_keys=a&variable_keys=%E7%94%B2%26"));
        let error = request(&["a", "", "b c"]).prepare().expect_err("two problems");
        assert_eq!(
            error.summary,
            "invalid request: `variable_keys[1]` is empty; `variable_keys[2]` has a space (U+0020) at character 2"
        );
    }
}
