//! Calls of an event loop: they run on the engine's own thread, and what they end with comes back in batches.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use feishu_corehr::{Answer, Effect, Error, ErrorKind, Given, Observation, ReadBack};
use pyo3::exceptions::{PyNotImplementedError, PyRuntimeError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::bell::{Bell, Ringer};
use crate::call::{Chosen, Job, Output};
use crate::client::Client;
use crate::errand::{self, Carrier, Desk, Question};
use crate::error::{guarded, mark, panicked, raise, scarce};
use crate::runtime::{OwnProcess, Threads};

/// One event loop's mail. It is used from the loop's thread; the engine's thread only puts mail in and rings.
#[pyclass(frozen, weakref, module = "feishu_corehr._native")]
pub(crate) struct Mailbox {
    /// Locked only by threads that hold Python, and while no Python runs.
    waiting: Arc<Mutex<HashMap<u64, Waiting>>>,
    queue: Arc<OwnProcess<Queue>>,
}

struct Waiting {
    future: Py<PyAny>,
    host: Py<PyAny>,
    /// The caller's context variables: whatever the host does for this call is done there.
    context: Py<PyAny>,
    /// What the host's code raised last: the cause of the error that the call may end with.
    raised: Option<Py<PyAny>>,
}

struct Queue {
    mail: Mutex<Vec<Mail>>,
    next: AtomicU64,
    bell: Bell,
    /// Calls the loop, where it cannot watch the bell.
    ringer: OnceLock<Ringer>,
}

enum Mail {
    Done(u64, Box<Result<Output, Error>>),
    Forget(u64, u64),
    Observed(u64, Box<Observation>),
    Question(u64, u64, Box<Question>, oneshot::Sender<Answer>),
}

#[pymethods]
impl Mailbox {
    #[new]
    fn new(py: Python<'_>) -> PyResult<Self> {
        let bell = Bell::new().map_err(|error| raise(py, scarce("the event loop cannot be reached", &error), None))?;
        let queue = Queue { mail: Mutex::default(), next: AtomicU64::new(1), bell, ringer: OnceLock::new() };
        Ok(Self { waiting: Arc::default(), queue: Arc::new(OwnProcess::new(queue)) })
    }

    /// A socket that is readable while there is mail. Raises `NotImplementedError` where there is none.
    fn fileno(&self) -> PyResult<i32> {
        self.queue.bell.fileno().ok_or_else(|| PyNotImplementedError::new_err("no socket pair on this platform"))
    }

    /// Calls `call` from another thread for new mail, for loops that cannot watch a socket. It may not hold the mailbox.
    fn ring_by(&self, py: Python<'_>, call: Py<PyAny>) -> PyResult<()> {
        let failed = |error| raise(py, scarce("no thread can be started", &error), None);
        let _ = self.queue.ringer.set(Ringer::new(call).map_err(failed)?);
        Ok(())
    }

    /// What the garbage collector sees: a loop that is closed with calls pending never takes them out.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Ok(waiting) = self.waiting.try_lock() {
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
        let waiting = std::mem::take(&mut *self.waiting());
        drop(waiting);
    }

    /// Whether this process made it.
    #[getter]
    fn is_ours(&self) -> bool {
        self.queue.is_ours()
    }

    /// Whether no call is under way, and no mail is left.
    #[getter]
    fn is_idle(&self) -> bool {
        self.waiting().is_empty()
    }

    /// Begins a call, whose result becomes that of `future`.
    // By position: this is on the way of every call.
    #[pyo3(signature = (client, request, future, host, context, is_observed, deadline, token, request_id, read_back))]
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
    ) -> PyResult<Letter> {
        guarded(py, || {
            let client = client.get();
            let engine = client.engine(py)?;
            let Threads::Own(handle, _) = &engine.threads else {
                return Err(PyRuntimeError::new_err("a Client has no thread of its own"));
            };
            let chosen = Chosen { deadline, token, request_id, read_back };
            let job = Arc::new(Job::new(&engine.session, request, chosen)?);
            let id = self.queue.next.fetch_add(1, Ordering::Relaxed);
            self.waiting().insert(id, Waiting { future, host, context, raised: None });
            let end = Arc::new(OnceLock::new());
            let sender = Sender { queue: self.queue.clone(), id };
            let completion = Completion { sender, job: job.clone(), result: None, end: end.clone() };
            let held = engine.clone();
            let task = handle.spawn(async move {
                let mut completion = completion;
                let desk = &completion.sender;
                let carrier = Carrier { network: held.network.as_ref(), desk, is_observed };
                let result = completion.job.drive(&carrier, &carrier).await;
                completion.result = Some(result);
            });
            let call = OwnProcess::new((job, task.abort_handle()));
            Ok(Letter { call, end })
        })
    }

    /// Takes everything out, and gives it to whom it is for.
    fn drain(&self, py: Python<'_>) {
        self.queue.bell.quiet();
        let mail = std::mem::take(&mut *self.queue.mail());
        for letter in mail {
            if let Err(raised) = self.deliver(py, letter) {
                raised.write_unraisable(py, None);
            }
        }
    }
}

impl Mailbox {
    fn deliver(&self, py: Python<'_>, mail: Mail) -> PyResult<()> {
        let host = |id| {
            let waiting = self.waiting();
            let Waiting { host, context, .. } = waiting.get(&id)?;
            Some((host.clone_ref(py).into_bound(py), context.clone_ref(py).into_bound(py)))
        };
        match mail {
            Mail::Done(id, result) => {
                let Some(Waiting { future, raised, .. }) = self.waiting().remove(&id) else { return Ok(()) };
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
            Mail::Forget(id, errand) => {
                if let Some((host, _)) = host(id) {
                    host.call_method1("forget", (errand,))?;
                }
            }
            Mail::Observed(id, observation) => {
                if let Some((host, context)) = host(id) {
                    errand::observe(&host, Some(&context), *observation);
                }
            }
            Mail::Question(id, errand, question, reply) => {
                if let Some((host, context)) = host(id) {
                    let reply = OwnProcess::new(Mutex::new(Some(reply)));
                    let errand =
                        Errand { id: errand, call: id, waiting: self.waiting.clone(), question: *question, reply };
                    context.call_method1("run", (host.getattr("run")?, errand))?;
                }
            }
        }
        Ok(())
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<u64, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call under way.
#[pyclass(frozen, module = "feishu_corehr._native")]
pub(crate) struct Letter {
    call: OwnProcess<(Arc<Job>, AbortHandle)>,
    /// What the call has done, once it is over.
    end: Arc<OnceLock<Effect>>,
}

#[pymethods]
impl Letter {
    /// Ends the call at once, closes its connection, and lets the exception that ended it say what the call has done.
    fn cancel(&self, py: Python<'_>, exception: &Bound<'_, PyAny>) -> PyResult<()> {
        mark(py, exception, self.stop())
    }

    /// Ends the call at once, and closes its connection.
    fn drop(&self) {
        self.stop();
    }
}

impl Letter {
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
        if let Some(effect) = self.end.get() {
            error.effect = *effect;
        }
        error
    }
}

/// A question of a call on an event loop: run the host's method of that name, and say how it ended.
#[pyclass(frozen, module = "feishu_corehr._native")]
pub(crate) struct Errand {
    /// To name it when it is not wanted any more.
    #[pyo3(get)]
    id: u64,
    call: u64,
    waiting: Arc<Mutex<HashMap<u64, Waiting>>>,
    question: Question,
    reply: OwnProcess<Mutex<Option<oneshot::Sender<Answer>>>>,
}

#[pymethods]
impl Errand {
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

impl Errand {
    fn hand_in(&self, py: Python<'_>, returned: PyResult<Bound<'_, PyAny>>) {
        let (answer, raised) = self.question.answer(py, returned);
        if let Some(waiting) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&self.call) {
            waiting.raised = raised.map(|raised| raised.into_value(py).into_any());
        }
        let reply = self.reply.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Nobody waits any more when the call was cancelled meanwhile.
        reply.map(|reply| reply.send(answer));
    }
}

/// The engine's end of one call's mail: the desk where it lays its errands.
struct Sender {
    queue: Arc<OwnProcess<Queue>>,
    id: u64,
}

impl Desk for Sender {
    fn ask(&self, question: Question) -> impl Future<Output = Answer> {
        let errand = self.queue.next.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        self.queue.put(Mail::Question(self.id, errand, Box::new(question), reply));
        let asked = Asked { sender: self, errand, is_answered: false };
        async move {
            let mut asked = asked;
            let answer = answer.await.unwrap_or(Answer::Late);
            asked.is_answered = true;
            answer
        }
    }

    fn tell(&self, observation: &Observation) {
        self.queue.put(Mail::Observed(self.id, Box::new(observation.clone())));
    }
}

/// A question that is withdrawn when nobody waits for its answer any more.
struct Asked<'a> {
    sender: &'a Sender,
    errand: u64,
    is_answered: bool,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.sender.queue.put(Mail::Forget(self.sender.id, self.errand));
        }
    }
}

/// Puts a call's end into the mail, whatever that end is: a result, a panic, or that the engine stopped.
struct Completion {
    sender: Sender,
    job: Arc<Job>,
    result: Option<Result<Output, Error>>,
    end: Arc<OnceLock<Effect>>,
}

impl Drop for Completion {
    fn drop(&mut self) {
        let stopped = || Err(if std::thread::panicking() { panicked() } else { self.job.cancel() });
        let result = self.result.take().unwrap_or_else(stopped);
        let effect = match &result {
            Ok(_) if self.job.is_write() => Effect::Applied,
            Ok(_) => Effect::None,
            Err(error) => error.effect,
        };
        let _ = self.end.set(effect);
        self.sender.queue.put(Mail::Done(self.sender.id, Box::new(result)));
    }
}

impl Queue {
    fn put(&self, mail: Mail) {
        let mut queue = self.mail();
        queue.push(mail);
        // One ring for a whole batch: while there is mail, the loop has been told.
        if queue.len() > 1 {
            return;
        }
        drop(queue);
        match self.ringer.get() {
            None => self.bell.ring(),
            Some(ringer) => ringer.ring(),
        }
    }

    fn mail(&self) -> MutexGuard<'_, Vec<Mail>> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
