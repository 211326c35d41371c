//! The core's one error as a Python exception of its kind, and panics as errors.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

pub(crate) use feishu_corehr::raise;
use feishu_corehr::{Effect, Error, ErrorKind, load_errors};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Loads what tells how a call ended, before a request leaves: at the moment of a failure there may be no file
/// descriptor left to load it with.
pub(crate) fn load(py: Python<'_>) -> PyResult<()> {
    load_errors(py)?;
    marker(py).map(drop)
}

/// Runs `act`; a panic in it becomes an error that says where, since no panic may cross into Python.
pub(crate) fn guarded<T>(py: Python<'_>, act: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    keep_panics_quiet();
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|_| Err(raise(py, panicked(), None)))
}

/// What a call that panicked ends with: nobody knows what it has sent.
pub(crate) fn panicked() -> Error {
    let place = PLACE.take().map(|(file, line)| format!(" at {file}:{line}")).unwrap_or_default();
    let summary = format!("internal error{place}; please report it");
    let mut error = Error::new(ErrorKind::Transport, summary);
    error.effect = Effect::Unknown;
    error
}

/// A panic prints nothing, which is this library's rule for everything; its place goes into the error.
fn keep_panics_quiet() {
    static ONCE: Once = Once::new();
    // This library's own standard library only: other native modules keep their hooks.
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            PLACE.set(panic.location().map(|place| (place.file().to_owned(), place.line())));
        }));
    });
}

thread_local! {
    static PLACE: Cell<Option<(String, u32)>> = const { Cell::new(None) };
}

/// Lets an exception of Python's own that ended a call (`KeyboardInterrupt`, `CancelledError`) say what it has done.
pub(crate) fn mark(py: Python<'_>, exception: &Bound<'_, PyAny>, error: Error) -> PyResult<()> {
    let text = error.to_string();
    marker(py)?.call1((exception, text, error.into_fields())).map(drop)
}

fn marker(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static MARK: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let mark = MARK.get_or_try_init(py, || py.import("feishu_corehr.errors")?.getattr("mark").map(Bound::unbind))?;
    Ok(mark.bind(py))
}

/// An error of this machine, and none of a call: nothing was sent, and later there may be what is missing now.
pub(crate) fn scarce(what: &str, error: &std::io::Error) -> Error {
    let mut scarce = Error::new(ErrorKind::Transport, format!("{what}: {error}"));
    scarce.retryable = true;
    scarce
}
