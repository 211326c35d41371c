//! Answers as data, for callers with an HTTP stack of their own, and what is known about operations and codes.

use feishu_corehr::error::fields;
use feishu_corehr::{
    Endpoint, Error, Explanation, GetProcess, HttpResponse, ListProcesses, OPERATIONS, Process, ProcessPage,
    WithdrawProcess,
};

use crate::failure::{Failure, guarded};

/// Reads the answer to `get_process` that another HTTP stack has fetched. An error's effect is judged by this one
/// answer alone, here and below.
#[uniffi::export]
pub fn decode_get_process(response: HttpResponse) -> Result<Process, Failure> {
    guarded(|| Ok(decode::<GetProcess>(&response)?))
}

/// Reads the answer to `list_processes` that another HTTP stack has fetched.
#[uniffi::export]
pub fn decode_list_processes(response: HttpResponse) -> Result<ProcessPage, Failure> {
    guarded(|| Ok(decode::<ListProcesses>(&response)?))
}

/// Reads the answer to `withdraw_process` that another HTTP stack has fetched; a success says nothing more.
#[uniffi::export]
pub fn decode_withdraw_process(response: HttpResponse) -> Result<(), Failure> {
    guarded(|| {
        decode::<WithdrawProcess>(&response)?;
        Ok(())
    })
}

/// The error as a sentence for a person, with what to do.
#[uniffi::export]
pub fn describe(error: fields::Error) -> Result<String, Failure> {
    guarded(|| Ok(Error::from(error).to_string()))
}

/// What is known about a code that an operation answered; nothing where no page explains it.
#[uniffi::export]
pub fn explain(operation: String, code: i64) -> Result<Option<Explanation>, Failure> {
    guarded(|| Ok(feishu_corehr::explain(&operation, code)))
}

/// The names of all operations.
#[uniffi::export]
pub fn operations() -> Result<Vec<String>, Failure> {
    guarded(|| Ok(OPERATIONS.iter().map(|operation| operation.name.to_owned()).collect()))
}

fn decode<E: Endpoint>(response: &HttpResponse) -> Result<E::Response, Error> {
    let reply = feishu_corehr::read(const { &E::OPERATION }, response)?;
    E::decode(&reply)
}
