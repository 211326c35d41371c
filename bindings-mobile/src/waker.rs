//! What wakes a call that waits for another one: the only thing in here that calls the host.

use std::sync::Arc;
use std::task::Wake;

use crate::steps::HostError;

/// Cuts a pause short.
#[uniffi::export(foreign)]
pub trait Waker: Send + Sync {
    /// Leaves a note that the pause is over, and returns. It is called in the midst of another call, on that one's
    /// thread and under its lock: whatever it runs at once runs in the wrong place, and can wait for ever.
    fn wake(&self) -> Result<(), HostError>;
}

/// A host's waker as the core calls it.
pub(crate) fn of(host: Arc<dyn Waker>) -> std::task::Waker {
    Arc::new(Note(host)).into()
}

struct Note(Arc<dyn Waker>);

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        // Without it the call goes on when its pause is over.
        let _ = self.0.wake();
    }
}
