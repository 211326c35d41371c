//! Many schedules, on as many threads as wanted.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::bulk::{Visited, simulate_run};
use crate::coverage::Coverage;
use crate::invariant::Violation;
use crate::schedule::{Options, simulate};

/// So many schedules a thread takes at a time.
const BATCH: u64 = 256;

/// How a campaign ended.
#[derive(Debug)]
pub struct Campaign {
    /// What the schedules have visited.
    pub coverage: Coverage,
    /// The lowest seed whose schedule breaks an invariant, as far as it was found, and what it breaks.
    pub found: Option<(u64, Violation)>,
}

/// Runs the schedules of `count` seeds, from `first` on, until one breaks an invariant.
pub fn campaign(first: u64, count: u64, threads: usize, options: &Options) -> Campaign {
    let next = AtomicU64::new(0);
    let run = || {
        let mut coverage = Coverage::default();
        loop {
            let start = next.fetch_add(BATCH, Ordering::Relaxed);
            if start >= count {
                return (coverage, None);
            }
            for index in start..(start + BATCH).min(count) {
                let seed = first.wrapping_add(index);
                if let Some(violation) = simulate(seed, options, &mut coverage).violation {
                    // The others finish what they have begun, so that the lowest seed is the same each time.
                    next.store(count, Ordering::Relaxed);
                    return (coverage, Some((seed, violation)));
                }
            }
        }
    };
    let results: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(run)).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });
    let mut campaign = Campaign { coverage: Coverage::default(), found: None };
    for (coverage, found) in results {
        campaign.coverage.add(&coverage);
        campaign.found = [campaign.found.take(), found].into_iter().flatten().min_by_key(|(seed, _)| *seed);
    }
    campaign
}

/// How a campaign of runs over many processes ended.
#[derive(Debug)]
pub struct Runs {
    /// What they have visited.
    pub visited: Visited,
    /// The first seed that was found to break an invariant, and what it breaks.
    pub found: Option<(u64, String)>,
}

/// Plays the runs of `count` seeds, from `first` on, until one breaks an invariant.
pub fn runs(first: u64, count: u64, threads: usize) -> Runs {
    let next = AtomicU64::new(0);
    let run = || {
        let mut visited = Visited::default();
        loop {
            let start = next.fetch_add(BATCH, Ordering::Relaxed);
            if start >= count {
                return (visited, None);
            }
            for index in start..(start + BATCH).min(count) {
                let seed = first.wrapping_add(index);
                let played = panic::catch_unwind(AssertUnwindSafe(|| simulate_run(seed, &mut visited)));
                if let Err(broken) = played.unwrap_or_else(|_| Err("NoPanic: see above".to_owned())) {
                    next.store(count, Ordering::Relaxed);
                    return (visited, Some((seed, broken)));
                }
            }
        }
    };
    let results: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(run)).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });
    let mut all = Runs { visited: Visited::default(), found: None };
    for (visited, found) in results {
        all.visited.items += visited.items;
        all.visited.writes += visited.writes;
        all.visited.crashes += visited.crashes;
        all.visited.unfinished += visited.unfinished;
        all.visited.pages += visited.pages;
        all.found = [all.found.take(), found].into_iter().flatten().min();
    }
    all
}
