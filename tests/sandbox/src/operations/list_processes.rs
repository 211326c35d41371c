//! GET /open-apis/corehr/v2/processes

use std::str::FromStr;

use serde_json::json;

use super::query::{Query, invalid};
use super::{Call, Operation, Row, gateway};
use crate::answer::Answer;
use crate::processes::Process;
use crate::settings::READ_SCOPE;
use crate::state::State;

pub(super) const ROW: Row = Row {
    operation: Operation::ListProcesses,
    name: "list_processes",
    method: "GET",
    path: "/open-apis/corehr/v2/processes",
    scope: Some(READ_SCOPE),
    limit: Some((20, 60_000)),
    act: None,
    serve,
};

/// The span must be less than this.
const SPAN_MS: i64 = 31 * 24 * 60 * 60 * 1000;
const STATUSES: [i64; 6] = [1, 2, 4, 8, 9, 15];

fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let query = Query::of(call.received);
    gateway::admit(state, call, None)?;
    let filter = Filter::of(&query)?;
    let page_size: usize = required(&query, "page_size")?;
    if !(1..=100).contains(&page_size) {
        return Err(invalid("page_size is not in 1 to 100"));
    }
    let after = query.get("page_token").filter(|token| !token.is_empty());
    if after.is_some_and(|token| !state.pages.contains(token)) {
        return Err(invalid("page_token was not given out here"));
    }
    // The order is not documented; by id. As in the documented example, the page token is the last id.
    let matching = state.processes.read_all(call.now_ms).filter(|process| filter.takes(process));
    let mut rest =
        matching.map(|process| process.process_id.as_str()).filter(|id| after.is_none_or(|after| *id > after));
    let ids: Vec<String> = rest.by_ref().take(page_size).map(str::to_owned).collect();
    let has_more = rest.next().is_some();
    let mut data = json!({"process_ids": ids, "has_more": has_more});
    if let (true, Some(last)) = (has_more, ids.last()) {
        data["page_token"] = json!(last);
        state.pages.insert(last.clone());
    }
    Ok(Answer::success(&data))
}

struct Filter {
    statuses: Vec<i64>,
    from: i64,
    to: i64,
    flow_definition_id: Option<String>,
}

impl Filter {
    fn of(query: &Query) -> Result<Self, Answer> {
        let from: i64 = required(query, "modify_time_from")?;
        let to: i64 = required(query, "modify_time_to")?;
        if from > to {
            return Err(invalid("modify_time_from is later than modify_time_to"));
        }
        if to.saturating_sub(from) >= SPAN_MS {
            return Err(invalid("the time span is not less than 31 days"));
        }
        let mut statuses = Vec::new();
        for text in query.all("statuses") {
            let status = text.parse().ok().filter(|status| STATUSES.contains(status));
            statuses.push(status.ok_or_else(|| invalid("statuses has a value that is not documented"))?);
        }
        let flow_definition_id = query.get("flow_definition_id").filter(|id| !id.is_empty()).map(str::to_owned);
        Ok(Self { statuses, from, to, flow_definition_id })
    }

    fn takes(&self, process: &Process) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&process.status))
            && (self.from..=self.to).contains(&process.modify_time)
            && self.flow_definition_id.as_ref().is_none_or(|id| *id == process.flow_definition_id)
    }
}

fn required<T: FromStr>(query: &Query, name: &str) -> Result<T, Answer> {
    let text = query.get(name).ok_or_else(|| invalid(&format!("{name} is required")))?;
    text.parse().map_err(|_| invalid(&format!("{name} is not a number")))
}
