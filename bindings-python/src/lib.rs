//! The native half of the Python package `feishu_corehr`: one HTTP transport, and the core's types in Python's clothes.
//!
//! The core decides what is sent and when; `python/feishu_corehr/` is what a user sees. Between them is one call for
//! each kind of program: `client::Client` lets the calling thread drive the call, `mailbox::Mailbox` carries it
//! between an event loop and a thread of its own.

mod bell;
mod call;
mod client;
mod door;
mod errand;
mod error;
mod http;
mod interpreter;
mod mailbox;
mod options;
mod roots;
mod runtime;
mod transport;

use pyo3::prelude::*;

/// The native half of `feishu_corehr`; import from there.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use crate::call::{Pages, decode_reply, explain, invalid_argument, operations};
    #[pymodule_export]
    use crate::client::Client;
    #[pymodule_export]
    use crate::error::{error_from_json, error_to_json};
    #[pymodule_export]
    use crate::http::{HttpRequest, HttpResponse, restore_request};
    #[pymodule_export]
    use crate::interpreter::claim_interpreter;
    #[pymodule_export]
    use crate::mailbox::{Errand, Letter, Mailbox};
    #[pymodule_export]
    use crate::options::is_proxy;
    #[pymodule_export]
    use feishu_corehr::error::fields::Error;
    #[pymodule_export]
    use feishu_corehr::{
        AbstractLine, Actor, Advice, Attribution, Comment, CopiedTask, DoneStatus, DoneTask, Effect, Empty, ErrorKind,
        Explanation, FieldViolation, FlowKind, GetProcess, Help, I18nText, Link, ListProcesses, Observation,
        PendingTask, Problem, Process, ProcessPage, ReadBack, Status, TaskType, TransportErrorKind, User, UserIdType,
        WithdrawProcess, Withdrawn,
    };

    #[pymodule_export]
    const FEISHU: &str = feishu_corehr::BaseUrl::FEISHU;
    #[pymodule_export]
    const LARK: &str = feishu_corehr::BaseUrl::LARK;
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
