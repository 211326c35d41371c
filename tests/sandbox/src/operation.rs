//! The operations of the API: which method and path is which.

use serde::{Deserialize, Serialize};

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
    /// The operations that are served, each with its method and its path.
    pub(crate) const SERVED: [(Self, &'static str, &'static str); 4] = [
        (Self::WithdrawProcess, "PUT", "/open-apis/corehr/v2/process_withdraw/{process_id}"),
        (Self::GetProcess, "GET", "/open-apis/corehr/v2/processes/{process_id}"),
        (Self::ListProcesses, "GET", "/open-apis/corehr/v2/processes"),
        (Self::Token, "POST", "/open-apis/auth/v3/tenant_access_token/internal"),
    ];

    /// The name used in the log, in scripts and in fault orders.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GetProcess => "get_process",
            Self::ListProcesses => "list_processes",
            Self::Token => "token",
            Self::Unknown => "unknown",
            Self::WithdrawProcess => "withdraw_process",
        }
    }

    /// The operation of a request line, and the process id in its path, decoded.
    pub(crate) fn of(method: &str, path: &str) -> (Self, Option<String>) {
        for (operation, its_method, template) in Self::SERVED {
            if method == its_method
                && let Some(process_id) = matched(template, path)
            {
                return (operation, process_id);
            }
        }
        (Self::Unknown, None)
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
}
