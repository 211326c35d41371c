//! GET /open-apis/corehr/v2/processes/{process_id}/form_variable_data and …/flow_variable_data

use serde_json::{Value, json};

use super::query::{Query, invalid, no_such_process};
use super::{Call, Operation, Row, gateway};
use crate::answer::Answer;
use crate::processes::Process;
use crate::settings::READ_SCOPE;
use crate::state::State;
use crate::users::UserIdType;

pub(super) const FORM: Row = Row {
    operation: Operation::GetFormVariables,
    name: "get_form_variables",
    method: "GET",
    path: "/open-apis/corehr/v2/processes/{process_id}/form_variable_data",
    scope: Some(READ_SCOPE),
    limit: Some((100, 60_000)),
    act: None,
    serve,
};

pub(super) const FLOW: Row = Row {
    operation: Operation::GetFlowVariables,
    name: "get_flow_variables",
    method: "GET",
    path: "/open-apis/corehr/v2/processes/{process_id}/flow_variable_data",
    scope: Some(READ_SCOPE),
    limit: Some((10, 60_000)),
    act: None,
    serve,
};

const DEPARTMENT_ID_TYPES: [&str; 3] = ["department_id", "open_department_id", "people_corehr_department_id"];

fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let query = Query::of(call.received);
    gateway::admit(state, call, query.get("user_id_type"))?;
    let kind = query.user_id_type_or("people_corehr_id")?;
    let department = query.get("department_id_type").unwrap_or("people_corehr_department_id");
    if !DEPARTMENT_ID_TYPES.contains(&department) {
        return Err(invalid("department_id_type is none of the documented values"));
    }
    let process = state.processes.read(call.process_id, call.now_ms).ok_or_else(no_such_process)?;
    let values = if call.row.operation == Operation::GetFormVariables {
        form(department)
    } else {
        flow(process, kind, department, &query.all("variable_keys").collect::<Vec<_>>())
    };
    Ok(Answer::success(&json!({ "process_id": process.process_id, "field_variable_values": values })))
}

/// The form of every process: one value of each shape.
fn form(department: &str) -> Vec<Value> {
    let name = |zh_cn: &str, en_us: &str| json!({ "zh_cn": zh_cn, "en_us": en_us });
    let record = json!({ "variable_api_name": "city", "sub_value_key": "k2", "record_id": "6800000000000000001" });
    let object = json!({ "wk_id": "6800000000000000002", "wk_api_name": "city" });
    vec![
        json!({ "variable_api_name": "reason", "variable_name": name("原因", "Reason"), "variable_value": { "text_value": "travel" } }),
        json!({ "variable_api_name": "start_date", "variable_name": name("开始", "Start"), "variable_value": { "date_value": "20440" } }),
        json!({ "variable_api_name": "department", "variable_name": name("部门", "Department"),
                "variable_value": { "department_value": format!("{department}-1") } }),
        json!({ "variable_api_name": "items", "variable_name": name("明细", "Items"), "variable_value": { "list_values": ["k1"] },
                "sub_values": [
                    { "key": "k1", "value": { "record_values": [record] } },
                    { "key": "k2", "value": { "object_value": object } },
                ] }),
    ]
}

/// The same without names for people, and with what the flow itself has; only what is asked for.
fn flow(process: &Process, kind: UserIdType, department: &str, keys: &[&str]) -> Vec<Value> {
    let mut values = form(department);
    for value in &mut values {
        value.as_object_mut().map(|fields| fields.remove("variable_name"));
    }
    let initiator = process.initiator.as_ref().map_or("", |user| user.id(kind));
    values.push(json!({ "variable_api_name": "initiator", "variable_value": { "employment_value": initiator } }));
    let time = process.create_time.to_string();
    values.push(json!({ "variable_api_name": "start_time", "variable_value": { "date_time_value": time } }));
    values.retain(|value| keys.is_empty() || keys.iter().any(|key| value["variable_api_name"] == *key));
    values
}
