//! The process family: every operation, one file each.

mod actor;
mod add_approvers;
mod any_call;
mod decision;
mod form;
mod get_flow_variables;
mod get_form_variables;
mod get_process;
mod get_template;
mod list_processes;
mod list_tasks;
mod new_form;
mod plain_values;
mod refusals;
mod review_task;
mod revoke_process;
mod rules;
mod settle;
mod start_candidates;
mod start_process;
mod target;
mod transfer_tasks;
mod types;
mod wait_for;
mod withdraw_process;

pub use actor::{Actor, DepartmentIdType, User, UserIdType};
#[cfg(feature = "python")]
pub use actor::{PythonActor, PythonUser};
pub use add_approvers::{AddApprovers, ApprovalType, ExtraType};
pub use any_call::{AnyCall, CallAnswer};
pub use decision::Decision;
#[cfg(feature = "python")]
pub use decision::PythonDecision;
pub use form::{FileValue, FormValue, FormVariable, FormVariables, ObjectValue, RecordValue, SubValue, ValueKind};
pub use get_flow_variables::GetFlowVariables;
pub use get_form_variables::GetFormVariables;
pub use get_process::{AbstractLine, Comment, CopiedTask, DoneTask, FlowKind, GetProcess, PendingTask, Process};
pub use get_template::{FlowTemplate, GetTemplate};
pub use list_processes::{ListProcesses, ProcessPage};
pub use list_tasks::{ListTasks, ListedTask, TaskPage, TaskStatus};
#[cfg(feature = "python")]
pub use new_form::PythonNewFormValue;
pub use new_form::{NewFile, NewFormValue, NewFormVariable, NewSubValue};
pub use plain_values::plain_values;
pub use review_task::{ReviewTask, Reviewed};
pub use revoke_process::{RevokeProcess, Revoked};
pub use settle::{Settle, Settled};
pub use start_candidates::{CandidateRequest, Candidates, StartCandidates};
pub use start_process::{StartProcess, Started};
#[cfg(feature = "python")]
pub use target::PythonTarget;
pub use target::Target;
pub use transfer_tasks::TransferTasks;
pub(crate) use types::milliseconds;
pub use types::{Accepted, DoneStatus, Empty, I18nText, Link, Status, TaskType};
pub use wait_for::WaitFor;
pub use withdraw_process::{WithdrawProcess, Withdrawn};

use crate::codes::{self, Explanation};
use crate::endpoint::{Endpoint, Operation, Replay};
use crate::error::{Effect, Problem};

/// The one list of operations, by name: `name: Request -> Output`. A binding hands in a macro, and makes of each row what
/// it needs there: a row of a table, never a method.
#[macro_export]
macro_rules! operations {
    ($each:ident) => {
        $crate::operations! { $each; }
    };
    ($each:ident; $($more:tt)*) => {
        $each! {
            add_approvers: AddApprovers -> Accepted,
            get_flow_variables: GetFlowVariables -> FormVariables,
            get_form_variables: GetFormVariables -> FormVariables,
            get_process: GetProcess -> Process,
            get_template: GetTemplate -> FlowTemplate,
            list_processes: ListProcesses -> ProcessPage,
            list_tasks: ListTasks -> TaskPage,
            review_task: ReviewTask -> Reviewed,
            revoke_process: RevokeProcess -> Revoked,
            start_process: StartProcess -> Started,
            transfer_tasks: TransferTasks -> Accepted,
            withdraw_process: WithdrawProcess -> Withdrawn,
            $($more)*
        }
    };
}

/// All that a client can be asked to do, in the same form: the operations, what is made of several requests of one, and any
/// other call.
#[macro_export]
macro_rules! calls {
    ($each:ident) => {
        $crate::operations! {
            $each;
            call: AnyCall -> CallAnswer,
            settle: Settle -> Settled,
            wait_for: WaitFor -> Process,
        }
    };
}

/// The operations among them that are lists.
#[macro_export]
macro_rules! lists {
    ($each:ident) => {
        $each! {
            list_processes: ListProcesses,
            list_tasks: ListTasks,
        }
    };
}

/// The operations among them that are done to many processes in one run, by the name of the run.
#[macro_export]
macro_rules! bulks {
    ($each:ident) => {
        $each! {
            revoke_processes: RevokeProcess,
            withdraw_processes: WithdrawProcess,
        }
    };
}

macro_rules! constants {
    ($($name:ident: $request:ident -> $output:ident,)*) => {
        /// Every operation, by name.
        pub const OPERATIONS: &[&Operation] = &[$(&$request::OPERATION),*];
    };
}

operations!(constants);

/// What is wrong with a name that no operation has.
pub fn no_operation() -> Problem {
    let names: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    Problem::new("operation", format!("is not one of {}", names.join(", ")))
}

/// What is known about a code that an operation answered: nothing for an unknown operation, and nothing for a code
/// that neither the operation's page nor the gateway's lists.
pub fn explain(operation: &str, code: i64) -> Option<Explanation> {
    let operation = OPERATIONS.iter().find(|known| known.name == operation)?;
    let row = codes::lookup(operation.codes, code)?;
    Some(Explanation {
        operation: operation.name.to_owned(),
        code,
        kind: row.kind,
        meaning: row.meaning.to_owned(),
        effect: match operation.replay {
            Replay::Read | Replay::Token => Effect::None,
            Replay::Never | Replay::Proved => row.effect(),
        },
        retryable: row.retryable(),
        advice: row.advice(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::Deserialize;
    use serde_json::{Map, Value};

    use super::*;
    use crate::endpoint::Prepared;
    use crate::error::ErrorKind;
    use crate::limit::RateLimiter;
    use crate::parameter::Parameter;
    use crate::retry;
    use crate::time::Instant;

    #[derive(Deserialize)]
    struct Sample {
        operation: String,
        request: Map<String, Value>,
    }

    /// What is written for a sample.
    fn prepared(sample: &Sample) -> Prepared {
        macro_rules! prepare {
            ($($name:ident: $request:ident -> $output:ident,)*) => {
                match sample.operation.as_str() {
                    $(stringify!($name) => {
                        serde_json::from_value::<$request>(sample.request.clone().into()).expect("a request").prepare()
                    })*
                    other => panic!("a sample of no operation: {other}"),
                }
            };
        }
        operations!(prepare).expect("a valid request")
    }

    #[test]
    fn the_parameters_of_every_operation_are_what_its_samples_have_and_what_is_written() {
        let samples: Vec<Sample> = serde_json::from_str(include_str!("../../tests/samples.json")).expect("samples");
        for operation in OPERATIONS {
            let (mut fields, mut query, mut body) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
            for sample in samples.iter().filter(|sample| sample.operation == operation.name) {
                fields.extend(sample.request.keys().cloned());
                let Prepared { target, body: written, .. } = prepared(sample);
                let pairs = target.split_once('?').map_or("", |(_, query)| query).split('&');
                query.extend(pairs.filter_map(|pair| Some(pair.split_once('=')?.0.to_owned())));
                let written =
                    written.map(|bytes| serde_json::from_slice::<Map<String, Value>>(&bytes).expect("an object"));
                body.extend(written.into_iter().flatten().map(|(name, _)| name));
            }
            let (mut known, mut in_query, mut in_body) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
            for parameter in operation.parameters {
                match parameter {
                    Parameter::Actor { user, system } => {
                        known.insert("actor".to_owned());
                        in_query.insert("user_id_type".to_owned());
                        in_body.extend([user, system].map(|name| (*name).to_owned()));
                    }
                    Parameter::Body(name) => _ = (known.insert((*name).to_owned()), in_body.insert((*name).to_owned())),
                    Parameter::Either(name, places) => {
                        known.insert((*name).to_owned());
                        in_body.extend(places.iter().map(|name| (*name).to_owned()));
                    }
                    Parameter::Number(name, _) => {
                        _ = (known.insert((*name).to_owned()), in_body.insert((*name).to_owned()));
                    }
                    Parameter::Tagged { field, tag, inside, .. } => {
                        known.insert((*field).to_owned());
                        in_body.extend(inside.iter().chain([tag]).map(|name| (*name).to_owned()));
                    }
                    Parameter::Users(name) => {
                        _ = (known.insert((*name).to_owned()), in_body.insert((*name).to_owned()));
                        in_query.insert("user_id_type".to_owned());
                    }
                    Parameter::Path(name) => {
                        known.insert((*name).to_owned());
                        assert!(operation.path.contains(&format!("{{{name}}}")), "{}", operation.path);
                    }
                    Parameter::Query(name, _) => {
                        _ = (known.insert((*name).to_owned()), in_query.insert((*name).to_owned()));
                    }
                }
            }
            assert_eq!((fields, query, body), (known, in_query, in_body), "{}: tests/samples.json", operation.name);
        }
    }

    #[test]
    fn operations_are_listed_by_name_and_have_what_a_binding_needs() {
        assert!(OPERATIONS.is_sorted_by_key(|operation| operation.name));
        for operation in OPERATIONS {
            assert!(operation.path.starts_with("/open-apis/corehr/v2/"), "{}", operation.path);
            assert!(operation.scope.starts_with("corehr:process"), "{}", operation.scope);
        }
    }

    #[test]
    fn a_read_has_the_time_to_wait_for_the_next_window_of_its_quota() {
        for operation in OPERATIONS.iter().filter(|operation| operation.replay == Replay::Read) {
            let mut limiter = RateLimiter::new(operation.quota);
            let turns: Vec<u64> =
                (0..=operation.quota.calls).map(|_| limiter.turn(Instant::default(), u64::MAX).unwrap().at).collect();
            assert!(
                retry::deadline(operation.replay, Some(operation.quota)) > turns[turns.len() - 1],
                "{}",
                operation.name
            );
        }
    }

    #[test]
    fn every_code_stands_once_in_its_operation_and_has_advice_in_both_languages() {
        for operation in OPERATIONS {
            assert!(operation.codes.is_sorted_by_key(|row| row.code), "{}", operation.name);
            for (index, row) in operation.codes.iter().enumerate() {
                assert!(operation.codes[..index].iter().all(|other| other.code != row.code), "{}", row.code);
                assert!(!row.meaning.is_empty() && !row.en.is_empty() && !row.zh.is_empty(), "{}", row.code);
            }
        }
    }

    #[test]
    fn a_code_is_explained_by_its_operation_first_and_by_the_gateway_else() {
        let explained = |operation, code| {
            explain(operation, code).map(|found| (found.kind, found.effect, found.retryable, found.advice.is_some()))
        };
        for (operation, code, expected) in [
            ("withdraw_process", 1160100, Some((ErrorKind::Rejected, Effect::None, false, true))),
            ("withdraw_process", 1160101, Some((ErrorKind::Rejected, Effect::None, false, true))),
            ("withdraw_process", 1161003, Some((ErrorKind::Rejected, Effect::None, false, true))),
            ("withdraw_process", 1161005, Some((ErrorKind::Conflict, Effect::Unknown, true, true))),
            ("withdraw_process", 1161006, Some((ErrorKind::NotWithdrawable, Effect::Unknown, false, true))),
            ("withdraw_process", 1663, Some((ErrorKind::Api, Effect::Unknown, true, true))),
            ("withdraw_process", 99991400, Some((ErrorKind::RateLimited, Effect::None, true, true))),
            ("withdraw_process", 1160500, None),
            ("get_process", 1160100, Some((ErrorKind::Rejected, Effect::None, false, true))),
            ("get_process", 1160500, Some((ErrorKind::Api, Effect::None, false, true))),
            ("get_process", 1160102, None),
            ("get_process", 1161006, None),
            ("revoke_process", 1161007, Some((ErrorKind::NotRevocable, Effect::Unknown, false, true))),
            ("revoke_process", 1161006, None),
            ("list_processes", 1160102, Some((ErrorKind::Api, Effect::None, false, true))),
            ("list_processes", 1160100, None),
            ("list_processes", 1663, Some((ErrorKind::Api, Effect::None, true, true))),
            ("withdraw_process", 0, None),
            ("no_such_operation", 99991400, None),
        ] {
            assert_eq!(explained(operation, code), expected, "{operation} {code}");
        }
    }
}
