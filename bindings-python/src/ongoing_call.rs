//! One ongoing call of an event loop, as the coroutine that waits for it holds it.

use std::sync::{Arc, OnceLock};

use feishu_corehr::{Effect, Error, ErrorKind};
use pyo3::prelude::*;
use tokio::task::AbortHandle;

use crate::call::Job;
use crate::error::mark;
use crate::runtime::OwnProcess;

/// One ongoing call.
#[pyclass(frozen, module = "feishu_corehr._native")]
pub(crate) struct OngoingCall {
    pub(crate) call: OwnProcess<(Arc<Job>, AbortHandle)>,
    /// What the call has done, once it is over.
    pub(crate) effect: Arc<OnceLock<Effect>>,
}

#[pymethods]
impl OngoingCall {
    /// Ends the call at once, closes its connection, and lets the exception that ended it say what the call has done.
    fn cancel(&self, py: Python<'_>, exception: &Bound<'_, PyAny>) -> PyResult<()> {
        mark(py, exception, self.stop())
    }

    /// Ends the call at once, and closes its connection.
    fn drop(&self) {
        self.stop();
    }
}

impl OngoingCall {
    fn stop(&self) -> Error {
        if !self.call.is_ours() {
            let summary = "the call belongs to the process that this one was forked from";
            let mut error = Error::new(ErrorKind::Cancelled, summary);
            error.effect = Effect::Unknown;
            return error;
        }
        let (job, task) = &*self.call;
        let mut error = job.cancel();
        task.abort();
        if let Some(effect) = self.effect.get() {
            error.effect = *effect;
        }
        error
    }
}
