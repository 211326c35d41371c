//! The operations of the API by name, and which request line asks for which.

use serde::{Deserialize, Serialize};

use crate::operations::{ROWS, Row};
use crate::percent;

/// What a request asks for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `GET /open-apis/corehr/v2/processes/{process_id}`
    GetProcess,
    /// `GET /open-apis/corehr/v2/processes`
    ListProcesses,
    /// `POST /open-apis/auth/v3/tenant_access_token/internal`
    Token,
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

/// Whether `path` is of the form of `template`, and what stands in its variable part.
fn matched(template: &str, path: &str) -> Option<Option<String>> {
    let Some(prefix) = template.strip_suffix("{process_id}") else {
        return (template == path).then_some(None);
    };
    let id = path.strip_prefix(prefix)?;
    (!id.is_empty() && !id.contains('/')).then(|| Some(percent::decoded(id)))
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
