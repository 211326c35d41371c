//! Which items of a run have their turn: as many as the quotas have room for.

use super::{Going, LONGEST_WAIT, MOST_IN_FLIGHT, Run};
use crate::act::ReadBack;
use crate::bulk::sweep::{Listing, Sweep};
use crate::endpoint::Endpoint;
use crate::process::{GetProcess, ListProcesses};
use crate::proof::Sign;
use crate::time::Instant;

impl Run {
    /// Takes the items that may be begun now. Says in how many milliseconds the next one may be, while there is one.
    pub(super) fn choose(&mut self, now: Instant) -> Option<u64> {
        if self.drain.is_some() {
            return None;
        }
        let has_more = self.peek().is_some();
        if !has_more && self.going.is_empty() && self.results.is_empty() && !self.is_sweeping() {
            self.sweep = self.listing(now).map_or(Sweep::Reading, |listing| Sweep::Listing(Box::new(listing)));
        }
        if matches!(self.sweep, Sweep::Listing(_)) {
            return Some(self.begin_page(now));
        }
        self.peek()?;
        let most = self.options.max_in_flight.map_or(MOST_IN_FLIGHT, |most| most as usize);
        let free = most.saturating_sub(self.going.len());
        if free == 0 {
            return Some(LONGEST_WAIT);
        }
        // Those that have sent nothing yet take their turns before anything that begins now.
        let fresh = self.going.values().filter(|going| **going == Going::Fresh).count();
        let reads_first = self.is_sweeping() || self.options.act.check_first;
        let write = (!self.is_sweeping()).then(|| self.session.room(self.template.operation(), now, fresh + free));
        let read = reads_first.then(|| self.session.room(const { &GetProcess::OPERATION }, now, fresh + free));
        let rooms = [write, read].into_iter().flatten();
        let (room, delay) = rooms.min_by_key(|(room, _)| *room).unwrap_or_default();
        for _ in fresh..room {
            let number = self.peek()?;
            self.take(number);
            self.intents.push(number);
        }
        Some(if room < fresh + free { delay } else { LONGEST_WAIT })
    }

    /// The next item to begin.
    pub(super) fn peek(&mut self) -> Option<usize> {
        let doubt = self.doubts.front().copied();
        match &self.sweep {
            Sweep::NotYet => {}
            Sweep::Listing(_) => return None,
            Sweep::Checking(checking) => return doubt.filter(|number| checking.checks().contains(number)),
            Sweep::Reading => return doubt,
        }
        if let Some(number) = self.again.front() {
            return Some(*number);
        }
        while self.is_settled.get(self.next) == Some(&true) {
            self.next += 1;
        }
        (self.next < self.plan.len()).then_some(self.next)
    }

    pub(super) fn take(&mut self, number: usize) {
        if self.is_sweeping() {
            self.doubts.pop_front();
        } else if self.again.front() == Some(&number) {
            self.again.pop_front();
        } else {
            self.is_settled[number] = true;
            self.next += 1;
        }
    }

    /// What lists can say of many items in doubt; nothing where they are too few, or where nothing is to be read.
    pub(super) fn listing(&self, now: Instant) -> Option<Listing> {
        if self.options.act.read_back == ReadBack::Never {
            return None;
        }
        let Sign::Status { goals, .. } = self.template.of(self.plan.id(0)).proved_by()?.sign else { return None };
        Listing::new(&self.plan, &self.doubts, goals, self.first_intent?, now.wall)
    }

    /// The number of a call that is no item's.
    pub(super) fn page(&self) -> usize {
        self.plan.len()
    }

    pub(super) fn next_page(&self) -> Option<&ListProcesses> {
        if let Sweep::Listing(listing) = &self.sweep { listing.request() } else { None }
    }

    /// Lets the next page be asked for, or says in how many milliseconds it may be.
    pub(super) fn begin_page(&mut self, now: Instant) -> u64 {
        if self.going.is_empty() {
            match self.session.room(const { &ListProcesses::OPERATION }, now, 1) {
                (0, delay) => return delay,
                _ => self.ready.push(self.page()),
            }
        }
        LONGEST_WAIT
    }

    pub(super) const fn is_sweeping(&self) -> bool {
        !matches!(self.sweep, Sweep::NotYet)
    }
}
