//! The native half of the Python package `feishu_corehr`: one HTTP transport, and the core's types in Python's clothes.
//!
//! The core decides what is sent and when; `python/feishu_corehr/` is what a user sees. Between them there is one way
//! for each kind of program: with `client::Client` the calling thread drives the call, with `registry::Registry` an
//! event loop starts it on the engine's thread and is woken for its end.

mod bulk;
mod call;
mod callback;
mod client;
mod door;
mod error;
mod events;
mod http;
mod interpreter;
mod ongoing_call;
mod options;
mod pages;
mod registry;
mod roots;
mod runtime;
mod transport;
mod waker;

use pyo3::prelude::*;

/// The native half of `feishu_corehr`; import from there.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use crate::bulk::{Bulk, Driver};
    #[pymodule_export]
    use crate::call::{decode_reply, explain, invalid_argument, operations, plain_values};
    #[pymodule_export]
    use crate::callback::Callback;
    #[pymodule_export]
    use crate::client::Client;
    #[pymodule_export]
    use crate::http::{HttpRequest, HttpResponse, restore_request};
    #[pymodule_export]
    use crate::interpreter::claim_interpreter;
    #[pymodule_export]
    use crate::ongoing_call::OngoingCall;
    #[pymodule_export]
    use crate::options::is_proxy;
    #[pymodule_export]
    use crate::pages::Pages;
    #[pymodule_export]
    use crate::registry::Registry;
    #[pymodule_export]
    use feishu_corehr::error::fields::Error;
    #[pymodule_export]
    use feishu_corehr::{
        AbstractLine, Accepted, AddApprovers, Advice, Already, AnyCall, ApprovalType, Attribution, BulkEnd,
        BulkOutcome, BulkProgress, BulkReport, BulkResult, CallAnswer, CodeCount, Comment, CopiedTask,
        DepartmentIdType, DoneStatus, DoneTask, Effect, Empty, ErrorKind, Explanation, ExtraType, FieldViolation,
        FileValue, FlowKind, FlowTemplate, FormValue, FormVariable, FormVariables, GetFlowVariables, GetFormVariables,
        GetProcess, GetTemplate, Help, I18nText, Link, ListProcesses, ListTasks, ListedTask, NameValue, NewFile,
        NewFormVariable, NewSubValue, ObjectValue, Observation, PendingTask, Problem, Process, ProcessPage,
        PythonActor, PythonDecision, PythonNewFormValue, PythonTarget, PythonUser, ReadBack, RecordValue, RequestPhase,
        ReviewTask, Reviewed, RevokeProcess, Revoked, Settle, Settled, SettledAs, StartCandidates, StartProcess,
        Started, Status, StatusCount, SubValue, TaskPage, TaskStatus, TaskType, TransferTasks, TransportErrorKind,
        UserIdType, ValueKind, WaitFor, WithdrawProcess, Withdrawn,
    };

    #[pymodule_export]
    const FEISHU: &str = feishu_corehr::BaseUrl::FEISHU;
    #[pymodule_export]
    const JOURNAL_PRAGMAS: &[&str] = feishu_corehr::bulk::JOURNAL_PRAGMAS;
    #[pymodule_export]
    const LARK: &str = feishu_corehr::BaseUrl::LARK;
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
