//! POST /open-apis/corehr/v2/query_flow_data_template

use serde_json::{Value, json};

use super::query::Query;
use super::{Call, Operation, Row, gateway};
use crate::answer::{Answer, Source};
use crate::demo::FLOW_DEFINITION;
use crate::settings::WRITE_SCOPE;
use crate::state::State;

pub(super) const ROW: Row = Row {
    operation: Operation::GetTemplate,
    name: "get_template",
    method: "POST",
    path: "/open-apis/corehr/v2/query_flow_data_template",
    scope: Some(WRITE_SCOPE),
    limit: Some((20, 60_000)),
    act: None,
    serve,
};

const MOST_NAMES: usize = 1_000;

fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let query = Query::of(call.received);
    gateway::admit(state, call, query.get("user_id_type"))?;
    query.user_id_type().map_err(|_| refused("user_id_type is none of the documented values"))?;
    let body: Value = serde_json::from_slice(&call.received.body).unwrap_or_default();
    if body["flow_definition_id"] != FLOW_DEFINITION {
        return Err(refused("there is no such flow definition"));
    }
    let names: Vec<&str> =
        body["variable_api_names"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !(1..=MOST_NAMES).contains(&names.len()) {
        return Err(refused("variable_api_names has not 1 to 1000 names"));
    }
    // Which variables there are is invented; what the text says is, too.
    let (mut values, mut unknown) = (Vec::new(), Vec::new());
    for name in names {
        match name {
            "reason" => values.push(json!({ "variable_api_name": name, "variable_value": { "text_value": "text" } })),
            "items.city" => values.push(json!({
                "variable_api_name": "items",
                "variable_value": { "record_values": [{ "variable_api_name": "city", "sub_value_key": "k1", "record_id": "1" }] },
                "sub_values": [{ "key": "k1", "value": { "text_value": "text" } }],
            })),
            _ => unknown.push(format!("unknown variable: {name}")),
        }
    }
    Ok(Answer::success(&json!({ "field_values": values, "error_info": unknown.join("; ") })))
}

/// 1161002, the only code on its page.
fn refused(message: &str) -> Answer {
    Answer::refusal(400, 1_161_002, message, Source::Official)
}
