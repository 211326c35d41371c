//! An act on one process that can be done to many, one after the other.

use serde::Serialize;

use crate::endpoint::Endpoint;

/// A request whose only difference from process to process is the process's id.
pub trait PerProcess: Endpoint + Serialize + Send + Sync + 'static {
    /// The same request for another process.
    #[must_use]
    fn of_process(&self, process_id: &str) -> Self;
}
