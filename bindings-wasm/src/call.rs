//! A call under way: polled like a machine, and what it wants of its host.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use feishu_corehr::{Action, Call, Error, Form, Instant, Operation, Outcome};

use crate::client::Client;
use crate::door::Door;
use crate::host::{CallHost, Command, Completion};
#[cfg(feature = "bulk")]
use crate::run::Run;
use crate::text::{self, Told};

/// A call under way.
pub(crate) struct OngoingCall {
    future: Pin<Box<dyn Future<Output = Result<Outcome, Error>>>>,
    call: Rc<Call<Action>>,
    host: Rc<CallHost>,
    leave: fn(Outcome) -> Result<String, Error>,
    waker: Waker,
}

impl OngoingCall {
    /// Checks request and options, all together; nothing is sent.
    pub(crate) fn new(
        client: &Client,
        operation: &str,
        request: &str,
        options: &str,
        is_observed: bool,
        number: u32,
    ) -> Result<Self, Error> {
        let door = Door::of_call(operation)?;
        let mut more = Form::read("options", options);
        let (call, act) = client.call(&mut more, Some(door));
        let request = door.enter(request, more)?;
        let action = Action::new(&client.session, &*request, call, act)?;
        Ok(Self::with(action, client, is_observed, number, request.operation(), door.leave))
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
        let (call, _) = client.call(&mut more, None);
        let request = door.enter(request, more)?;
        let action = Action::relayed(&client.session, &*request, call)?;
        Ok(Self::with(action, client, is_observed, number, door.operation, |_| Ok("{}".to_owned())))
    }

    /// The call of one item of a run, which hears by itself how it ends.
    #[cfg(feature = "bulk")]
    pub(crate) fn of_bulk(run: &Run, item: usize, is_observed: bool, number: u32) -> Result<Self, Error> {
        let action = Action::of_bulk(&run.bulk, item)?;
        let operation = run.bulk.operation();
        Ok(Self::with(action, &run.client, is_observed, number, operation, |_| Ok("{}".to_owned())))
    }

    fn with(
        action: Action,
        client: &Client,
        is_observed: bool,
        number: u32,
        operation: &'static Operation,
        leave: fn(Outcome) -> Result<String, Error>,
    ) -> Self {
        let host = Rc::new(CallHost::new(client.keeps_budget, is_observed, operation.replay.is_write()));
        let call = Rc::new(Call::new(action));
        let (driven, asked) = (call.clone(), host.clone());
        let future = Box::pin(async move { driven.drive(&*asked, &*asked).await });
        Self { future, call, host, leave, waker: Waker::from(Arc::new(CallWaker(number))) }
    }

    /// Goes on; the commands for the host as JSON, and whether the call has ended.
    pub(crate) fn poll(&mut self, now: Instant) -> (String, bool) {
        self.host.set_now(now);
        let polled = self.future.as_mut().poll(&mut Context::from_waker(&self.waker));
        let mut commands = text::json(&self.host.take_commands());
        let Poll::Ready(result) = polled else { return (commands, false) };
        // The end is the last command. It is JSON already, and is not read again to be written again.
        let last = match result.and_then(self.leave) {
            Ok(output) => format!("{{\"done\":{output}}}"),
            Err(error) => text::json(&Command::Failed(Box::new(Told::new(error)))),
        };
        commands.truncate(commands.len() - 1);
        if commands.len() > 1 {
            commands.push(',');
        }
        commands.push_str(&last);
        commands.push(']');
        (commands, true)
    }

    pub(crate) fn complete(&self, task: u32, completion: Completion) {
        self.host.complete(task, completion);
    }

    /// Ends the call and says what it has done.
    pub(crate) fn cancel(self) -> Error {
        self.call.cancel()
    }
}

/// Marks its call as woken when another call has brought what this one waits for.
struct CallWaker(u32);

impl Wake for CallWaker {
    fn wake(self: Arc<Self>) {
        WOKEN.with_borrow_mut(|woken| woken.push(self.0));
    }
}

thread_local! {
    static WOKEN: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// The calls that were woken since the last question.
pub(crate) fn woken() -> Vec<u32> {
    WOKEN.take()
}
