//! GET /open-apis/corehr/v2/approvers

use serde_json::{Value, json};

use super::query::{Query, invalid};
use super::{Call, Operation, Row, gateway};
use crate::answer::{Answer, Source};
use crate::detail;
use crate::settings::READ_SCOPE;
use crate::state::State;

pub(super) const ROW: Row = Row {
    operation: Operation::ListTasks,
    name: "list_tasks",
    method: "GET",
    path: "/open-apis/corehr/v2/approvers",
    scope: Some(READ_SCOPE),
    limit: Some((10, 1000)),
    act: None,
    serve,
};

/// What may be asked for; the others are retired.
const FILTERS: [i64; 8] = [-1, 1, 2, 3, 5, 6, 12, 14];
const TO_DO: i64 = 1;
const COPIED: i64 = 5;

fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let query = Query::of(call.received);
    gateway::admit(state, call, query.get("user_id_type"))?;
    let kind = query.user_id_type()?;
    let user = query.get("user_id").filter(|id| !id.is_empty()).ok_or_else(|| invalid("user_id is required"))?;
    let filter = query.get("approver_status").map(|text| {
        let status = text.parse().ok().filter(|status| FILTERS.contains(status));
        status.ok_or_else(|| invalid("approver_status is no filter"))
    });
    let filter: Option<i64> = filter.transpose()?;
    let size = query.get("page_size").and_then(|text| text.parse().ok()).filter(|size| (1..=100).contains(size));
    let size: usize = size.ok_or_else(|| invalid("page_size is not in 1 to 100"))?;
    // Documented: the first page is `1`. That the others are counted from there is invented.
    let page = query.get("page_token").unwrap_or("1").parse().ok().filter(|page| *page >= 1);
    let page: usize = page.ok_or_else(|| invalid("page_token was not given out here"))?;
    let (mut tasks, mut is_known) = (Vec::new(), false);
    for process in state.processes.read_all(call.now_ms) {
        let people =
            process.initiator.iter().chain(&process.process_administrators).chain(&process.document_administrators);
        is_known |= people.into_iter().any(|person| person.id(kind) == user);
        let data = detail::of(process, kind);
        for (list, fixed) in [("todos", Some(TO_DO)), ("cc_list", Some(COPIED)), ("done_list", None)] {
            for item in data[list].as_array().into_iter().flatten().filter(|item| item["operator_id"] == user) {
                let status = fixed.or_else(|| item["status"].as_i64()).unwrap_or_default();
                if filter.is_none_or(|filter| filter == status) {
                    tasks.push(task(&process.process_id, item, status));
                }
                is_known = true;
            }
        }
    }
    if !is_known {
        return Err(Answer::refusal(400, 1_160_001, "tenant or user id could not be obtained", Source::Official));
    }
    let skipped = (page - 1).saturating_mul(size);
    let has_more = tasks.len() > skipped.saturating_add(size);
    let shown: Vec<Value> = tasks.into_iter().skip(skipped).take(size).collect();
    let mut data = json!({ "approver_list": shown, "has_more": has_more });
    if has_more {
        data["page_token"] = (page + 1).to_string().into();
    }
    Ok(Answer::success(&data))
}

fn task(process_id: &str, item: &Value, status: i64) -> Value {
    json!({ "approver_id": item["approver_id"], "process_id": process_id, "approver_status": status })
}
