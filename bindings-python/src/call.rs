//! A call of any operation, and the same as data.

use feishu_corehr::{
    Action, Call, CallOptions, Error, Explanation, Host, HttpRequest, ListProcesses, OPERATIONS, Operation, Outcome,
    Problem, ProcessPage, ReadBack, Session, Transport,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::door::{Door, Object};
use crate::error::raise;
use crate::http::response;

/// One call under way, of any operation.
pub(crate) struct Job {
    call: Call<Action>,
    operation: &'static Operation,
    leave: fn(Outcome) -> Result<Output, Error>,
}

/// What a call ends with.
pub(crate) type Output = Box<dyn Object>;

impl Job {
    /// Checks all arguments and options; nothing is sent.
    pub(crate) fn new(
        session: &Session,
        request: &Bound<'_, PyAny>,
        options: CallOptions,
        read_back: ReadBack,
    ) -> PyResult<Self> {
        let (door, entered) = Door::enter(request)?;
        let action = Action::new(session, entered, options, read_back);
        let action = action.map_err(|error| raise(request.py(), error, None))?;
        Ok(Self { call: Call::new(action), operation: door.operation, leave: door.leave })
    }

    pub(crate) async fn drive(&self, transport: &impl Transport, host: &impl Host) -> Result<Output, Error> {
        self.call.drive(transport, host).await.and_then(self.leave)
    }

    /// Ends the call and says what it has done.
    pub(crate) fn cancel(&self) -> Error {
        self.call.cancel()
    }

    /// Whether it may change something.
    pub(crate) const fn is_write(&self) -> bool {
        self.operation.replay.is_write()
    }
}

/// The request as data.
pub(crate) fn show(session: &Session, request: &Bound<'_, PyAny>, options: &CallOptions) -> PyResult<HttpRequest> {
    let (_, entered) = Door::enter(request)?;
    feishu_corehr::show(session, entered, options).map_err(|error| raise(request.py(), error, None))
}

/// Reads an answer that another HTTP stack fetched: the result, or the error that it stands for is raised.
///
/// `operation` is a name out of `OPERATIONS`. The error's `effect` is judged by this one answer alone.
#[pyfunction]
#[pyo3(signature = (
    operation: "str",
    status: "int",
    headers: "dict[str, str] | list[tuple[str, str]] | None" = None,
    body: "bytes | str | None" = None,
) -> "Process | ProcessPage | Empty")]
pub(crate) fn decode_reply<'py>(
    py: Python<'py>,
    operation: &str,
    status: u16,
    headers: Option<&Bound<'py, PyAny>>,
    body: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let response = response(status, headers, body)?;
    let door = Door::of(operation)?;
    let failed = |error| raise(py, error, None);
    let reply = feishu_corehr::read(door.operation, &response).map_err(failed)?;
    (door.decode)(&reply).map_err(failed)?.into_object(py)
}

/// The names of all operations.
#[pyfunction]
pub(crate) fn operations() -> Vec<&'static str> {
    OPERATIONS.iter().map(|operation| operation.name).collect()
}

/// What is known about a code that an operation answered, or `None`: no page explains it then.
#[pyfunction]
pub(crate) fn explain(operation: &str, code: i64) -> Option<Explanation> {
    feishu_corehr::explain(operation, code)
}

/// The error for arguments that Python alone can judge: pairs of a field and the rule that it breaks.
#[pyfunction]
pub(crate) fn invalid_argument(py: Python<'_>, operation: &str, problems: Vec<(String, String)>) -> PyErr {
    let problems = problems.into_iter().map(|(field, rule)| Problem::new(&field, rule)).collect();
    match Error::check(operation, problems) {
        Err(error) => raise(py, error, None),
        Ok(()) => PyValueError::new_err("no problem was named"),
    }
}

/// The walk through all pages of a list; the core decides how it goes on and when it ends.
#[pyclass(module = "feishu_corehr._native")]
pub(crate) struct Pages(feishu_corehr::Pages);

#[pymethods]
impl Pages {
    #[new]
    fn new(py: Python<'_>, request: &ListProcesses) -> PyResult<Self> {
        feishu_corehr::Pages::new(request.clone()).map(Self).map_err(|error| raise(py, error, None))
    }

    /// The page to ask for; `None` when all have been taken.
    fn next(&self) -> Option<ListProcesses> {
        self.0.next()
    }

    /// Takes a page, goes on to the next, and gives the ids.
    fn take(&mut self, page: &ProcessPage) -> Vec<String> {
        self.0.take(page)
    }

    /// Where another walk can go on from here; `None` when all pages have been taken.
    fn cursor(&self) -> Option<String> {
        self.0.cursor()
    }
}
