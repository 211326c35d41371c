//! One call under way. Whatever breaks in here, it ends by a step that says what is known of its effect.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use feishu_corehr::error::fields;
use feishu_corehr::{Action, Effect, Error, Hosted, Observation, Operation, Replay};

use crate::clock::now;
use crate::failure::{Failure, guarded};
use crate::handles::Handle;
use crate::operations::Leave;
use crate::steps::{HostAnswer, HostStep, Turn};
use crate::waker::{self, Waker};

/// One call, from its first step to its last. Whoever holds it takes its steps one after the other.
#[derive(uniffi::Object)]
pub struct Call {
    hosted: Mutex<Hosted<Action>>,
    operation: &'static Operation,
    leave: Leave,
    has_sent: AtomicBool,
    _handle: Handle,
}

/// A call that has begun.
#[derive(uniffi::Record)]
pub struct Begun {
    /// The call.
    pub call: Arc<Call>,
    /// Its first step.
    pub step: HostStep,
}

#[uniffi::export]
impl Call {
    /// Takes what came of the step before, and says what comes next.
    pub fn next(&self, answer: HostAnswer) -> Result<Turn, Failure> {
        let turn = guarded(|| {
            let mut hosted = self.hosted();
            let told = match answer.into_answer() {
                Some(answer) => hosted.tell(now(), answer),
                None => hosted.late(now()),
            };
            let step = HostStep::new(told.step, hosted.limit(), self.leave);
            Ok(Turn { observation: told.observation, step })
        });
        let turn = turn.unwrap_or_else(|panicked| Turn { observation: None, step: self.broken(panicked) });
        self.note(&turn.step);
        Ok(turn)
    }

    /// What is known of the request that the last step sends, for whoever watches; nothing after any other step.
    pub fn started(&self) -> Result<Option<Observation>, Failure> {
        guarded(|| Ok(self.hosted().started()))
    }

    /// Has the pause of [`HostStep::Wait`] cut short: `waker` is called once, as soon as it may be over.
    pub fn wake(&self, waker: Arc<dyn Waker>) -> Result<(), Failure> {
        guarded(|| {
            self.hosted().wake(&waker::of(waker));
            Ok(())
        })
    }

    /// Ends the call, and says what it has done until now. No step follows.
    pub fn cancel(&self) -> Result<fields::Error, Failure> {
        guarded(|| Ok(self.hosted().cancel().into_fields()))
    }
}

impl Call {
    pub(crate) fn new(operation: &'static Operation, action: Action, leave: Leave) -> Arc<Self> {
        let (hosted, has_sent) = (Mutex::new(Hosted::new(action)), AtomicBool::new(false));
        Arc::new(Self { hosted, operation, leave, has_sent, _handle: Handle::open() })
    }

    pub(crate) fn begin(&self) -> HostStep {
        let step = guarded(|| {
            let mut hosted = self.hosted();
            let step = hosted.poll(now());
            Ok(HostStep::new(step, hosted.limit(), self.leave))
        });
        let step = step.unwrap_or_else(|panicked| self.broken(panicked));
        self.note(&step);
        step
    }

    fn note(&self, step: &HostStep) {
        if matches!(step, HostStep::Send { .. }) {
            self.has_sent.store(true, Ordering::SeqCst);
        }
    }

    /// What broke can tell nothing of what it has done; what it was made for and what it has handed out can.
    fn broken(&self, mut error: Error) -> HostStep {
        let is_read = self.operation.replay == Replay::Read;
        if is_read || !self.has_sent.load(Ordering::SeqCst) {
            error.effect = Effect::None;
        }
        error.operation = Some(self.operation.name.to_owned());
        HostStep::Failed { error: error.into_fields() }
    }

    fn hosted(&self) -> MutexGuard<'_, Hosted<Action>> {
        // A call that panicked has ended, and is not asked any more.
        self.hosted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
