//! GET /open-apis/corehr/v2/processes/{process_id}/form_variable_data: [read a process's form](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-form_variable_data/get) (获取流程表单数据).

use feishu_corehr_macros::wire;

use super::actor::{DepartmentIdType, UserIdType};
use super::form::FormVariables;
use super::refusals::NO_SUCH_PROCESS;
use super::rules::segment_problems;
use crate::codes::{Code, refused, unhelpful};
use crate::endpoint::{Endpoint, Operation, Outcome, Replay, Reply};
use crate::error::{Error, ErrorKind, Problem};
use crate::http::{Method, encoded};
use crate::limit::Quota;
use crate::parameter::{Kind, Parameter};

/// Reads what the form of one process holds: what it is made to show, and the data of its drill-downs.
///
/// GET `/open-apis/corehr/v2/processes/{process_id}/form_variable_data`
/// ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-form_variable_data/get)).
/// For processes of CoreHR and of attendance only; another, as of a recruiting flow, does not exist for it (1160100).
/// The app needs the scope `corehr:process:read`. At most 100 calls a minute.
#[wire(request)]
#[derive(Eq)]
pub struct GetFormVariables {
    /// The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
    pub process_id: String,
    /// The kind of the users' ids in the answer; here Feishu's default is `people_corehr_id`.
    pub user_id_type: Option<UserIdType>,
    /// The kind of the departments' ids in the answer; here Feishu's default is `people_corehr_department_id`.
    pub department_id_type: Option<DepartmentIdType>,
}

impl Endpoint for GetFormVariables {
    const OPERATION: Operation = Operation {
        name: "get_form_variables",
        method: Method::Get,
        path: "/open-apis/corehr/v2/processes/{process_id}/form_variable_data",
        replay: Replay::Read,
        quota: Quota::per_minute(100),
        scope: "corehr:process:read",
        codes: CODES,
        parameters: &[
            Parameter::Path("process_id"),
            Parameter::Query("user_id_type", Kind::Text),
            Parameter::Query("department_id_type", Kind::Text),
        ],
    };

    type Response = FormVariables;
    type Output = FormVariables;

    fn output(outcome: Outcome) -> Result<FormVariables, Error> {
        Self::decode(&outcome.reply)
    }

    fn path(&self) -> String {
        format!("/open-apis/corehr/v2/processes/{}/form_variable_data", encoded(&self.process_id))
    }

    fn problems(&self) -> Vec<Problem> {
        segment_problems("process_id", &self.process_id)
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        id_types(self.user_id_type, self.department_id_type)
    }

    fn reads(&self) -> Option<&str> {
        Some(&self.process_id)
    }

    fn decode(reply: &Reply) -> Result<FormVariables, Error> {
        FormVariables::of(reply, &Self::OPERATION)
    }
}

/// The query that says of which kinds the ids in an answer are.
pub(super) fn id_types(user: Option<UserIdType>, department: Option<DepartmentIdType>) -> Vec<(&'static str, String)> {
    let user = user.map(|kind| ("user_id_type", kind.as_str().to_owned()));
    let department = department.map(|kind| ("department_id_type", kind.as_str().to_owned()));
    user.into_iter().chain(department).collect()
}

/// 1160101 of what reads a process's variables.
pub(super) const BAD_READ: Code = refused(
    1160101,
    ErrorKind::Rejected,
    "a parameter is wrong",
    "check `process_id`, `user_id_type` and `department_id_type`",
    "参数有误，请检查 process_id、user_id_type 与 department_id_type",
);

/// Page of 2025-10-21.
const CODES: &[Code] = &[
    NO_SUCH_PROCESS,
    BAD_READ,
    unhelpful(1160102),
    unhelpful(1160500),
    refused(
        1161003,
        ErrorKind::Rejected,
        "no permission to read processes",
        "grant the app the scope corehr:process:read (获取流程数据)",
        "没有权限：请为应用开通“获取流程数据”权限（corehr:process:read）",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_that_are_wanted_stand_in_the_query() {
        let target = |user_id_type, department_id_type| {
            let process_id = "7".to_owned();
            GetFormVariables { process_id, user_id_type, department_id_type }.prepare().expect("valid").target
        };
        let path = "/open-apis/corehr/v2/processes/7/form_variable_data";
        assert_eq!(target(None, None), path);
        assert_eq!(
            target(Some(UserIdType::OpenId), Some(DepartmentIdType::DepartmentId)),
            format!("{path}?user_id_type=open_id&department_id_type=department_id")
        );
    }
}
