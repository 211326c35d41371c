//! What belongs to one process: a runtime, connections and a session. A forked child makes its own.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::process;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant as Clock};

use feishu_corehr::{Error, Session};
use tokio::runtime::{self, Handle, Runtime};
use tokio::sync::oneshot;

use crate::error::scarce;
use crate::options::Options;
use crate::transport::{Network, POOL_IDLE, turns};

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
    idle: IdleThread,
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
        Builder::new().name("feishu-corehr".to_owned()).spawn(run).map_err(failed)?;
        Self::new(options, Threads::Own(handle, Mutex::new(Some(stop))))
    }

    fn new(options: &Options, threads: Threads) -> Result<Self, Error> {
        Ok(Self { session: options.session()?, network: options.network()?, threads, idle: IdleThread::default() })
    }

    /// Runs a future on the calling thread. While it waits, the thread drives everybody's sockets.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> Option<F::Output> {
        match &self.threads {
            Threads::Callers(Some(runtime)) => Some(runtime.block_on(future)),
            Threads::Callers(None) | Threads::Own(..) => None,
        }
    }

    /// Where calls run that no thread drives by itself.
    pub(crate) fn handle(&self) -> Option<Handle> {
        match &self.threads {
            Threads::Callers(runtime) => runtime.as_ref().map(|runtime| runtime.handle().clone()),
            Threads::Own(handle, _) => Some(handle.clone()),
        }
    }

    /// Ends the thread, if there is one; its calls in flight are dropped.
    pub(crate) fn stop(&self) {
        if let Threads::Own(_, stop) = &self.threads {
            stop.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }

    /// After a call: connections that it has given up are closed before the sockets rest.
    pub(crate) fn rest(this: &Arc<OwnProcess<Self>>, is_given_up: bool) {
        if is_given_up {
            this.block_on(turns(8));
        }
        if this.network.as_ref().is_some_and(Network::has_kept) {
            this.idle.after_a_call(this);
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
        self.idle.end();
    }
}

/// Closes idle connections where nobody drives the sockets: between two calls of threads. It is a thread that sleeps
/// until the last call is long enough ago, does that once, and ends; the next call begins another.
#[derive(Default)]
struct IdleThread(Arc<(Mutex<Watch>, Condvar)>);

#[derive(Default)]
struct Watch {
    /// When the last call ended.
    last: Option<Clock>,
    is_running: bool,
    is_over: bool,
}

impl IdleThread {
    fn after_a_call(&self, engine: &Arc<OwnProcess<Engine>>) {
        let mut watch = lock(&self.0.0);
        watch.last = Some(Clock::now());
        if watch.is_running {
            return;
        }
        let (engine, shared) = (Arc::downgrade(engine), self.0.clone());
        let wait = move || {
            let (watch, changed) = &*shared;
            let mut watch = lock(watch);
            while !watch.is_over {
                let left = watch.last.map_or(Duration::ZERO, |last| IDLE.saturating_sub(last.elapsed()));
                if left.is_zero() {
                    break;
                }
                watch = changed.wait_timeout(watch, left).unwrap_or_else(PoisonError::into_inner).0;
            }
            watch.is_running = false;
            drop(watch);
            if let Some(engine) = engine.upgrade() {
                engine.block_on(turns(8));
            }
        };
        // Without a thread to spare the connections are closed at the next call.
        watch.is_running = Builder::new().name("feishu-corehr-idle".to_owned()).spawn(wait).is_ok();
    }

    fn end(&self) {
        lock(&self.0.0).is_over = true;
        self.0.1.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn runtime() -> Result<Runtime, Error> {
    runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .max_blocking_threads(LOOKUPS)
        .build()
        .map_err(failed)
}

fn failed(error: std::io::Error) -> Error {
    scarce("no runtime can be started", &error)
}

/// How long after the last call all its connections have been idle for too long.
const IDLE: Duration = POOL_IDLE.saturating_add(Duration::from_millis(250));
/// Threads for name lookups; they end by themselves when idle.
const LOOKUPS: usize = 4;
