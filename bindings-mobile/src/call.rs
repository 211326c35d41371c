//! One call under way: driven, cancelled, dropped, or broken, it always tells what it has done.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use feishu_corehr::{Call, Error, ErrorKind, Machine};

use crate::cancellation::Cancellation;
use crate::failure::guarded;
use crate::handles::Handle;
use crate::host::{Carrier, Host};

/// Drives a machine to its end. Dropping the future cancels it, and the host's observer is told.
pub(crate) async fn run<M, T>(host: &Host, machine: M, cancellation: Option<&Cancellation>) -> Result<T, Error>
where
    M: Machine<Output = Result<T, Error>>,
{
    let _handle = Handle::open();
    let mut running = Running { call: Call::new(machine), host, has_ended: false };
    let carrier = Carrier::new(host);
    let ending = {
        let mut driven = pin!(running.call.drive(&carrier, &carrier));
        let mut cancelled = pin!(async {
            match cancellation {
                Some(cancellation) => cancellation.cancelled().await,
                None => std::future::pending().await,
            }
        });
        poll_fn(|context| {
            // First, so that nothing is sent after it.
            if cancelled.as_mut().poll(context).is_ready() {
                return Poll::Ready(Ending::Cancelled);
            }
            let polled = guarded(|| Ok(driven.as_mut().poll(context)));
            match polled {
                Ok(Poll::Ready(result)) => Poll::Ready(Ending::Done(result)),
                Ok(Poll::Pending) if carrier.is_sleepless() => Poll::Ready(Ending::Sleepless),
                Ok(Poll::Pending) => Poll::Pending,
                Err(panicked) => Poll::Ready(Ending::Done(Err(panicked))),
            }
        })
        .await
        // Here what was under way is dropped, and the host's task cancelled.
    };
    match ending {
        Ending::Cancelled => Err(running.cancel()),
        Ending::Done(result) => {
            running.has_ended = true;
            result
        }
        Ending::Sleepless => {
            running.has_ended = true;
            let summary = "the alarm failed, so that nothing would have ended the call";
            let mut error = running.call.cancel();
            (error.kind, error.summary) = (ErrorKind::Transport, summary.to_owned());
            Err(error)
        }
    }
}

enum Ending<T> {
    Cancelled,
    Done(Result<T, Error>),
    Sleepless,
}

/// A call that tells what it has done when it is dropped before its end.
struct Running<'a, M: Machine> {
    call: Call<M>,
    host: &'a Host,
    has_ended: bool,
}

impl<M: Machine> Running<'_, M> {
    fn cancel(&mut self) -> Error {
        self.has_ended = true;
        let error = self.call.cancel();
        self.host.cancelled(&error);
        error
    }
}

impl<M: Machine> Drop for Running<'_, M> {
    fn drop(&mut self) {
        if !self.has_ended {
            // Nobody is there who could be told of a panic.
            let _: Result<Error, Error> = guarded(|| Ok(self.cancel()));
        }
    }
}
