//! How much is open: for tests that nothing is left over.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::failure::{Failure, guarded};

static OPEN: AtomicU64 = AtomicU64::new(0);

/// How many objects of this library the host holds, and how many calls are under way: 0 when everything is closed.
#[uniffi::export]
pub fn open_handles() -> Result<u64, Failure> {
    guarded(|| Ok(OPEN.load(Ordering::SeqCst)))
}

/// Lies in whatever is counted.
#[derive(Debug)]
pub(crate) struct Handle(());

impl Handle {
    pub(crate) fn open() -> Self {
        OPEN.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::SeqCst);
    }
}
