//! What the engine's thread tells an event loop: one queue for each loop, emptied in batches.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use feishu_corehr::{Answer, Effect, Error};
use pyo3::prelude::*;
use tokio::sync::{Notify, oneshot};

use crate::call::{Job, Output};
use crate::callback::{Callbacks, Question, Told};
use crate::error::panicked;
use crate::runtime::OwnProcess;
use crate::waker::{Waker, WakerThread};

/// Something that a call tells the loop. The first number is the call's.
pub(crate) enum Event {
    /// The call is over.
    Done(u64, Box<Result<Output, Error>>),
    /// The callback of that number is not waited for any more.
    Forgotten(u64, u64),
    Told(u64, Box<Told>),
    /// Run a callback, which gets that number, and send its answer.
    Question(u64, u64, Box<Question>, oneshot::Sender<Answer>),
}

/// The events that a loop has not seen yet.
pub(crate) struct Events {
    waiting: Mutex<Vec<Event>>,
    next_number: AtomicU64,
    pub(crate) waker: Waker,
    /// Wakes the loop in the waker's place, where the loop cannot watch a socket.
    thread: OnceLock<WakerThread>,
    /// For a thread that waits in the engine.
    news: Notify,
}

impl Events {
    pub(crate) fn new() -> std::io::Result<Self> {
        let waker = Waker::new()?;
        Ok(Self {
            waiting: Mutex::default(),
            next_number: AtomicU64::new(1),
            waker,
            thread: OnceLock::new(),
            news: Notify::new(),
        })
    }

    /// A number for a call or a callback that no other one of this loop has.
    pub(crate) fn number(&self) -> u64 {
        self.next_number.fetch_add(1, Ordering::Relaxed)
    }

    /// From now on `call` is called, on a thread of its own, when there is something new.
    pub(crate) fn wake_by(&self, call: Py<PyAny>) -> std::io::Result<()> {
        let _ = self.thread.set(WakerThread::new(call)?);
        Ok(())
    }

    /// Takes all that is waiting.
    pub(crate) fn take(&self) -> Vec<Event> {
        self.waker.clear();
        std::mem::take(&mut *self.waiting())
    }

    /// Resolves when there is something new.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }

    fn put(&self, event: Event) {
        let mut waiting = self.waiting();
        waiting.push(event);
        // The loop is woken once for a batch: if something was waiting already, so was the wake.
        if waiting.len() > 1 {
            return;
        }
        drop(waiting);
        self.news.notify_one();
        match self.thread.get() {
            None => self.waker.wake(),
            Some(thread) => thread.wake(),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Event>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The engine's end of one call: everything that the call tells its loop goes through here.
pub(crate) struct Sender {
    pub(crate) events: Arc<OwnProcess<Events>>,
    pub(crate) call: u64,
}

impl Callbacks for Sender {
    fn ask(&self, question: Question) -> impl Future<Output = Answer> {
        let callback = self.events.number();
        let (reply, answer) = oneshot::channel();
        self.events.put(Event::Question(self.call, callback, Box::new(question), reply));
        let asked = Asked { sender: self, callback, is_answered: false };
        async move {
            let mut asked = asked;
            let answer = answer.await.unwrap_or(Answer::Late);
            asked.is_answered = true;
            answer
        }
    }

    fn tell(&self, told: Told) {
        self.events.put(Event::Told(self.call, Box::new(told)));
    }
}

/// Forgets a callback when its answer is not waited for any more.
struct Asked<'a> {
    sender: &'a Sender,
    callback: u64,
    is_answered: bool,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.sender.events.put(Event::Forgotten(self.sender.call, self.callback));
        }
    }
}

/// Tells a call's end when it is dropped, so that no end is missed: a result, a panic, or that the engine stopped.
pub(crate) struct Completion {
    pub(crate) sender: Sender,
    pub(crate) job: Arc<Job>,
    pub(crate) result: Option<Result<Output, Error>>,
    /// Where the call's effect is kept for who cancels it when it is over.
    pub(crate) effect: Arc<OnceLock<Effect>>,
}

impl Drop for Completion {
    fn drop(&mut self) {
        let stopped = || Err(if std::thread::panicking() { panicked() } else { self.job.cancel() });
        let result = self.result.take().unwrap_or_else(stopped);
        let effect = match &result {
            Ok(_) if self.job.is_write() => Effect::Applied,
            Ok(_) => Effect::None,
            Err(error) => error.effect,
        };
        let _ = self.effect.set(effect);
        self.sender.events.put(Event::Done(self.sender.call, Box::new(result)));
    }
}
