//! The operations: a request becomes a machine, its result JSON. One line per operation in each list.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use feishu_corehr::{
    Call, Endpoint, Error, Exchange, Form, FromForm, GetProcess, Instant, ListProcesses, Machine, Prepared, Reply,
    WithdrawProcess, Withdrawal, Withdrawn,
};
use serde_json::value::RawValue;

use crate::client::Client;
use crate::desk::{Brought, Desk, Order};
use crate::text::{self, Told};

/// A call under way.
pub(crate) struct Running {
    future: Pin<Box<dyn Future<Output = Result<String, Error>>>>,
    machine: Rc<dyn Cancel>,
    desk: Rc<Desk>,
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
        let desk = Rc::new(Desk::new(client.keeps_budget, is_observed));
        let waker = Waker::from(Arc::new(Bell(number)));
        let mut form = Form::read("request", request);
        let mut more = Form::read("options", options);
        let (call, read_back) = client.call(&mut more, operation == WithdrawProcess::OPERATION.name);
        if operation == WithdrawProcess::OPERATION.name {
            let request: WithdrawProcess = checked(operation, &mut form, more)?;
            let machine = Withdrawal::new(&client.session, &request, call, read_back)?;
            return Ok(Self::with(machine, desk, waker, |withdrawn: Withdrawn| Ok(text::json(&withdrawn))));
        }
        if operation == GetProcess::OPERATION.name {
            let request: GetProcess = checked(operation, &mut form, more)?;
            let machine = Exchange::new(&client.session, &request, call)?;
            return Ok(Self::with(machine, desk, waker, decode::<GetProcess>));
        }
        if operation == ListProcesses::OPERATION.name {
            let request: ListProcesses = checked(operation, &mut form, more)?;
            let machine = Exchange::new(&client.session, &request, call)?;
            return Ok(Self::with(machine, desk, waker, decode::<ListProcesses>));
        }
        Err(text::unknown_operation(operation))
    }

    fn with<M, T>(
        machine: M,
        desk: Rc<Desk>,
        waker: Waker,
        read: impl FnOnce(T) -> Result<String, Error> + 'static,
    ) -> Self
    where
        M: Machine<Output = Result<T, Error>> + 'static,
        T: 'static,
    {
        let call = Rc::new(Call::new(machine));
        let (driven, carrier) = (call.clone(), desk.clone());
        let future = Box::pin(async move { driven.drive(&*carrier, &*carrier).await.and_then(read) });
        Self { future, machine: call, desk, waker }
    }

    /// Goes on; the orders for the host, and whether the call has ended.
    pub(crate) fn poll(&mut self, now: Instant) -> (Vec<Order>, bool) {
        self.desk.set_now(now);
        let polled = self.future.as_mut().poll(&mut Context::from_waker(&self.waker));
        let mut orders = self.desk.take_orders();
        let Poll::Ready(result) = polled else { return (orders, false) };
        orders.push(match result.map(RawValue::from_string) {
            Ok(Ok(value)) => Order::Done(value),
            // What was just written as JSON is JSON.
            Ok(Err(_)) => Order::Done(RawValue::NULL.to_owned()),
            Err(error) => Order::Failed(Box::new(Told::new(error))),
        });
        (orders, true)
    }

    pub(crate) fn bring(&self, errand: u32, brought: Brought) {
        self.desk.bring(errand, brought);
    }

    /// Ends the call and says what it has done.
    pub(crate) fn cancel(self) -> Error {
        self.machine.cancel()
    }
}

/// The request as data.
pub(crate) fn prepare(operation: &str, request: &str, more: Form) -> Result<Prepared, Error> {
    let mut form = Form::read("request", request);
    if operation == WithdrawProcess::OPERATION.name {
        checked::<WithdrawProcess>(operation, &mut form, more)?.prepare()
    } else if operation == GetProcess::OPERATION.name {
        checked::<GetProcess>(operation, &mut form, more)?.prepare()
    } else if operation == ListProcesses::OPERATION.name {
        checked::<ListProcesses>(operation, &mut form, more)?.prepare()
    } else {
        Err(text::unknown_operation(operation))
    }
}

/// A successful answer of that operation as JSON.
pub(crate) fn read(operation: &str, reply: Reply) -> Result<String, Error> {
    if operation == GetProcess::OPERATION.name {
        decode::<GetProcess>(reply)
    } else if operation == ListProcesses::OPERATION.name {
        decode::<ListProcesses>(reply)
    } else if operation == WithdrawProcess::OPERATION.name {
        decode::<WithdrawProcess>(reply)
    } else {
        Err(text::unknown_operation(operation))
    }
}

fn decode<E: Endpoint<Response: serde::Serialize>>(reply: Reply) -> Result<String, Error> {
    E::decode(&reply).map(|response| text::json(&response))
}

/// The request, or one error with the problems of the request and of the options.
fn checked<T: FromForm>(operation: &str, form: &mut Form, more: Form) -> Result<T, Error> {
    let request = T::from_form(form);
    let mut problems = std::mem::replace(form, Form::read("request", "{}")).problems();
    problems.extend(more.problems());
    Error::check(operation, problems)?;
    request.ok_or_else(|| text::unknown_operation(operation))
}

/// Any machine that can be ended from outside.
trait Cancel {
    fn cancel(&self) -> Error;
}

impl<M: Machine> Cancel for Call<M> {
    fn cancel(&self) -> Error {
        Self::cancel(self)
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
