//! The operations: a request object becomes a machine, its result a Python object. One line per operation in each list.

use feishu_corehr::{
    Call, CallOptions, Endpoint, Error, Exchange, Explanation, GetProcess, Host, ListProcesses, OPERATIONS, Problem,
    Process, ProcessPage, ReadBack, Session, Transport, WithdrawProcess, Withdrawal, Withdrawn, verdict,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::error::raise;
use crate::http::response;

/// One call under way, of any operation.
pub(crate) enum Job {
    GetProcess(Call<Exchange>),
    ListProcesses(Call<Exchange>),
    WithdrawProcess(Box<Call<Withdrawal>>),
}

/// What a call ends with.
pub(crate) enum Output {
    Process(Box<Process>),
    ProcessPage(ProcessPage),
    Withdrawn(Withdrawn),
}

impl<'py> IntoPyObject<'py> for Output {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self {
            Self::Process(process) => (*process).into_pyobject(py)?.into_any(),
            Self::ProcessPage(page) => page.into_pyobject(py)?.into_any(),
            Self::Withdrawn(withdrawn) => withdrawn.into_pyobject(py)?.into_any(),
        })
    }
}

impl Job {
    /// Checks all arguments and options; nothing is sent.
    pub(crate) fn new(
        session: &Session,
        request: &Bound<'_, PyAny>,
        options: CallOptions,
        read_back: ReadBack,
    ) -> PyResult<Self> {
        let refused = |error| raise(request.py(), error, None);
        if let Ok(request) = request.cast::<WithdrawProcess>() {
            let machine = Withdrawal::new(session, request.get(), options, read_back).map_err(refused)?;
            return Ok(Self::WithdrawProcess(Box::new(Call::new(machine))));
        }
        if let Ok(request) = request.cast::<GetProcess>() {
            return Ok(Self::GetProcess(Call::new(Exchange::new(session, request.get(), options).map_err(refused)?)));
        }
        if let Ok(request) = request.cast::<ListProcesses>() {
            return Ok(Self::ListProcesses(Call::new(
                Exchange::new(session, request.get(), options).map_err(refused)?,
            )));
        }
        Err(not_a_request(request))
    }

    pub(crate) async fn drive(&self, transport: &impl Transport, host: &impl Host) -> Result<Output, Error> {
        match self {
            Self::GetProcess(call) => {
                let reply = call.drive(transport, host).await?;
                GetProcess::decode(&reply).map(|process| Output::Process(Box::new(process)))
            }
            Self::ListProcesses(call) => {
                let reply = call.drive(transport, host).await?;
                ListProcesses::decode(&reply).map(Output::ProcessPage)
            }
            Self::WithdrawProcess(call) => call.drive(transport, host).await.map(Output::Withdrawn),
        }
    }

    /// Ends the call and says what it has done.
    pub(crate) fn cancel(&self) -> Error {
        match self {
            Self::GetProcess(call) | Self::ListProcesses(call) => call.cancel(),
            Self::WithdrawProcess(call) => call.cancel(),
        }
    }
}

/// The request as data.
pub(crate) fn prepare(request: &Bound<'_, PyAny>) -> PyResult<feishu_corehr::Prepared> {
    let prepared = if let Ok(request) = request.cast::<WithdrawProcess>() {
        request.get().prepare()
    } else if let Ok(request) = request.cast::<GetProcess>() {
        request.get().prepare()
    } else if let Ok(request) = request.cast::<ListProcesses>() {
        request.get().prepare()
    } else {
        return Err(not_a_request(request));
    };
    prepared.map_err(|error| raise(request.py(), error, None))
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
    let Some(known) = OPERATIONS.iter().find(|known| known.name == operation) else {
        return Err(PyValueError::new_err("operation must be one of OPERATIONS"));
    };
    let reply = verdict::judge(known, Ok(&response)).map_err(|failure| raise(py, failure.error, None))?;
    let failed = |error| raise(py, error, None);
    if operation == GetProcess::OPERATION.name {
        return Ok(GetProcess::decode(&reply).map_err(failed)?.into_pyobject(py)?.into_any());
    }
    if operation == ListProcesses::OPERATION.name {
        return Ok(ListProcesses::decode(&reply).map_err(failed)?.into_pyobject(py)?.into_any());
    }
    Ok(WithdrawProcess::decode(&reply).map_err(failed)?.into_pyobject(py)?.into_any())
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

fn not_a_request(value: &Bound<'_, PyAny>) -> PyErr {
    let got = value.get_type().name().map_or_else(|_| "something else".into(), |name| name.to_string());
    PyTypeError::new_err(format!("request must be a WithdrawProcess, GetProcess or ListProcesses, not {got}"))
}
