//! Between a call and its host: what the call wants lies here until the host takes it, and what the host brings until
//! the call does.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::task::{Context, Poll};

use feishu_corehr::{
    Answer, Ask, Host, HttpRequest, HttpResponse, Instant, Method, Observation, Secret, Transport, TransportError,
    TransportErrorKind,
};
use serde::Serialize;

use crate::data::Sendable;
use crate::text::Told;

/// What the host shall do.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Command {
    /// Ask the token function.
    AskToken { task: u32, refused: bool },
    /// The call has ended with an error.
    Failed(Box<Told>),
    /// Nobody waits for this task any more.
    Forget(u32),
    /// Tell the hook.
    Observe(Box<Observation>),
    /// Send this, once.
    Send { task: u32, acts: bool, request: Box<Sendable> },
    /// Wait.
    Sleep { task: u32, milliseconds: u64 },
}

/// What the host has brought.
pub(crate) enum Completion {
    Http(Result<HttpResponse, TransportError>),
    Nothing,
    Token(Result<Secret, String>),
}

/// The host of one call, as the core sees it.
pub(crate) struct CallHost {
    keeps_budget: bool,
    is_observed: bool,
    /// Whether its requests may change something.
    is_write: bool,
    now: Cell<Instant>,
    commands: RefCell<Vec<Command>>,
    /// By task: nothing yet, or what was brought. There are two at most at a time.
    tasks: RefCell<Vec<(u32, Option<Completion>)>>,
    next: Cell<u32>,
}

impl CallHost {
    pub(crate) fn new(keeps_budget: bool, is_observed: bool, is_write: bool) -> Self {
        Self {
            keeps_budget,
            is_observed,
            is_write,
            now: Cell::default(),
            commands: RefCell::default(),
            tasks: RefCell::default(),
            next: Cell::default(),
        }
    }

    /// The time as the host has just read it.
    pub(crate) fn set_now(&self, now: Instant) {
        self.now.set(now);
    }

    pub(crate) fn command(&self, command: Command) {
        self.commands.borrow_mut().push(command);
    }

    pub(crate) fn take_commands(&self) -> Vec<Command> {
        self.commands.take()
    }

    /// Keeps what was brought, unless nobody waits for it any more.
    pub(crate) fn complete(&self, task: u32, completion: Completion) {
        if let Some((_, slot)) = self.tasks.borrow_mut().iter_mut().find(|(id, _)| *id == task) {
            *slot = Some(completion);
        }
    }

    fn task(&self, command: impl FnOnce(u32) -> Command) -> Task<'_> {
        let id = self.next.get();
        self.next.set(id.wrapping_add(1));
        self.tasks.borrow_mut().push((id, None));
        self.command(command(id));
        Task { host: self, id }
    }
}

/// Resolves with what was brought. Dropped before that, it is taken back.
struct Task<'a> {
    host: &'a CallHost,
    id: u32,
}

impl Future for Task<'_> {
    type Output = Completion;

    /// No waker: the host polls after it has brought something.
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Completion> {
        let mut tasks = self.host.tasks.borrow_mut();
        let place = tasks.iter().position(|(id, completion)| *id == self.id && completion.is_some());
        match place.and_then(|place| tasks.swap_remove(place).1) {
            Some(completion) => Poll::Ready(completion),
            None => Poll::Pending,
        }
    }
}

impl Drop for Task<'_> {
    fn drop(&mut self) {
        let mut tasks = self.host.tasks.borrow_mut();
        if let Some(place) = tasks.iter().position(|(id, _)| *id == self.id) {
            tasks.swap_remove(place);
            self.host.command(Command::Forget(self.id));
        }
    }
}

impl Transport for CallHost {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        // A write reads, too, and asks for its token.
        let acts = self.is_write && request.method != Method::Get && !request.sensitive_body;
        match self.task(|task| Command::Send { task, acts, request: Box::new(Sendable::new(request)) }).await {
            Completion::Http(result) => result,
            Completion::Nothing | Completion::Token(_) => {
                Err(TransportError::new(TransportErrorKind::Other, true, "the transport brought no answer"))
            }
        }
    }

    async fn sleep(&self, milliseconds: u64) {
        self.task(|task| Command::Sleep { task, milliseconds }).await;
    }

    fn now(&self) -> Instant {
        self.now.get()
    }

    fn keeps_budget(&self) -> bool {
        self.keeps_budget
    }
}

impl Host for CallHost {
    async fn answer(&self, ask: Ask) -> Answer {
        let Ask::Token { refused } = ask else { return Answer::Loaded(None) };
        match self.task(|task| Command::AskToken { task, refused }).await {
            Completion::Token(token) => Answer::Token(token),
            Completion::Http(_) | Completion::Nothing => Answer::Late,
        }
    }

    fn is_watching(&self) -> bool {
        self.is_observed
    }

    fn observe(&self, observation: &Observation) {
        self.command(Command::Observe(Box::new(observation.clone())));
    }
}
