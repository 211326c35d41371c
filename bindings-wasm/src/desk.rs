//! Between a call and its host: what the call wants lies here until the host takes it, and what the host brings until
//! the call does.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::task::{Context, Poll};

use feishu_corehr::{
    Answer, Ask, Host, HttpRequest, HttpResponse, Instant, Observation, Secret, Transport, TransportError,
    TransportErrorKind,
};
use serde::Serialize;

use crate::data::Sendable;
use crate::text::Told;

/// What the host shall do.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// Ask the token function.
    AskToken { errand: u32, refused: bool },
    /// The call has ended with an error.
    Failed(Box<Told>),
    /// Nobody waits for this errand any more.
    Forget(u32),
    /// Tell the hook.
    Observe(Box<Observation>),
    /// Send this, once.
    Send { errand: u32, request: Box<Sendable> },
    /// Wait.
    Sleep { errand: u32, milliseconds: u64 },
}

/// What the host has brought.
pub(crate) enum Brought {
    Http(Result<HttpResponse, TransportError>),
    Nothing,
    Token(Result<Secret, String>),
}

/// The desk of one call.
pub(crate) struct Desk {
    keeps_budget: bool,
    is_observed: bool,
    now: Cell<Instant>,
    orders: RefCell<Vec<Order>>,
    /// By errand: nothing yet, or what was brought. There are two at most at a time.
    errands: RefCell<Vec<(u32, Option<Brought>)>>,
    next: Cell<u32>,
}

impl Desk {
    pub(crate) fn new(keeps_budget: bool, is_observed: bool) -> Self {
        Self {
            keeps_budget,
            is_observed,
            now: Cell::default(),
            orders: RefCell::default(),
            errands: RefCell::default(),
            next: Cell::default(),
        }
    }

    /// The time as the host has just read it.
    pub(crate) fn set_now(&self, now: Instant) {
        self.now.set(now);
    }

    pub(crate) fn order(&self, order: Order) {
        self.orders.borrow_mut().push(order);
    }

    pub(crate) fn take_orders(&self) -> Vec<Order> {
        self.orders.take()
    }

    /// Lays down what was brought, unless nobody waits for it any more.
    pub(crate) fn bring(&self, errand: u32, brought: Brought) {
        if let Some((_, slot)) = self.errands.borrow_mut().iter_mut().find(|(id, _)| *id == errand) {
            *slot = Some(brought);
        }
    }

    fn errand(&self, order: impl FnOnce(u32) -> Order) -> Errand<'_> {
        let id = self.next.get();
        self.next.set(id.wrapping_add(1));
        self.errands.borrow_mut().push((id, None));
        self.order(order(id));
        Errand { desk: self, id }
    }
}

/// Resolves with what was brought. Dropped before that, it is taken back.
struct Errand<'a> {
    desk: &'a Desk,
    id: u32,
}

impl Future for Errand<'_> {
    type Output = Brought;

    /// No waker: the host polls after it has brought something.
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Brought> {
        let mut errands = self.desk.errands.borrow_mut();
        let place = errands.iter().position(|(id, brought)| *id == self.id && brought.is_some());
        match place.and_then(|place| errands.swap_remove(place).1) {
            Some(brought) => Poll::Ready(brought),
            None => Poll::Pending,
        }
    }
}

impl Drop for Errand<'_> {
    fn drop(&mut self) {
        let mut errands = self.desk.errands.borrow_mut();
        if let Some(place) = errands.iter().position(|(id, _)| *id == self.id) {
            errands.swap_remove(place);
            self.desk.order(Order::Forget(self.id));
        }
    }
}

impl Transport for Desk {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        match self.errand(|errand| Order::Send { errand, request: Box::new(Sendable::new(request)) }).await {
            Brought::Http(result) => result,
            Brought::Nothing | Brought::Token(_) => {
                Err(TransportError::new(TransportErrorKind::Other, true, "the transport brought no answer"))
            }
        }
    }

    async fn sleep(&self, milliseconds: u64) {
        self.errand(|errand| Order::Sleep { errand, milliseconds }).await;
    }

    fn now(&self) -> Instant {
        self.now.get()
    }

    fn keeps_budget(&self) -> bool {
        self.keeps_budget
    }
}

impl Host for Desk {
    async fn answer(&self, ask: Ask) -> Answer {
        let Ask::Token { refused } = ask else { return Answer::Loaded(None) };
        match self.errand(|errand| Order::AskToken { errand, refused }).await {
            Brought::Token(token) => Answer::Token(token),
            Brought::Http(_) | Brought::Nothing => Answer::Late,
        }
    }

    fn observe(&self, observation: &Observation) {
        if self.is_observed {
            self.order(Order::Observe(Box::new(observation.clone())));
        }
    }
}
