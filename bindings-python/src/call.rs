//! A call of any operation, and the same as data.

use feishu_corehr::{
    ActOptions, Action, Already, Call, CallOptions, Empty, Error, Explanation, FlowTemplate, FormVariable,
    FormVariables, Given, Host, HttpRequest, NameValue, OPERATIONS, Operation, Outcome, Problem, ReadBack, Session,
    Transport, no_operation,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::door::{Door, Object};
use crate::error::{load, raise};
use crate::http::response;
use crate::options::{self, Additions};

/// One call under way, of any operation.
pub(crate) struct Job {
    call: Call<Action>,
    operation: &'static Operation,
    leave: fn(Outcome) -> Result<Output, Error>,
    /// Whether the host hears every answer.
    pub(crate) is_heard: bool,
}

/// What a caller chose for one call, as it was passed.
pub(crate) struct Chosen {
    pub(crate) deadline: Option<Given<f64>>,
    pub(crate) token: Option<Given<String>>,
    pub(crate) request_id: Option<Given<String>>,
    pub(crate) read_back: Given<ReadBack>,
    pub(crate) already: Given<Already>,
    pub(crate) check_first: Given<bool>,
}

impl Chosen {
    /// What may be chosen for a call of any operation.
    pub(crate) fn of_any(
        deadline: Option<Given<f64>>,
        token: Option<Given<String>>,
        request_id: Option<Given<String>>,
    ) -> Self {
        let (read_back, already, check_first) = (Given::default(), Given::default(), Given::default());
        Self { deadline, token, request_id, read_back, already, check_first }
    }

    fn read(self, py: Python<'_>, door: &Door, headers: Vec<NameValue>) -> PyResult<(CallOptions, ActOptions)> {
        let mut problems = Vec::new();
        let deadline = optional(self.deadline, "deadline", &mut problems)?;
        let token = optional(self.token, "token", &mut problems)?;
        let request_id = optional(self.request_id, "request_id", &mut problems)?;
        let act = ActOptions {
            read_back: self.read_back.take("read_back", &mut problems)?.unwrap_or_default(),
            already: self.already.take(door.already.unwrap_or_default(), &mut problems)?.unwrap_or_default(),
            check_first: self.check_first.take("check_first", &mut problems)?.unwrap_or_default(),
        };
        Error::check(door.operation.name, problems).map_err(|error| raise(py, error, None))?;
        Ok((options::call(deadline, token, request_id, headers), act))
    }
}

/// An argument that may be left out.
pub(crate) fn optional<T>(given: Option<Given<T>>, name: &str, problems: &mut Vec<Problem>) -> PyResult<Option<T>> {
    Ok(given.map(|given| given.take(name, problems)).transpose()?.flatten())
}

/// What a call ends with.
pub(crate) type Output = Box<dyn Object>;

impl Job {
    /// Checks all arguments and options; nothing is sent.
    pub(crate) fn new(
        session: &Session,
        request: &Bound<'_, PyAny>,
        chosen: Chosen,
        additions: &Additions,
    ) -> PyResult<Self> {
        let (door, entered) = Door::enter(request)?;
        let (options, act) = chosen.read(request.py(), door, additions.headers.clone())?;
        let action = Action::new(session, entered, options, act);
        let action = action.map_err(|error| raise(request.py(), error, None))?;
        let is_heard = additions.is_heard;
        Ok(Self { call: Call::new(action), operation: entered.operation(), leave: door.leave, is_heard })
    }

    /// The call of one item of a run, which hears by itself how it ends.
    pub(crate) fn of_bulk(bulk: &feishu_corehr::Bulk, number: usize, is_heard: bool) -> Result<Self, Error> {
        let call = Call::new(Action::of_bulk(bulk, number)?);
        Ok(Self { call, operation: bulk.operation(), leave: |_| Ok(Box::new(Empty {})), is_heard })
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
) -> "Empty | FlowTemplate | FormVariables | Process | ProcessPage | TaskPage")]
pub(crate) fn decode_reply<'py>(
    py: Python<'py>,
    operation: Given<String>,
    status: Given<u16>,
    headers: Option<&Bound<'py, PyAny>>,
    body: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    load(py)?;
    let mut problems = Vec::new();
    let operation = operation.take("operation", &mut problems)?.unwrap_or_default();
    let response = response(status, headers, body, &mut problems)?;
    let failed = |error| raise(py, error, None);
    let Some(door) = Door::of(&operation).filter(|_| problems.is_empty()) else {
        if Door::of(&operation).is_none() {
            problems.push(no_operation());
        }
        return Err(failed(Error::invalid("decode_reply", problems)));
    };
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
#[pyo3(signature = (operation: "str", code: "int") -> "Explanation | None")]
pub(crate) fn explain(operation: Given<String>, code: Given<i64>) -> PyResult<Option<Explanation>> {
    // What cannot be a name or a code is one that no page explains.
    let mut ignored = Vec::new();
    let operation = operation.take("operation", &mut ignored)?;
    let code = code.take("code", &mut ignored)?;
    Ok(operation.zip(code).and_then(|(operation, code)| feishu_corehr::explain(&operation, code)))
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

/// Variables of a form or a flow as plain nested data, by name: a record is a dict of its fields, a list a list, and what
/// they point at stands in its place.
///
/// Texts, numbers, options and ids are str, a date is its days and a moment its milliseconds since 1970-01-01 UTC, an
/// empty value is `None`, and a value of an unknown kind is its own JSON. A record with several record ids is a list of
/// dicts; what points at nothing is `None` in a record, and its own text in a list. Values nested more than 32 deep, as in
/// a circle, and more than 1,000,000 of them raise a `BadEnvelopeError`.
#[pyfunction]
#[pyo3(signature = (variables: "FormVariables | FlowTemplate | list[FormVariable]") -> "dict[str, Any]")]
pub(crate) fn plain_values<'py>(variables: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = variables.py();
    let found = if let Ok(form) = variables.cast::<FormVariables>() {
        feishu_corehr::plain_values(&form.get().field_variable_values)
    } else if let Ok(template) = variables.cast::<FlowTemplate>() {
        feishu_corehr::plain_values(&template.get().field_values)
    } else {
        feishu_corehr::plain_values(&variables.extract::<Vec<FormVariable>>()?)
    };
    let values = found.map_err(|error| raise(py, error, None))?;
    py.import("json")?.call_method1("loads", (serde_json::Value::Object(values).to_string(),))
}
