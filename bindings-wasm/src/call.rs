//! A call under way: polled like a machine, and what it wants of its host.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use feishu_corehr::{Action, Call, Error, Form, Instant, Outcome, Replay};

use crate::client::Client;
use crate::desk::{Brought, Desk, Order};
use crate::door::Door;
use crate::text::{self, Told};

/// A call under way.
pub(crate) struct Running {
    future: Pin<Box<dyn Future<Output = Result<Outcome, Error>>>>,
    call: Rc<Call<Action>>,
    desk: Rc<Desk>,
    leave: fn(Outcome) -> Result<String, Error>,
    waker: Waker,
}

impl Running {
    /// Checks request and options, all together; nothing is sent.
    pub(crate) fn new(
        client: &Client,
        operation: &str,
        request: &str,
        options: &str,
        is_observed: bool,
        number: u32,
    ) -> Result<Self, Error> {
        let door = Door::of(operation)?;
        let mut more = Form::read("options", options);
        let (call, read_back) = client.call(&mut more, door.operation.replay == Replay::Proved);
        let request = door.enter(request, more)?;
        let action = Action::new(&client.session, &*request, call, read_back)?;
        Ok(Self::with(action, client, is_observed, number, door.leave))
    }

    /// One request for a client elsewhere, which decides by the raw answer; so nothing of it is told here.
    pub(crate) fn relayed(
        client: &Client,
        operation: &str,
        request: &str,
        options: &str,
        is_observed: bool,
        number: u32,
    ) -> Result<Self, Error> {
        let door = Door::of(operation)?;
        let mut more = Form::read("options", options);
        let (call, _) = client.call(&mut more, false);
        let request = door.enter(request, more)?;
        let action = Action::relayed(&client.session, &*request, call)?;
        Ok(Self::with(action, client, is_observed, number, |_| Ok("{}".to_owned())))
    }

    fn with(
        action: Action,
        client: &Client,
        is_observed: bool,
        number: u32,
        leave: fn(Outcome) -> Result<String, Error>,
    ) -> Self {
        let desk = Rc::new(Desk::new(client.keeps_budget, is_observed));
        let call = Rc::new(Call::new(action));
        let (driven, carrier) = (call.clone(), desk.clone());
        let future = Box::pin(async move { driven.drive(&*carrier, &*carrier).await });
        Self { future, call, desk, leave, waker: Waker::from(Arc::new(Bell(number))) }
    }

    /// Goes on; the orders for the host as JSON, and whether the call has ended.
    pub(crate) fn poll(&mut self, now: Instant) -> (String, bool) {
        self.desk.set_now(now);
        let polled = self.future.as_mut().poll(&mut Context::from_waker(&self.waker));
        let mut orders = text::json(&self.desk.take_orders());
        let Poll::Ready(result) = polled else { return (orders, false) };
        // The end is the last order. It is JSON already, and is not read again to be written again.
        let last = match result.and_then(self.leave) {
            Ok(output) => format!("{{\"done\":{output}}}"),
            Err(error) => text::json(&Order::Failed(Box::new(Told::new(error)))),
        };
        orders.truncate(orders.len() - 1);
        if orders.len() > 1 {
            orders.push(',');
        }
        orders.push_str(&last);
        orders.push(']');
        (orders, true)
    }

    pub(crate) fn bring(&self, errand: u32, brought: Brought) {
        self.desk.bring(errand, brought);
    }

    /// Ends the call and says what it has done.
    pub(crate) fn cancel(self) -> Error {
        self.call.cancel()
    }
}

/// Rings when another call has brought what this one waits for.
struct Bell(u32);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        RUNG.with_borrow_mut(|rung| rung.push(self.0));
    }
}

thread_local! {
    static RUNG: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// The calls whose bell rang since the last question.
pub(crate) fn woken() -> Vec<u32> {
    RUNG.take()
}
