//! One client: its options, its engine, and the call that a thread drives by itself.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use feishu_corehr::{Already, Answer, Error, Given, NameValue, Problem, Quota, ReadBack, Secret};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::call::{Chosen, Job, Output, optional, show};
use crate::callback::{self, Callbacks, Environment, Question, Told};
use crate::error::{guarded, load, raise};
use crate::http::{HttpRequest, pairs};
use crate::options::{self, Additions, Options, milliseconds};
use crate::runtime::{Engine, OwnProcess};

/// The native half of a client. Any number of threads may call it.
#[pyclass(frozen, module = "feishu_corehr._native")]
pub(crate) struct Client {
    options: Arc<Options>,
    is_async: bool,
    /// Locked only by threads that hold Python, and never across a call: so a fork cannot find it locked.
    slot: Arc<Mutex<Slot>>,
    pub(crate) additions: Additions,
}

enum Slot {
    Closed,
    New,
    Open(Arc<OwnProcess<Engine>>),
}

#[pymethods]
impl Client {
    #[new]
    #[pyo3(signature = (*, is_async, app_id, app_secret, base_url, allow_other_hosts, allow_insecure_loopback, deadline,
        rate_share, quotas, proxy, trust_env, root_certificates, has_transport, has_token_cache))]
    #[allow(clippy::too_many_arguments, reason = "one for each option, and all by keyword")]
    fn new(
        py: Python<'_>,
        is_async: bool,
        app_id: Option<Given<String>>,
        app_secret: Option<Given<String>>,
        base_url: Given<String>,
        allow_other_hosts: Given<bool>,
        allow_insecure_loopback: Given<bool>,
        deadline: Option<Given<f64>>,
        rate_share: Given<f64>,
        quotas: BTreeMap<String, (u32, f64)>,
        proxy: Option<Given<String>>,
        trust_env: Given<bool>,
        root_certificates: Option<Vec<u8>>,
        has_transport: bool,
        has_token_cache: bool,
    ) -> PyResult<Self> {
        load(py)?;
        let refused = |error| raise(py, error, None);
        let mut problems = Vec::new();
        let app_id = optional(app_id, "app_id", &mut problems)?;
        let app_secret = optional(app_secret, "app_secret", &mut problems)?;
        let base_url = base_url.take("base_url", &mut problems)?.unwrap_or_default();
        let allow_other_hosts = allow_other_hosts.take("allow_other_hosts", &mut problems)?.unwrap_or_default();
        let loopback = allow_insecure_loopback.take("allow_insecure_loopback", &mut problems)?.unwrap_or_default();
        let deadline = optional(deadline, "deadline", &mut problems)?;
        let rate_share = rate_share.take("rate_share", &mut problems)?.unwrap_or_default();
        let proxy = optional(proxy, "proxy", &mut problems)?;
        let trust_env = trust_env.take("trust_env", &mut problems)?.unwrap_or_default();
        let proxy = proxy.as_deref().map(options::proxy).transpose().unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let roots = root_certificates.map_or(Ok(Vec::new()), |pem| options::roots(&pem)).unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        });
        if deadline.is_some_and(|seconds| milliseconds(seconds) == 0) {
            problems.push(Problem::new("deadline", "must be above 0 seconds"));
        }
        Error::check("client", problems).map_err(refused)?;
        let quota = |(calls, seconds)| Quota { calls, window: milliseconds(seconds) };
        let options = Options {
            base_url: options::base_url(&base_url, allow_other_hosts, loopback).map_err(refused)?,
            app: app_id.zip(app_secret.map(Secret::new)),
            deadline: deadline.map(milliseconds),
            rate_share,
            quotas: quotas.into_iter().map(|(name, allowed)| (name, quota(allowed))).collect(),
            proxy,
            trust_env,
            roots,
            is_custom: has_transport,
            shared_cache: has_token_cache,
        };
        options.session().map_err(refused)?;
        let slot = Arc::new(Mutex::new(Slot::New));
        Ok(Self { options: Arc::new(options), is_async, slot, additions: Additions::default() })
    }

    /// The same client, which adds something to each of its calls; what is `None` stays as it is here.
    #[pyo3(signature = (headers: "Any", is_heard))]
    fn with_options(
        &self,
        headers: Option<&Bound<'_, PyAny>>,
        is_heard: Option<bool>,
        py: Python<'_>,
    ) -> PyResult<Self> {
        let mut additions = self.additions.clone();
        additions.is_heard = is_heard.unwrap_or(additions.is_heard);
        let mut problems = Vec::new();
        if let Some(headers) = headers {
            let pairs = pairs(headers, &mut problems)?.into_iter();
            additions.headers = pairs.map(|(name, value)| NameValue { name, value }).collect();
            problems.extend(options::call(None, None, None, additions.headers.clone()).problems());
        }
        Error::check("client", problems).map_err(|error| raise(py, error, None))?;
        Ok(Self { options: self.options.clone(), is_async: self.is_async, slot: self.slot.clone(), additions })
    }

    /// Runs a call on this thread, Python released. `host` has the methods that callbacks need.
    // By position: every call passes here.
    #[pyo3(signature = (request, host, is_observed, deadline, token, request_id, read_back, already, check_first) -> "Any")]
    #[allow(clippy::too_many_arguments, reason = "one for each option, and one caller")]
    fn call(
        &self,
        py: Python<'_>,
        request: &Bound<'_, PyAny>,
        host: &Bound<'_, PyAny>,
        is_observed: bool,
        deadline: Option<Given<f64>>,
        token: Option<Given<String>>,
        request_id: Option<Given<String>>,
        read_back: Given<ReadBack>,
        already: Given<Already>,
        check_first: Given<bool>,
    ) -> PyResult<Output> {
        guarded(py, || {
            let engine = self.engine(py)?;
            let chosen = Chosen { deadline, token, request_id, read_back, already, check_first };
            let job = Job::new(&engine.session, request, chosen, &self.additions)?;
            drive(&engine, &job, host, is_observed)
        })
    }

    /// The request as data; nothing is sent.
    #[pyo3(signature = (request, token))]
    fn request(
        &self,
        py: Python<'_>,
        request: &Bound<'_, PyAny>,
        token: Option<Given<String>>,
    ) -> PyResult<HttpRequest> {
        let mut problems = Vec::new();
        let token = optional(token, "token", &mut problems)?;
        let refused = |error| raise(py, error, None);
        Error::check("request", problems).map_err(refused)?;
        let session = self.options.session().map_err(refused)?;
        let headers = self.additions.headers.clone();
        show(&session, request, &options::call(None, token, None, headers)).map(HttpRequest)
    }

    /// Refuses a request, or what a caller chose for it, as a call would; nothing is sent.
    #[pyo3(signature = (request, deadline, token, request_id))]
    fn check(
        &self,
        py: Python<'_>,
        request: &Bound<'_, PyAny>,
        deadline: Option<Given<f64>>,
        token: Option<Given<String>>,
        request_id: Option<Given<String>>,
    ) -> PyResult<()> {
        let session = self.options.session().map_err(|error| raise(py, error, None))?;
        let chosen = Chosen::of_any(deadline, token, request_id);
        Job::new(&session, request, chosen, &self.additions).map(drop)
    }

    /// Calls that begin later fail. Those in flight on other threads end as they would, those of event loops cancelled.
    fn close(&self) {
        let old = std::mem::replace(&mut *self.slot(), Slot::Closed);
        if let Slot::Open(engine) = old
            && engine.is_ours()
        {
            engine.stop();
        }
    }

    fn __repr__(&self) -> String {
        let name = if self.is_async { "AsyncClient" } else { "Client" };
        format!("<feishu_corehr.{name} {}>", self.options.base_url.as_str())
    }
}

impl Client {
    /// This process's engine, made at the first call.
    pub(crate) fn engine(&self, py: Python<'_>) -> PyResult<Arc<OwnProcess<Engine>>> {
        let mut slot = self.slot();
        match &*slot {
            Slot::Closed => return Err(PyRuntimeError::new_err("the client is closed")),
            Slot::Open(engine) if engine.is_ours() => return Ok(engine.clone()),
            Slot::New | Slot::Open(_) => {}
        }
        let made = if self.is_async { Engine::of_its_own(&self.options) } else { Engine::of_callers(&self.options) };
        let engine = Arc::new(OwnProcess::new(made.map_err(|error| raise(py, error, None))?));
        *slot = Slot::Open(engine.clone());
        Ok(engine)
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drives a call to its end. The GIL is held only for callbacks and for looking at signals.
fn drive(engine: &Arc<OwnProcess<Engine>>, job: &Job, host: &Bound<'_, PyAny>, is_observed: bool) -> PyResult<Output> {
    let py = host.py();
    let pending = Pending::default();
    let (network, is_heard) = (engine.network.as_ref(), job.is_heard);
    let environment = Environment { network, callbacks: &pending, is_observed, is_heard };
    let mut cause = None;
    let result = {
        let mut driven = pin!(job.drive(&environment, &environment));
        loop {
            let event = py.detach(|| engine.block_on(next_event(driven.as_mut(), &pending)));
            while let Some(told) = pending.told() {
                told.to(host, None);
            }
            let interrupted = match event {
                Some(Event::Done(result)) => break Ok(result),
                Some(Event::Callback) => match pending.question() {
                    Some(question) => callback::run(host, &question).map(|(answer, raised)| {
                        cause = raised;
                        pending.answer(answer);
                    }),
                    None => Ok(()),
                },
                Some(Event::Tick) => py.check_signals(),
                None => Err(PyRuntimeError::new_err("an AsyncClient cannot be called from a thread")),
            };
            if let Err(raised) = interrupted {
                break Err((raised, job.cancel()));
            }
        }
    };
    // The future is gone; what it was connected to is closed now.
    py.detach(|| Engine::rest(engine, !matches!(result, Ok(Ok(_)))));
    match result {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => Err(raise(py, error, cause)),
        Err((raised, error)) => {
            crate::error::mark(py, raised.value(py), error)?;
            Err(raised)
        }
    }
}

enum Event {
    Done(Result<Output, Error>),
    Callback,
    Tick,
}

async fn next_event(mut driven: Pin<&mut impl Future<Output = Result<Output, Error>>>, pending: &Pending) -> Event {
    let next = poll_fn(|context| match driven.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Event::Done(result)),
        Poll::Pending if !pending.is_empty() => Poll::Ready(Event::Callback),
        Poll::Pending => Poll::Pending,
    });
    tokio::time::timeout(TICK, next).await.unwrap_or(Event::Tick)
}

/// What a call that its own thread drives waits for: the thread looks here between two polls.
#[derive(Default)]
struct Pending {
    state: Mutex<PendingState>,
}

#[derive(Default)]
struct PendingState {
    question: Option<Question>,
    answer: Option<Answer>,
    told: VecDeque<Told>,
}

impl Callbacks for Pending {
    async fn ask(&self, question: Question) -> Answer {
        {
            let mut state = self.state();
            (state.question, state.answer) = (Some(question), None);
        }
        // No waker: whoever answers polls next.
        poll_fn(|_| self.state().answer.take().map_or(Poll::Pending, Poll::Ready)).await
    }

    fn tell(&self, told: Told) {
        self.state().told.push_back(told);
    }
}

impl Pending {
    fn answer(&self, answer: Answer) {
        self.state().answer = Some(answer);
    }

    fn question(&self) -> Option<Question> {
        self.state().question.take()
    }

    fn told(&self) -> Option<Told> {
        self.state().told.pop_front()
    }

    fn is_empty(&self) -> bool {
        let state = self.state();
        state.question.is_none() && state.told.is_empty()
    }

    fn state(&self) -> MutexGuard<'_, PendingState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often a waiting thread looks at Python's signals.
const TICK: Duration = Duration::from_millis(50);
