//! Ending calls from elsewhere: Swift's way, since cancelling a Swift task does not reach a future in here.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::failure::{Failure, guarded};
use crate::handles::Handle;

/// Ends the calls that it was handed to, once and for good.
#[derive(Debug, uniffi::Object)]
pub struct Cancellation {
    state: Mutex<State>,
    _handle: Handle,
}

#[derive(Debug, Default)]
struct State {
    is_cancelled: bool,
    wakers: BTreeMap<u64, Waker>,
    next: u64,
}

#[uniffi::export]
impl Cancellation {
    /// Nothing is cancelled yet.
    #[uniffi::constructor]
    pub fn new() -> Result<Arc<Self>, Failure> {
        guarded(|| Ok(Arc::new(Self { state: Mutex::default(), _handle: Handle::open() })))
    }

    /// Ends the calls, those that begin later too: each fails with kind `cancelled`, and says what it has done.
    pub fn cancel(&self) -> Result<(), Failure> {
        guarded(|| {
            let mut state = self.state();
            state.is_cancelled = true;
            let wakers = std::mem::take(&mut state.wakers);
            drop(state);
            wakers.into_values().for_each(Waker::wake);
            Ok(())
        })
    }
}

impl Cancellation {
    /// Resolves when it is cancelled.
    pub(crate) const fn cancelled(&self) -> Cancelled<'_> {
        Cancelled { cancellation: self, waker: None }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct Cancelled<'a> {
    cancellation: &'a Cancellation,
    waker: Option<u64>,
}

impl Future for Cancelled<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.cancellation.state();
        if state.is_cancelled {
            return Poll::Ready(());
        }
        let id = self.waker.unwrap_or_else(|| {
            state.next += 1;
            state.next
        });
        state.wakers.insert(id, context.waker().clone());
        drop(state);
        self.waker = Some(id);
        Poll::Pending
    }
}

impl Drop for Cancelled<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.waker {
            self.cancellation.state().wakers.remove(&id);
        }
    }
}
