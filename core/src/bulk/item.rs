//! One call of a run, an item's act or a page of a list, and its run hears how it ends.

use crate::action::Action;
use crate::endpoint::Outcome;
use crate::error::Error;
use crate::machine::{Answer, Machine, Observation, Step};
use crate::session::Session;
use crate::time::Instant;

use super::Bulk;

/// One call under way.
#[derive(Debug)]
pub struct Item {
    call: Action,
    bulk: Bulk,
    number: usize,
    is_sending: bool,
    is_over: bool,
}

impl Item {
    pub(super) const fn new(call: Action, bulk: Bulk, number: usize) -> Self {
        Self { call, bulk, number, is_sending: false, is_over: false }
    }

    /// The run hears of the end as soon as there is one, and once.
    fn look(&mut self) {
        // A page hears its end when it is polled; one that is cancelled before has said nothing.
        let Action::Act(act) = &self.call else { return };
        if let Some(result) = act.result().filter(|_| !self.is_over) {
            self.is_over = true;
            self.bulk.ended(self.number, result);
        }
    }

    fn set_sending(&mut self, is_sending: bool) {
        if self.is_sending != is_sending {
            self.is_sending = is_sending;
            self.bulk.sending(self.number, is_sending);
        }
    }
}

impl Machine for Item {
    type Output = Result<Outcome, Error>;

    fn poll(&mut self, now: Instant) -> Step<Self::Output> {
        if !self.is_sending && !self.is_over && self.bulk.is_draining() {
            return Step::Done(Err(self.cancel()));
        }
        let step = self.call.poll(now);
        self.set_sending(matches!(step, Step::Send(_)));
        if let Step::Done(result) = &step
            && !self.is_over
        {
            self.is_over = true;
            self.bulk.ended(self.number, result);
        }
        step
    }

    fn handle(&mut self, now: Instant, answer: Answer) -> Option<Observation> {
        self.set_sending(false);
        let observation = self.call.handle(now, answer);
        self.look();
        observation
    }

    fn started(&self) -> Option<Observation> {
        self.call.started()
    }

    fn cancel(&mut self) -> Error {
        let error = self.call.cancel();
        self.look();
        if !self.is_over {
            self.is_over = true;
            self.bulk.ended(self.number, &Err(error.clone()));
        }
        error
    }

    fn session(&self) -> &Session {
        self.call.session()
    }
}

impl Drop for Item {
    /// A host that forgets a call has cancelled it.
    fn drop(&mut self) {
        if !self.is_over {
            self.cancel();
        }
    }
}
