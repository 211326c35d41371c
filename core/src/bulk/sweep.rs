//! What is in doubt when everything else has ended: found out by reading, and for many by listing first.
//!
//! A list answers ids alone. What it proves is the status that it was asked for, so a few of those that it names are read
//! before the others are believed; whatever it does not name is read.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::plan::Plan;
use crate::endpoint::{Endpoint, Reply};
use crate::error::Error;
use crate::pages::Pages;
use crate::process::{ListProcesses, Status};

/// How far the sweep is.
#[derive(Debug)]
pub(super) enum Sweep {
    /// Other items are still to do.
    NotYet,
    /// Pages are asked for, one after the other.
    Listing(Box<Listing>),
    /// A few of those that were listed are read.
    Checking(Box<Checking>),
    /// The rest is read.
    Reading,
}

/// What a list has said of one item.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) status: i64,
    pub(super) log_id: Option<String>,
}

/// The items that lists have named.
pub(super) type Found = BTreeMap<usize, Listed>;

/// The walk through the lists of the processes that have each status which the act is meant to reach.
#[derive(Debug)]
pub(super) struct Listing {
    /// The items in doubt, sorted by their ids.
    by_id: Vec<usize>,
    goal: i64,
    goals: &'static [i64],
    span: (i64, i64),
    pages: Pages<ListProcesses>,
    pages_left: usize,
    next: Option<ListProcesses>,
    found: Found,
}

impl Listing {
    /// The lists since the first of these items may have been sent, at `since`; nothing where reading is as good.
    pub(super) fn new(
        plan: &Plan,
        doubts: &VecDeque<usize>,
        goals: &'static [i64],
        since: u64,
        now: u64,
    ) -> Option<Self> {
        if doubts.len() <= MOST_READS {
            return None;
        }
        let (goal, goals) = goals.split_first()?;
        let span = (i64::try_from(since.saturating_sub(MARGIN)).ok()?, i64::try_from(now).ok()?);
        let pages = pages(*goal, span).ok()?;
        let mut by_id: Vec<usize> = doubts.iter().copied().collect();
        by_id.sort_unstable_by_key(|number| plan.id(*number));
        let pages_left = doubts.len() / READS_PER_PAGE;
        let mut made = Self { by_id, goal: *goal, goals, span, pages, pages_left, next: None, found: Found::new() };
        made.next = made.choose();
        made.next.is_some().then_some(made)
    }

    /// The page to ask for.
    pub(super) fn request(&self) -> Option<&ListProcesses> {
        self.next.as_ref()
    }

    /// Takes a page; says whether there is another one to ask for.
    pub(super) fn take(&mut self, plan: &Plan, reply: &Reply) -> bool {
        self.pages_left = self.pages_left.saturating_sub(1);
        let page = ListProcesses::decode(reply);
        self.next = page.ok().and_then(|page| {
            for id in self.pages.take(&page) {
                if let Ok(place) = self.by_id.binary_search_by_key(&id.as_str(), |number| plan.id(*number)) {
                    let listed = Listed { status: self.goal, log_id: reply.log_id.clone() };
                    self.found.insert(self.by_id[place], listed);
                }
            }
            self.choose()
        });
        self.next.is_some()
    }

    /// What was named until now.
    pub(super) fn found(self) -> Found {
        self.found
    }

    /// The next page, as long as asking for it may save more time than it takes. A page that leads nowhere is the end.
    fn choose(&mut self) -> Option<ListProcesses> {
        if self.pages_left == 0 || self.found.len() == self.by_id.len() {
            return None;
        }
        if let Some(request) = self.pages.next_request().ok()? {
            return Some(request);
        }
        let (goal, goals) = self.goals.split_first()?;
        (self.goal, self.goals) = (*goal, goals);
        self.pages = pages(self.goal, self.span).ok()?;
        self.pages.next_request().ok()?
    }
}

fn pages(goal: i64, (from, to): (i64, i64)) -> Result<Pages<ListProcesses>, Error> {
    Pages::new(ListProcesses { statuses: vec![Status::from_number(goal)], ..ListProcesses::new(from, to) })
}

/// Whether the lists are to be believed: a few of the items that they name are read.
#[derive(Debug)]
pub(super) struct Checking {
    found: Found,
    checks: BTreeSet<usize>,
}

impl Checking {
    /// A few, from everywhere in what was found.
    pub(super) fn new(found: Found) -> Self {
        let checks = found.keys().step_by(found.len().div_ceil(CHECKS).max(1)).copied().collect();
        Self { found, checks }
    }

    /// Those that are read and have not ended yet.
    pub(super) const fn checks(&self) -> &BTreeSet<usize> {
        &self.checks
    }

    /// One was read. When it was the last, says what is to be believed; nothing of it where one stood elsewhere.
    pub(super) fn read(&mut self, number: usize, is_as_listed: bool) -> Option<Found> {
        if !self.checks.remove(&number) {
            return None;
        }
        self.found.remove(&number);
        if !is_as_listed {
            return Some(Found::new());
        }
        self.checks.is_empty().then(|| std::mem::take(&mut self.found))
    }
}

/// So many are read without listing.
const MOST_READS: usize = 60;
/// So many can be read, a hundred a minute, in the time that a page takes, of which there are twenty.
const READS_PER_PAGE: usize = 5;
/// So many of those that were listed are read before the others are believed.
const CHECKS: usize = 5;
/// How far the clocks may differ, in milliseconds.
const MARGIN: u64 = 5 * 60_000;
