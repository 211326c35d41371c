//! The ongoing calls of an event loop: they run on the engine's thread, and the loop hears of them in batches.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant as Clock};

use feishu_corehr::{Already, Given, ReadBack};
use pyo3::exceptions::{PyException, PyNotImplementedError, PyRuntimeError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;

use crate::bulk::Bulk;
use crate::call::{Chosen, Job};
use crate::callback::{Callback, Environment};
use crate::client::Client;
use crate::error::{guarded, raise, scarce};
use crate::events::{Completion, Event, Events, Sender};
use crate::ongoing_call::OngoingCall;
use crate::runtime::{Engine, OwnProcess};

/// One event loop's ongoing calls. Only the loop's thread uses it.
#[pyclass(frozen, weakref, module = "feishu_corehr._native")]
pub(crate) struct Registry {
    waiting: Waiters,
    events: Arc<OwnProcess<Events>>,
}

/// Who waits for which call. Locked only by threads that hold the GIL, and never while Python code runs.
#[derive(Clone, Default)]
pub(crate) struct Waiters(Arc<Mutex<HashMap<u64, Waiting>>>);

struct Waiting {
    future: Py<PyAny>,
    host: Py<PyAny>,
    /// The caller's context variables: whatever the host does for this call is done there.
    context: Py<PyAny>,
    /// What the host's code raised last: the cause of the error that the call may end with.
    raised: Option<Py<PyAny>>,
}

impl Waiters {
    /// Keeps what a callback of that call raised, or that it raised nothing.
    pub(crate) fn raised(&self, call: u64, raised: Option<Py<PyAny>>) {
        if let Some(waiting) = self.lock().get_mut(&call) {
            waiting.raised = raised;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Registry {
    #[new]
    fn new(py: Python<'_>) -> PyResult<Self> {
        let failed = |error| raise(py, scarce("the event loop cannot be reached", &error), None);
        let events = Events::new().map_err(failed)?;
        Ok(Self { waiting: Waiters::default(), events: Arc::new(OwnProcess::new(events)) })
    }

    /// A socket that is readable while there are events. Raises `NotImplementedError` where there is none.
    fn fileno(&self) -> PyResult<i32> {
        let fileno = self.events.waker.fileno();
        fileno.ok_or_else(|| PyNotImplementedError::new_err("no socket pair on this platform"))
    }

    /// Calls `call` from another thread for new events, for loops that cannot watch a socket. It may not hold the
    /// registry.
    fn wake_by(&self, py: Python<'_>, call: Py<PyAny>) -> PyResult<()> {
        self.events.wake_by(call).map_err(|error| raise(py, scarce("no thread can be started", &error), None))
    }

    /// What the garbage collector sees: a loop that is closed with ongoing calls never takes them out.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Ok(waiting) = self.waiting.0.try_lock() {
            for Waiting { future, host, context, raised } in waiting.values() {
                visit.call(future)?;
                visit.call(host)?;
                visit.call(context)?;
                visit.call(raised)?;
            }
        }
        Ok(())
    }

    fn __clear__(&self) {
        let waiting = std::mem::take(&mut *self.waiting.lock());
        drop(waiting);
    }

    /// Whether this process made it.
    #[getter]
    fn is_ours(&self) -> bool {
        self.events.is_ours()
    }

    /// Whether there is no ongoing call.
    #[getter]
    fn is_idle(&self) -> bool {
        self.waiting.lock().is_empty()
    }

    /// Begins a call, whose result becomes that of `future`.
    // By position: every call passes here.
    #[pyo3(signature = (client, request, future, host, context, is_observed, deadline, token, request_id, read_back, already, check_first))]
    #[allow(clippy::too_many_arguments, reason = "one for each option, and one caller")]
    fn start(
        &self,
        py: Python<'_>,
        client: &Bound<'_, Client>,
        request: &Bound<'_, PyAny>,
        future: Py<PyAny>,
        host: Py<PyAny>,
        context: Py<PyAny>,
        is_observed: bool,
        deadline: Option<Given<f64>>,
        token: Option<Given<String>>,
        request_id: Option<Given<String>>,
        read_back: Given<ReadBack>,
        already: Given<Already>,
        check_first: Given<bool>,
    ) -> PyResult<OngoingCall> {
        guarded(py, || {
            let engine = client.get().engine(py)?;
            let chosen = Chosen { deadline, token, request_id, read_back, already, check_first };
            let job = Job::new(&engine.session, request, chosen, &client.get().additions)?;
            self.begin(&engine, job, Waiting { future, host, context, raised: None }, is_observed)
        })
    }

    /// Begins the call of one item of a run; `future` hears when it has ended.
    #[allow(clippy::too_many_arguments, reason = "as for a single call")]
    fn start_item(
        &self,
        py: Python<'_>,
        bulk: &Bound<'_, Bulk>,
        number: usize,
        future: Py<PyAny>,
        host: Py<PyAny>,
        context: Py<PyAny>,
        is_observed: bool,
    ) -> PyResult<OngoingCall> {
        guarded(py, || {
            let bulk = bulk.get();
            let job = bulk.job(py, number)?;
            self.begin(&bulk.engine, job, Waiting { future, host, context, raised: None }, is_observed)
        })
    }

    /// Waits for events on this thread, for so many seconds at most; for calls of a `Client`.
    fn wait(&self, py: Python<'_>, bulk: &Bound<'_, Bulk>, seconds: f64) -> PyResult<()> {
        let engine = &bulk.get().engine;
        let until = Clock::now() + Duration::from_secs_f64(seconds.clamp(0.0, LONGEST_WAIT));
        loop {
            let left = until.saturating_duration_since(Clock::now()).min(TICK);
            let news = || engine.block_on(async { tokio::time::timeout(left, self.events.news()).await.is_ok() });
            let has_news = py.detach(news);
            py.check_signals()?;
            if has_news == Some(true) || left.is_zero() || has_news.is_none() {
                return Ok(());
            }
        }
    }

    /// Takes all events and acts on them. An interrupt is raised when that is done.
    fn drain(&self, py: Python<'_>) -> PyResult<()> {
        let mut interrupt = Ok(());
        for event in self.events.take() {
            match self.act_on(py, event) {
                Err(raised) if raised.is_instance_of::<PyException>(py) => raised.write_unraisable(py, None),
                Err(raised) => interrupt = Err(raised),
                Ok(()) => {}
            }
        }
        interrupt
    }
}

impl Registry {
    fn begin(
        &self,
        engine: &Arc<OwnProcess<Engine>>,
        job: Job,
        waiting: Waiting,
        is_observed: bool,
    ) -> PyResult<OngoingCall> {
        let handle = engine.handle().ok_or_else(|| PyRuntimeError::new_err("the client is closed"))?;
        let job = Arc::new(job);
        let number = self.events.number();
        self.waiting.lock().insert(number, waiting);
        let effect = Arc::new(OnceLock::new());
        let sender = Sender { events: self.events.clone(), call: number };
        let completion = Completion { sender, job: job.clone(), result: None, effect: effect.clone() };
        let held = engine.clone();
        let task = handle.spawn(async move {
            let mut completion = completion;
            let network = held.network.as_ref();
            let is_heard = completion.job.is_heard;
            let environment = Environment { network, callbacks: &completion.sender, is_observed, is_heard };
            let result = completion.job.drive(&environment, &environment).await;
            completion.result = Some(result);
        });
        let call = OwnProcess::new((job, task.abort_handle()));
        Ok(OngoingCall { call, effect })
    }

    fn act_on(&self, py: Python<'_>, event: Event) -> PyResult<()> {
        let host = |call| {
            let waiting = self.waiting.lock();
            let Waiting { host, context, .. } = waiting.get(&call)?;
            Some((host.clone_ref(py).into_bound(py), context.clone_ref(py).into_bound(py)))
        };
        match event {
            Event::Done(call, result) => {
                let Some(Waiting { future, raised, .. }) = self.waiting.lock().remove(&call) else { return Ok(()) };
                let future = future.bind(py);
                if future.call_method0(intern!(py, "done"))?.is_truthy()? {
                    return Ok(());
                }
                match *result {
                    Ok(output) => future.call_method1(intern!(py, "set_result"), (output,))?,
                    Err(error) => {
                        let cause = raised.map(|raised| PyErr::from_value(raised.into_bound(py)));
                        future.call_method1(intern!(py, "set_exception"), (raise(py, error, cause),))?
                    }
                };
            }
            Event::Forgotten(call, callback) => {
                if let Some((host, _)) = host(call) {
                    host.call_method1("forget", (callback,))?;
                }
            }
            Event::Told(call, told) => {
                if let Some((host, context)) = host(call) {
                    told.to(&host, Some(&context));
                }
            }
            Event::Question(call, number, question, reply) => {
                if let Some((host, context)) = host(call) {
                    let callback = Callback::new(number, call, self.waiting.clone(), *question, reply);
                    context.call_method1("run", (host.getattr("run")?, callback))?;
                }
            }
        }
        Ok(())
    }
}

/// How often a waiting thread looks at Python's signals.
const TICK: Duration = Duration::from_millis(50);
/// In seconds.
const LONGEST_WAIT: f64 = 60.0;
