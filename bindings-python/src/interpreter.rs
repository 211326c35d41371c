//! One interpreter per process: pyo3's classes are the process's, and a second interpreter would share their objects.

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

/// Raises `ImportError` in every interpreter but the first that asks. pyo3 itself no longer refuses.
#[pyfunction]
pub(crate) fn claim_interpreter() -> PyResult<()> {
    match current() {
        Some(id) if id != *FIRST.get_or_init(|| id) => {
            Err(PyImportError::new_err("feishu_corehr does not support subinterpreters"))
        }
        Some(_) | None => Ok(()),
    }
}

/// The stable ABI of Python 3.9 on Windows cannot tell interpreters apart.
#[cfg(windows)]
fn current() -> Option<i64> {
    None
}

#[cfg(not(windows))]
fn current() -> Option<i64> {
    // SAFETY: the caller is attached, so there is a current interpreter.
    Some(unsafe { pyo3::ffi::PyInterpreterState_GetID(pyo3::ffi::PyInterpreterState_Get()) })
}

static FIRST: std::sync::OnceLock<i64> = std::sync::OnceLock::new();
