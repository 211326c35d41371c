//! What belongs to one process: a runtime, connections and a session. A forked child makes its own.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use feishu_corehr::{Error, ErrorKind, Session};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

use crate::options::Options;
use crate::transport::{Network, now};

/// A value of one process. A forked child has a copy of it whose locks may be held by threads that the child does not
/// have, so the child leaks it.
pub(crate) struct OwnProcess<T> {
    pid: u32,
    value: ManuallyDrop<T>,
}

impl<T> OwnProcess<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { pid: process::id(), value: ManuallyDrop::new(value) }
    }

    /// Whether this is the process that made it.
    pub(crate) fn is_ours(&self) -> bool {
        self.pid == process::id()
    }
}

impl<T> Deref for OwnProcess<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Drop for OwnProcess<T> {
    fn drop(&mut self) {
        if self.is_ours() {
            // SAFETY: it is dropped here only, and nobody can reach it any more.
            unsafe { ManuallyDrop::drop(&mut self.value) }
        }
    }
}

/// What the calls of one client in one process share.
pub(crate) struct Engine {
    pub(crate) session: Session,
    /// None where the host has its own transport.
    pub(crate) network: Option<Network>,
    pub(crate) threads: Threads,
    /// When a call last ended, by the monotonic clock.
    last: AtomicU64,
}

/// Who drives the sockets.
pub(crate) enum Threads {
    /// The calling threads, while they wait.
    Callers(Option<Runtime>),
    /// A thread of its own, until the sender is dropped.
    Own(Handle, Mutex<Option<oneshot::Sender<()>>>),
}

impl Engine {
    /// An engine whose sockets are driven by the threads that call.
    pub(crate) fn of_callers(options: &Options) -> Result<Self, Error> {
        Self::new(options, Threads::Callers(Some(runtime()?)))
    }

    /// An engine with a thread of its own.
    pub(crate) fn of_its_own(options: &Options) -> Result<Self, Error> {
        let runtime = runtime()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let run = move || {
            let _ = runtime.block_on(stopped);
            runtime.shutdown_background();
        };
        std::thread::Builder::new().name("feishu-corehr".to_owned()).spawn(run).map_err(failed)?;
        Self::new(options, Threads::Own(handle, Mutex::new(Some(stop))))
    }

    fn new(options: &Options, threads: Threads) -> Result<Self, Error> {
        Ok(Self { session: options.session()?, network: options.network()?, threads, last: AtomicU64::new(0) })
    }

    /// Runs a future on the calling thread. While it waits, the thread drives everybody's sockets.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> Option<F::Output> {
        match &self.threads {
            Threads::Callers(Some(runtime)) => Some(runtime.block_on(future)),
            Threads::Callers(None) | Threads::Own(..) => None,
        }
    }

    /// Ends the thread, if there is one; its calls in flight are dropped.
    pub(crate) fn stop(&self) {
        if let Threads::Own(_, stop) = &self.threads {
            stop.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }

    /// Between two calls nobody drives the sockets: before the first request after a pause, see which are closed.
    pub(crate) async fn catch_up(&self) {
        if now().monotonic.saturating_sub(self.last.load(Ordering::Relaxed)) > A_PAUSE {
            turns(2).await;
        }
    }

    /// After a call: connections that it has given up are closed before the sockets rest.
    pub(crate) fn rest(&self, is_given_up: bool) {
        self.last.store(now().monotonic, Ordering::Relaxed);
        if is_given_up {
            self.block_on(turns(8));
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Threads::Callers(runtime) = &mut self.threads
            && let Some(runtime) = runtime.take()
        {
            // A plain drop would wait for a name lookup that hangs.
            runtime.shutdown_background();
        }
    }
}

/// Lets the runtime look at its sockets and tasks, so many times.
async fn turns(count: u32) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

fn runtime() -> Result<Runtime, Error> {
    Builder::new_current_thread().enable_io().enable_time().max_blocking_threads(LOOKUPS).build().map_err(failed)
}

fn failed(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Transport, format!("no runtime can be started: {error}"))
}

/// In milliseconds.
const A_PAUSE: u64 = 200;
/// Threads for name lookups; they end by themselves when idle.
const LOOKUPS: usize = 4;
