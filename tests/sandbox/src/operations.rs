//! The operations of the API: which request line asks for which, and how each turns a request and the state into an answer.

mod actor;
mod add_approvers;
mod body;
mod department;
mod gateway;
mod get_process;
mod get_template;
mod list_processes;
mod list_tasks;
mod people;
mod query;
mod review_task;
mod revoke_process;
mod start_process;
mod token;
mod transfer_tasks;
mod variables;
mod withdraw_process;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answer::{Answer, Source};
use crate::faults::redirect;
use crate::percent;
use crate::request::Received;
use crate::state::State;

pub(crate) use gateway::{missing_scope, too_frequent};

/// All operations that are served.
pub(crate) static ROWS: &[Row] = &[
    add_approvers::ROW,
    department::DELETE,
    department::GET,
    department::PATCH,
    department::POST,
    department::PUT,
    variables::FLOW,
    variables::FORM,
    get_process::ROW,
    get_template::ROW,
    list_processes::ROW,
    list_tasks::ROW,
    review_task::ROW,
    revoke_process::ROW,
    start_process::ROW,
    token::ROW,
    transfer_tasks::ROW,
    withdraw_process::ROW,
];

/// What a request asks for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `PUT /open-apis/corehr/v2/processes/{process_id}/extra`
    AddApprovers,
    /// Any method on `/open-apis/contact/v3/departments/{department_id}`
    Call,
    /// `GET /open-apis/corehr/v2/processes/{process_id}/flow_variable_data`
    GetFlowVariables,
    /// `GET /open-apis/corehr/v2/processes/{process_id}/form_variable_data`
    GetFormVariables,
    /// `GET /open-apis/corehr/v2/processes/{process_id}`
    GetProcess,
    /// `POST /open-apis/corehr/v2/query_flow_data_template`
    GetTemplate,
    /// `GET /open-apis/corehr/v2/processes`
    ListProcesses,
    /// `GET /open-apis/corehr/v2/approvers`
    ListTasks,
    /// `PUT /open-apis/corehr/v2/processes/{process_id}/approvers/{approver_id}`
    ReviewTask,
    /// `PUT /open-apis/corehr/v2/process_revoke/{process_id}`
    RevokeProcess,
    /// `POST /open-apis/corehr/v2/process_start`
    StartProcess,
    /// `POST /open-apis/auth/v3/tenant_access_token/internal`
    Token,
    /// `PUT /open-apis/corehr/v2/processes/{process_id}/transfer`
    TransferTasks,
    /// Any other method or path.
    Unknown,
    /// `PUT /open-apis/corehr/v2/process_withdraw/{process_id}`
    WithdrawProcess,
}

impl Operation {
    /// What the sandbox knows of it; nothing of what it does not serve.
    pub(crate) fn row(self) -> Option<&'static Row> {
        ROWS.iter().find(|row| row.operation == self)
    }

    /// Whether it acts on a process.
    pub(crate) fn acts(self) -> bool {
        self.row().is_some_and(|row| row.act.is_some())
    }

    /// The name used in the log, in scripts and in fault orders.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().map_or("unknown", |row| row.name)
    }

    /// The operation of a request line, and the process id in its path, decoded.
    pub(crate) fn of(method: &str, path: &str) -> (Self, Option<String>) {
        ROWS.iter()
            .filter(|row| row.method == method)
            .find_map(|row| Some((row.operation, matched(row.path, path)?)))
            .unwrap_or((Self::Unknown, None))
    }
}

/// Whether `path` is of the form of `template`, and the process that it names.
fn matched(template: &str, path: &str) -> Option<Option<String>> {
    let (parts, segments): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    let fits = |(part, segment): (&&str, &&str)| part == segment || part.starts_with('{') && !segment.is_empty();
    let is_of_form = parts.len() == segments.len() && parts.iter().zip(&segments).all(fits);
    is_of_form.then(|| segment(template, path, "{process_id}"))
}

/// What stands in `path`, decoded, where `template` has `name`.
fn segment(template: &str, path: &str, name: &str) -> Option<String> {
    let place = template.split('/').position(|part| part == name)?;
    path.split('/').nth(place).map(percent::decoded)
}

/// Everything that is known of one operation.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) operation: Operation,
    /// Its name in the log, in scripts and in fault orders.
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// The scope that the app needs, if it needs one.
    pub(crate) scope: Option<&'static str>,
    /// The limit on the operation's page, and its window in milliseconds.
    pub(crate) limit: Option<(u64, u64)>,
    /// What it does to the process in its path, if it does something.
    pub(crate) act: Option<Act>,
    pub(crate) serve: fn(&mut State, &Call<'_>) -> Result<Answer, Answer>,
}

/// How an operation changes a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    /// The code and message with which it refuses what is done already.
    pub(crate) refused: (i64, &'static str),
    /// Does it without any check, and says whether anything has changed.
    pub(crate) force: fn(&mut State, &Call<'_>) -> bool,
}

/// One request to serve.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) row: &'static Row,
    /// Empty where the path has none.
    pub(crate) process_id: &'a str,
    pub(crate) received: &'a Received,
    pub(crate) now_ms: u64,
}

impl Call<'_> {
    /// What stands in the path where the operation's has `{approver_id}`.
    pub(crate) fn approver_id(&self) -> String {
        segment(self.row.path, &self.received.path, "{approver_id}").unwrap_or_default()
    }
}

/// An answer of the real state, and whether it acted on a process.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) answer: Answer,
    pub(crate) applied: bool,
}

/// Serves one request for real.
pub(crate) fn serve(
    state: &mut State,
    operation: Operation,
    process_id: Option<&str>,
    received: &Received,
    now_ms: u64,
) -> Served {
    let Some(row) = operation.row() else {
        return Served { answer: unknown(received), applied: false };
    };
    let call = Call { row, process_id: process_id.unwrap_or_default(), received, now_ms };
    match (row.serve)(state, &call) {
        Ok(answer) => Served { answer, applied: row.act.is_some() },
        Err(answer) => Served { answer, applied: false },
    }
}

fn unknown(received: &Received) -> Answer {
    // Whoever follows a redirect is tempted with a success.
    if received.path.starts_with(redirect::TARGET) {
        return Answer { source: Source::Invented, ..Answer::success(&json!({})) };
    }
    Answer::not_found()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_line_names_its_operation_and_process() {
        let of = Operation::of;
        assert_eq!(
            of("PUT", "/open-apis/corehr/v2/process_withdraw/7"),
            (Operation::WithdrawProcess, Some("7".into()))
        );
        assert_eq!(of("GET", "/open-apis/corehr/v2/processes/a%2Fb"), (Operation::GetProcess, Some("a/b".into())));
        let form = of("GET", "/open-apis/corehr/v2/processes/a%2Fb/form_variable_data");
        assert_eq!(form, (Operation::GetFormVariables, Some("a/b".into())));
        assert_eq!(of("GET", "/open-apis/corehr/v2/processes"), (Operation::ListProcesses, None));
        assert_eq!(of("POST", "/open-apis/auth/v3/tenant_access_token/internal"), (Operation::Token, None));
    }

    #[test]
    fn a_wrong_method_or_path_is_unknown() {
        for (method, path) in [
            ("POST", "/open-apis/corehr/v2/process_withdraw/7"),
            ("PUT", "/open-apis/corehr/v2/process_withdraw/"),
            ("GET", "/open-apis/corehr/v2/processes/7/8"),
            ("GET", "/"),
        ] {
            assert_eq!(Operation::of(method, path), (Operation::Unknown, None), "{method} {path}");
        }
    }

    #[test]
    fn an_operation_is_called_in_json_as_in_its_row() {
        for row in ROWS {
            assert_eq!(serde_json::to_value(row.operation).expect("JSON"), row.name);
        }
    }
}
