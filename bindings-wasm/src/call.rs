//! The operations: a request becomes a machine, its result JSON. One line per operation in each list.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use feishu_corehr::{
    Answer, Call, Empty, Endpoint, Error, Exchange, Form, FromForm, GetProcess, Instant, ListProcesses, Machine,
    Observation, Prepared, Process, ProcessPage, Reply, Session, Step, WithdrawProcess, Withdrawal, Withdrawn,
};
use serde::Serialize;

use crate::client::Client;
use crate::desk::{Brought, Desk, Order};
use crate::text::{self, Told};

/// What a call ends with.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Output {
    Empty(Empty),
    Process(Box<Process>),
    ProcessPage(ProcessPage),
    Withdrawn(Withdrawn),
}

/// A call under way.
pub(crate) struct Running {
    future: Pin<Box<dyn Future<Output = Result<Output, Error>>>>,
    call: Rc<Call<Operation>>,
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
        let form = Form::read("request", request);
        let mut more = Form::read("options", options);
        let (call, read_back) = client.call(&mut more, operation == WithdrawProcess::OPERATION.name);
        let session = &client.session;
        let operation = if operation == WithdrawProcess::OPERATION.name {
            let request: WithdrawProcess = checked(operation, form, more)?;
            Operation::Withdrawal(Box::new(Withdrawal::new(session, &request, call, read_back)?))
        } else if operation == GetProcess::OPERATION.name {
            let request: GetProcess = checked(operation, form, more)?;
            Operation::Exchange(Exchange::new(session, &request, call)?, process)
        } else if operation == ListProcesses::OPERATION.name {
            let request: ListProcesses = checked(operation, form, more)?;
            Operation::Exchange(Exchange::new(session, &request, call)?, page)
        } else {
            return Err(text::unknown_operation(operation));
        };
        Ok(Self::with(operation, desk, waker))
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
        let desk = Rc::new(Desk::new(client.keeps_budget, is_observed));
        let waker = Waker::from(Arc::new(Bell(number)));
        let form = Form::read("request", request);
        let mut more = Form::read("options", options);
        let (call, _) = client.call(&mut more, false);
        let session = &client.session;
        let exchange = if operation == WithdrawProcess::OPERATION.name {
            Exchange::new(session, &checked::<WithdrawProcess>(operation, form, more)?, call)
        } else if operation == GetProcess::OPERATION.name {
            Exchange::new(session, &checked::<GetProcess>(operation, form, more)?, call)
        } else if operation == ListProcesses::OPERATION.name {
            Exchange::new(session, &checked::<ListProcesses>(operation, form, more)?, call)
        } else {
            Err(text::unknown_operation(operation))
        };
        let operation = Operation::Exchange(exchange?.into_relayed(), |_| Ok(Output::Empty(Empty {})));
        Ok(Self::with(operation, desk, waker))
    }

    fn with(operation: Operation, desk: Rc<Desk>, waker: Waker) -> Self {
        let call = Rc::new(Call::new(operation));
        let (driven, carrier) = (call.clone(), desk.clone());
        let future = Box::pin(async move { driven.drive(&*carrier, &*carrier).await });
        Self { future, call, desk, waker }
    }

    /// Goes on; the orders for the host, and whether the call has ended.
    pub(crate) fn poll(&mut self, now: Instant) -> (Vec<Order>, bool) {
        self.desk.set_now(now);
        let polled = self.future.as_mut().poll(&mut Context::from_waker(&self.waker));
        let mut orders = self.desk.take_orders();
        let Poll::Ready(result) = polled else { return (orders, false) };
        orders.push(match result {
            Ok(output) => Order::Done(Box::new(output)),
            Err(error) => Order::Failed(Box::new(Told::new(error))),
        });
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

/// The request as data.
pub(crate) fn prepare(operation: &str, request: &str, more: Form) -> Result<Prepared, Error> {
    let form = Form::read("request", request);
    if operation == WithdrawProcess::OPERATION.name {
        checked::<WithdrawProcess>(operation, form, more)?.prepare()
    } else if operation == GetProcess::OPERATION.name {
        checked::<GetProcess>(operation, form, more)?.prepare()
    } else if operation == ListProcesses::OPERATION.name {
        checked::<ListProcesses>(operation, form, more)?.prepare()
    } else {
        Err(text::unknown_operation(operation))
    }
}

/// A successful answer of that operation.
pub(crate) fn read(operation: &str, reply: Reply) -> Result<Output, Error> {
    if operation == GetProcess::OPERATION.name {
        process(reply)
    } else if operation == ListProcesses::OPERATION.name {
        page(reply)
    } else if operation == WithdrawProcess::OPERATION.name {
        WithdrawProcess::decode(&reply).map(Output::Empty)
    } else {
        Err(text::unknown_operation(operation))
    }
}

fn process(reply: Reply) -> Result<Output, Error> {
    GetProcess::decode(&reply).map(|process| Output::Process(Box::new(process)))
}

fn page(reply: Reply) -> Result<Output, Error> {
    ListProcesses::decode(&reply).map(Output::ProcessPage)
}

/// The request, or one error with the problems of the request and of the options.
fn checked<T: FromForm>(operation: &str, mut form: Form, more: Form) -> Result<T, Error> {
    let request = T::from_form(&mut form);
    let mut problems = form.problems();
    problems.extend(more.problems());
    request.filter(|_| problems.is_empty()).ok_or_else(|| Error::invalid(operation, problems))
}

/// Any of the machines. One type of them all, so that the loop that drives them is compiled once.
enum Operation {
    /// And how its answer is read.
    Exchange(Exchange, fn(Reply) -> Result<Output, Error>),
    Withdrawal(Box<Withdrawal>),
}

impl Machine for Operation {
    type Output = Result<Output, Error>;

    fn poll(&mut self, now: Instant) -> Step<Self::Output> {
        match self {
            Self::Exchange(exchange, read) => exchange.poll(now).map(|result| result.and_then(*read)),
            Self::Withdrawal(withdrawal) => withdrawal.poll(now).map(|result| result.map(Output::Withdrawn)),
        }
    }

    fn handle(&mut self, now: Instant, answer: Answer) -> Option<Observation> {
        match self {
            Self::Exchange(exchange, _) => exchange.handle(now, answer),
            Self::Withdrawal(withdrawal) => withdrawal.handle(now, answer),
        }
    }

    fn cancel(&mut self) -> Error {
        match self {
            Self::Exchange(exchange, _) => exchange.cancel(),
            Self::Withdrawal(withdrawal) => withdrawal.cancel(),
        }
    }

    fn session(&self) -> &Session {
        match self {
            Self::Exchange(exchange, _) => exchange.session(),
            Self::Withdrawal(withdrawal) => withdrawal.session(),
        }
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
