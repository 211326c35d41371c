//! What only Python code can do for a call: its token function, its token cache, its transport, its hook.
//!
//! A call on the engine's thread never takes the GIL. It asks a question, somebody who holds the GIL runs the host's
//! function, and the answer comes back.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use feishu_corehr::{
    Answer, Ask, Host, HttpRequest, HttpResponse, Instant, Observation, Secret, Transport, TransportError,
    TransportErrorKind,
};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyException, PyTypeError, PyUnicodeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use tokio::sync::oneshot;

use crate::registry::Waiters;
use crate::runtime::OwnProcess;
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

    /// Reads what Python returned or raised. An exception comes back too, to become the error's cause.
    pub(crate) fn answer(&self, py: Python<'_>, returned: PyResult<Bound<'_, PyAny>>) -> (Answer, Option<PyErr>) {
        match returned.map(|value| self.read(&value)) {
            Ok(Ok(answer)) => (answer, None),
            Ok(Err(what)) => {
                let cause = PyTypeError::new_err(format!("{} returned {what}", self.function()));
                (self.failure(format!("it returned {what}")), Some(cause))
            }
            Err(raised) => (self.raised(py, &raised), Some(raised)),
        }
    }

    fn function(&self) -> &'static str {
        match self {
            Self::Ask(Ask::Token { .. }) => "the token function",
            Self::Ask(Ask::Load { .. }) => "the token cache's `load`",
            Self::Ask(Ask::Save { .. }) => "the token cache's `save`",
            Self::Send(_) => "the transport",
        }
    }

    /// The answer in a value; if it has none, what was returned in its place.
    fn read(&self, value: &Bound<'_, PyAny>) -> Result<Answer, String> {
        let instead = |wanted| {
            let found = value.get_type().name().map_or_else(|_| "something else".into(), |name| name.to_string());
            format!("{found} and not {wanted}")
        };
        Ok(match self {
            Self::Ask(Ask::Token { .. }) => {
                let token = value.extract().map_err(|error: PyErr| {
                    if error.is_instance_of::<PyUnicodeError>(value.py()) {
                        return "a text with half a surrogate pair, which is no character".to_owned();
                    }
                    instead("str")
                })?;
                Answer::Token(Ok(Secret::new(token)))
            }
            Self::Ask(Ask::Load { .. }) => Answer::Loaded(value.extract().map_err(|_| instead("bytes or None"))?),
            Self::Ask(Ask::Save { .. }) => Answer::Saved,
            Self::Send(_) => {
                let response = value.cast::<crate::http::HttpResponse>().map_err(|_| instead("HttpResponse"))?;
                Answer::Http(Ok(response.get().0.clone()))
            }
        })
    }

    fn failure(&self, text: String) -> Answer {
        match self {
            Self::Ask(Ask::Token { .. }) => Answer::Token(Err(text)),
            Self::Ask(Ask::Load { .. }) => Answer::Loaded(None),
            Self::Ask(Ask::Save { .. }) => Answer::Saved,
            Self::Send(_) => Answer::Http(Err(TransportError::new(TransportErrorKind::Other, true, text))),
        }
    }

    fn raised(&self, py: Python<'_>, raised: &PyErr) -> Answer {
        // The exception's own text may hold a secret; it stays with the exception, which becomes the cause.
        let name = raised.get_type(py).name().map_or_else(|_| "an exception".into(), |name| name.to_string());
        let Self::Send(_) = self else { return self.failure(format!("it raised {name}")) };
        let failure = raised.value(py);
        // Only `TransportFailure` says how it failed, and only it can say that nothing was written.
        let kind = failure.getattr("kind").and_then(|kind| Ok(kind.extract::<TransportErrorKind>()?));
        let written = failure.getattr("bytes_written").and_then(|written| written.extract::<bool>());
        let error = TransportError::new(kind.unwrap_or(TransportErrorKind::Other), written.unwrap_or(true), name);
        let head = failure.getattr("response").ok();
        let head = head.as_ref().and_then(|head| head.cast::<crate::http::HttpResponse>().ok());
        Answer::Http(Err(match head.map(|head| &head.get().0) {
            Some(head) => error.with_head(head.status, head.headers.clone()),
            None => error,
        }))
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

/// What the host is told while its call goes on.
pub(crate) enum Told {
    /// An answer as received, of any request but one for a token.
    Answered(HttpResponse),
    /// What happens to a request.
    Observed(Observation),
}

impl Told {
    /// Tells it, in the call's context where this is not the caller's thread. A failure of the host's is reported as
    /// Python reports what nobody can catch.
    pub(crate) fn to(self, host: &Bound<'_, PyAny>, context: Option<&Bound<'_, PyAny>>) {
        let py = host.py();
        let (method, value) = match self {
            Self::Answered(answer) => ("answered", crate::http::HttpResponse(answer).into_bound_py_any(py)),
            Self::Observed(observation) => ("observe", observation.into_bound_py_any(py)),
        };
        let told = value.and_then(|value| match context {
            None => host.call_method1(method, (value,)),
            Some(context) => context.call_method1("run", (host.getattr(method)?, value)),
        });
        if let Err(raised) = told {
            raised.write_unraisable(py, Some(host));
        }
    }
}

/// A callback of a call on an event loop: run the host's method of that name, and say how it ended.
#[pyclass(frozen, module = "feishu_corehr._native")]
pub(crate) struct Callback {
    /// To name it when it is not wanted any more.
    #[pyo3(get)]
    id: u64,
    call: u64,
    waiting: Waiters,
    question: Question,
    reply: OwnProcess<Mutex<Option<oneshot::Sender<Answer>>>>,
}

#[pymethods]
impl Callback {
    /// The method's name.
    #[getter]
    fn method(&self) -> &'static str {
        self.question.method()
    }

    /// The method's arguments.
    #[getter]
    fn arguments<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        Ok(self.question.arguments(py)?.iter().collect())
    }

    /// Hands in what the method returned.
    fn finish(&self, value: &Bound<'_, PyAny>) {
        self.hand_in(value.py(), Ok(value.clone()));
    }

    /// Hands in what the method raised.
    fn fail(&self, raised: &Bound<'_, PyAny>) {
        self.hand_in(raised.py(), Err(PyErr::from_value(raised.clone())));
    }
}

impl Callback {
    pub(crate) fn new(
        id: u64,
        call: u64,
        waiting: Waiters,
        question: Question,
        reply: oneshot::Sender<Answer>,
    ) -> Self {
        Self { id, call, waiting, question, reply: OwnProcess::new(Mutex::new(Some(reply))) }
    }

    fn hand_in(&self, py: Python<'_>, returned: PyResult<Bound<'_, PyAny>>) {
        let (answer, raised) = self.question.answer(py, returned);
        self.waiting.raised(self.call, raised.map(|raised| raised.into_value(py).into_any()));
        let reply = self.reply.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Nobody waits any more when the call was cancelled meanwhile.
        reply.map(|reply| reply.send(answer));
    }
}

/// How a call gets its callbacks run.
pub(crate) trait Callbacks {
    /// Asks a question; resolves when it is answered.
    fn ask(&self, question: Question) -> impl Future<Output = Answer>;

    /// Tells the host something, for which the call does not wait.
    fn tell(&self, told: Told);
}

/// What a machine is driven with: reqwest or the host's transport, and the host's functions.
pub(crate) struct Environment<'a, C> {
    /// None where the host has its own transport.
    pub(crate) network: Option<&'a Network>,
    pub(crate) callbacks: &'a C,
    pub(crate) is_observed: bool,
    /// Whether the host hears every answer.
    pub(crate) is_heard: bool,
}

impl<C: Callbacks> Transport for Environment<'_, C> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        // The answer to a request for a token is a secret.
        let is_heard = self.is_heard && !request.sensitive_body;
        let sent = match self.network {
            Some(network) => network.send(request).await,
            None => match self.callbacks.ask(Question::Send(request)).await {
                Answer::Http(result) => result,
                Answer::Late | Answer::Loaded(_) | Answer::Saved | Answer::Token(_) => {
                    Err(TransportError::new(TransportErrorKind::Other, true, "the transport did not answer"))
                }
            },
        };
        if is_heard && let Ok(answer) = &sent {
            self.callbacks.tell(Told::Answered(answer.clone()));
        }
        sent
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

impl<C: Callbacks> Host for Environment<'_, C> {
    async fn answer(&self, ask: Ask) -> Answer {
        self.callbacks.ask(Question::Ask(ask)).await
    }

    fn is_watching(&self) -> bool {
        self.is_observed
    }

    fn observe(&self, observation: &Observation) {
        self.callbacks.tell(Told::Observed(observation.clone()));
    }
}
