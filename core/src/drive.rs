//! The loop, written once for every language.

use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use crate::error::{Error, TransportError, TransportErrorKind};
use crate::http::{HttpRequest, HttpResponse};
use crate::machine::{Answer, Ask, Machine, Observation, Pause, Step};
use crate::time::Instant;

/// How much longer than its budget a transport that is not trusted to keep it may take, in milliseconds.
const GRACE: u64 = 250;

/// One HTTP stack. It sends each request once, follows no redirect, resends nothing, and drops the connection when
/// the future is dropped.
pub trait Transport {
    /// Sends a request and reads the whole answer, within `request.budget` and `request.max_response`.
    fn send(&self, request: HttpRequest) -> impl Future<Output = Result<HttpResponse, TransportError>>;

    /// Resolves after so many milliseconds.
    fn sleep(&self, milliseconds: u64) -> impl Future<Output = ()>;

    /// The time by both clocks.
    fn now(&self) -> Instant;

    /// Whether [`Self::send`] can be trusted to end within the request's budget. Say `false` for code that is not
    /// one's own; then the loop watches the clock.
    fn keeps_budget(&self) -> bool {
        true
    }
}

/// The host's functions. `()` is a host that has none.
pub trait Host {
    /// Answers what only the host knows.
    fn answer(&self, ask: Ask) -> impl Future<Output = Answer>;

    /// Whether anybody wants to be told of requests.
    fn is_watching(&self) -> bool {
        true
    }

    /// Is told of every request, before it is sent and after its answer, while [`Self::is_watching`].
    fn observe(&self, observation: &Observation);
}

impl Host for () {
    async fn answer(&self, _ask: Ask) -> Answer {
        Answer::Late
    }

    fn is_watching(&self) -> bool {
        false
    }

    fn observe(&self, _observation: &Observation) {}
}

/// A machine that can be driven in one place and cancelled from another.
#[derive(Debug)]
pub struct Call<M> {
    machine: Mutex<M>,
}

impl<M: Machine> Call<M> {
    /// A call that has not begun.
    pub const fn new(machine: M) -> Self {
        Self { machine: Mutex::new(machine) }
    }

    /// Runs the machine to its end. Dropping the future stops it; [`Self::cancel`] then tells what it has done.
    pub async fn drive(&self, transport: &impl Transport, host: &impl Host) -> M::Output {
        let session = self.machine().session().clone();
        loop {
            let step = self.machine().poll(transport.now());
            if let Step::Done(output) = step {
                return output;
            }
            let is_watching = host.is_watching();
            if is_watching && matches!(step, Step::Send(_)) {
                let started = self.machine().started();
                started.iter().for_each(|started| host.observe(started));
            }
            let (limit, late) = patience(&step, transport.keeps_budget());
            let work = async {
                match step {
                    Step::Ask(ask, _) => Some(host.answer(ask).await),
                    Step::Send(request) => Some(Answer::Http(transport.send(request).await)),
                    Step::Wait(Pause { seen: Some(seen), .. }) => {
                        session.changed(seen).await;
                        None
                    }
                    Step::Done(_) | Step::Wait(_) => pending().await,
                }
            };
            let sleep = async {
                match limit {
                    Some(milliseconds) => transport.sleep(milliseconds).await,
                    None => pending().await,
                }
            };
            // One race for all steps: every further one would be a kilobyte of WebAssembly.
            let Some(answer) = race(work, sleep).await.unwrap_or_else(late) else { continue };
            let observation = self.machine().handle(transport.now(), answer);
            observation.iter().filter(|_| is_watching).for_each(|observation| host.observe(observation));
        }
    }

    /// Ends the call, from anywhere and at any time, and says what it has done so far. Nothing is sent any more;
    /// drop the future of [`Self::drive`] to close the connection at once.
    pub fn cancel(&self) -> Error {
        self.machine().cancel()
    }

    fn machine(&self) -> MutexGuard<'_, M> {
        // A machine that panicked is not used again: whoever catches the panic drops the call.
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many milliseconds a step may take, and what is handed in when they are over.
pub(crate) fn patience<T>(step: &Step<T>, keeps_budget: bool) -> (Option<u64>, fn() -> Option<Answer>) {
    match step {
        Step::Ask(_, budget) => (Some(*budget), || Some(Answer::Late)),
        Step::Send(request) if !keeps_budget => (Some(request.budget.saturating_add(GRACE)), not_returned),
        Step::Done(_) | Step::Send(_) => (None, || None),
        Step::Wait(pause) => (Some(pause.delay), || None),
    }
}

fn not_returned() -> Option<Answer> {
    Some(Answer::Http(Err(TransportError::new(TransportErrorKind::Timeout, true, "the transport did not return"))))
}

/// The result of `first`, or nothing if `limit` is over before.
async fn race<T>(first: impl Future<Output = T>, limit: impl Future<Output = ()>) -> Option<T> {
    let mut first = pin!(first);
    let mut limit = pin!(limit);
    poll_fn(|context| match first.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    })
    .await
}
