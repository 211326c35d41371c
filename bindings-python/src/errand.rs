//! What only Python code can do for a call: its token function, its token cache, its transport, its hook.
//!
//! The machine never waits for Python while it holds a runtime. An errand is laid on a desk, whoever has Python's
//! attention runs it, and the answer comes back.

use std::future::Future;
use std::time::Duration;

use feishu_corehr::{
    Answer, Ask, Host, HttpRequest, HttpResponse, Instant, Observation, Secret, Transport, TransportError,
    TransportErrorKind,
};
use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use crate::transport::{Network, now};

/// A question that Python answers.
#[derive(Clone)]
pub(crate) enum Question {
    Ask(Ask),
    Send(HttpRequest),
}

impl Question {
    /// The method of the host object that answers.
    pub(crate) fn method(&self) -> &'static str {
        match self {
            Self::Ask(Ask::Token { .. }) => "token",
            Self::Ask(Ask::Load { .. }) => "load",
            Self::Ask(Ask::Save { .. }) => "save",
            Self::Send(_) => "send",
        }
    }

    pub(crate) fn arguments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        match self {
            Self::Ask(Ask::Token { refused }) => (*refused,).into_pyobject(py),
            Self::Ask(Ask::Load { key }) => (key,).into_pyobject(py),
            Self::Ask(Ask::Save { key, value }) => (key, PyBytes::new(py, value)).into_pyobject(py),
            Self::Send(request) => (crate::http::HttpRequest(request.clone()),).into_pyobject(py),
        }
    }

    /// Reads what Python returned or raised. The exception comes back too, to become the error's cause.
    pub(crate) fn answer(&self, py: Python<'_>, returned: PyResult<Bound<'_, PyAny>>) -> (Answer, Option<PyErr>) {
        let read = returned.and_then(|value| self.read(&value));
        match read {
            Ok(answer) => (answer, None),
            Err(raised) => (self.failure(py, &raised), Some(raised)),
        }
    }

    fn read(&self, value: &Bound<'_, PyAny>) -> PyResult<Answer> {
        Ok(match self {
            Self::Ask(Ask::Token { .. }) => Answer::Token(Ok(Secret::new(
                value.extract().map_err(|_| wrong_type("the token function", "str", value))?,
            ))),
            Self::Ask(Ask::Load { .. }) => Answer::Loaded(
                value.extract().map_err(|_| wrong_type("the token cache's `load`", "bytes or None", value))?,
            ),
            Self::Ask(Ask::Save { .. }) => Answer::Saved,
            Self::Send(_) => Answer::Http(Ok(value
                .cast::<crate::http::HttpResponse>()
                .map_err(|_| wrong_type("the transport", "HttpResponse", value))?
                .get()
                .0
                .clone())),
        })
    }

    fn failure(&self, py: Python<'_>, raised: &PyErr) -> Answer {
        // The exception's own text may hold a secret; it stays with the exception, which becomes the cause.
        let name = raised.get_type(py).name().map_or_else(|_| "an exception".into(), |name| name.to_string());
        match self {
            Self::Ask(Ask::Token { .. }) => Answer::Token(Err(format!("it raised {name}"))),
            Self::Ask(Ask::Load { .. }) => Answer::Loaded(None),
            Self::Ask(Ask::Save { .. }) => Answer::Saved,
            Self::Send(_) => {
                let failure = raised.value(py);
                // Only `TransportFailure` says how it failed, and only it can say that nothing was written.
                let kind = failure.getattr("kind").and_then(|kind| Ok(kind.extract::<TransportErrorKind>()?));
                let written = failure.getattr("bytes_written").and_then(|written| written.extract::<bool>());
                let written = written.unwrap_or(true);
                let error = TransportError::new(kind.unwrap_or(TransportErrorKind::Other), written, name);
                let head = failure.getattr("response").ok();
                let head = head.as_ref().and_then(|head| head.cast::<crate::http::HttpResponse>().ok());
                Answer::Http(Err(match head.map(|head| &head.get().0) {
                    Some(head) => error.with_head(head.status, head.headers.clone()),
                    None => error,
                }))
            }
        }
    }
}

/// Runs one question on the host object, here and now. Whatever is not an `Exception`, `KeyboardInterrupt` above all,
/// is the caller's business and not an answer.
pub(crate) fn run(host: &Bound<'_, PyAny>, question: &Question) -> PyResult<(Answer, Option<PyErr>)> {
    let py = host.py();
    let returned = host.call_method1(question.method(), question.arguments(py)?);
    match returned {
        Err(raised) if !raised.is_instance_of::<PyException>(py) => Err(raised),
        Ok(_) | Err(_) => Ok(question.answer(py, returned)),
    }
}

/// Tells the host's hook and logger, in the call's context where this is not the caller's thread. Their failures are
/// reported as Python reports what nobody can catch.
pub(crate) fn observe(host: &Bound<'_, PyAny>, context: Option<&Bound<'_, PyAny>>, observation: Observation) {
    let told = match context {
        None => host.call_method1("observe", (observation,)),
        Some(context) => {
            host.getattr("observe").and_then(|observe| context.call_method1("run", (observe, observation)))
        }
    };
    if let Err(raised) = told {
        raised.write_unraisable(host.py(), Some(host));
    }
}

/// Where a call lays its errands.
pub(crate) trait Desk {
    /// Lays a question on the desk; resolves when the answer is there.
    fn ask(&self, question: Question) -> impl Future<Output = Answer>;

    /// Lays down what happened to a request.
    fn tell(&self, observation: &Observation);
}

/// What a machine is driven with: reqwest or the host's transport, and the host's functions.
pub(crate) struct Carrier<'a, D> {
    /// None where the host has its own transport.
    pub(crate) network: Option<&'a Network>,
    pub(crate) desk: &'a D,
    pub(crate) is_observed: bool,
}

impl<D: Desk> Transport for Carrier<'_, D> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let Some(network) = self.network else {
            return match self.desk.ask(Question::Send(request)).await {
                Answer::Http(result) => result,
                Answer::Late | Answer::Loaded(_) | Answer::Saved | Answer::Token(_) => {
                    Err(TransportError::new(TransportErrorKind::Other, true, "the transport did not answer"))
                }
            };
        };
        network.send(request).await
    }

    async fn sleep(&self, milliseconds: u64) {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }

    fn now(&self) -> Instant {
        now()
    }

    fn keeps_budget(&self) -> bool {
        self.network.is_some()
    }
}

impl<D: Desk> Host for Carrier<'_, D> {
    async fn answer(&self, ask: Ask) -> Answer {
        self.desk.ask(Question::Ask(ask)).await
    }

    fn observe(&self, observation: &Observation) {
        if self.is_observed {
            self.desk.tell(observation);
        }
    }
}

fn wrong_type(who: &str, wanted: &str, value: &Bound<'_, PyAny>) -> PyErr {
    let got = value.get_type().name().map_or_else(|_| "something else".into(), |name| name.to_string());
    PyTypeError::new_err(format!("{who} must return {wanted}, not {got}"))
}
