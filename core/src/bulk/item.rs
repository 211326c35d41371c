//! The call of one item: any act, and its run hears how it ends.

use crate::act::Act;
use crate::endpoint::Outcome;
use crate::error::Error;
use crate::machine::{Answer, Machine, Observation, Step};
use crate::session::Session;
use crate::time::Instant;

use super::Bulk;

/// One item under way.
#[derive(Debug)]
pub struct Item {
    act: Act,
    bulk: Bulk,
    number: usize,
    is_sending: bool,
    is_over: bool,
}

impl Item {
    pub(super) const fn new(act: Act, bulk: Bulk, number: usize) -> Self {
        Self { act, bulk, number, is_sending: false, is_over: false }
    }

    /// The run hears of the end as soon as there is one, and once.
    fn look(&mut self) {
        if let Some(result) = self.act.result().filter(|_| !self.is_over) {
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
        let step = self.act.poll(now);
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
        let observation = self.act.handle(now, answer);
        self.look();
        observation
    }

    fn started(&self) -> Option<Observation> {
        self.act.started()
    }

    fn cancel(&mut self) -> Error {
        let error = self.act.cancel();
        self.look();
        error
    }

    fn session(&self) -> &Session {
        self.act.session()
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
