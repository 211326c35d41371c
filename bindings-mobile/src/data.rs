//! Answers as data, for callers with an HTTP stack of their own, and what is known about operations and codes.

use feishu_corehr::error::fields;
use feishu_corehr::{Error, Explanation, HttpResponse, OPERATIONS};

use crate::failure::{Failure, guarded};
use crate::operations::Decoded;

/// Reads the answer to the operation of that name that another HTTP stack has fetched. An error's effect is judged by
/// this one answer alone.
#[uniffi::export]
pub fn decode_reply(operation: String, response: HttpResponse) -> Result<Decoded, Failure> {
    guarded(|| Ok(Decoded::read(&operation, &response)?))
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
