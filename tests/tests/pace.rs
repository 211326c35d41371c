//! The pace of calls against servers that count: how much of their limit is used, and how much is refused.
//!
//! Virtual time, each client with as many calls as there are turns for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use feishu_corehr::limit::{RateLimiter, Slot};
use feishu_corehr::retry::{self, Random};
use feishu_corehr::{Instant, Quota};

/// To the server and back, in milliseconds, give or take a fifth.
const ROUND_TRIP: u64 = 120;
/// Calls that a client has going at once.
const IN_FLIGHT: usize = 64;

/// What has come out of a run, from a moment on.
#[derive(Debug, Default)]
struct Outcome {
    accepted: u64,
    refused: u64,
    /// When the last call was accepted, in milliseconds.
    end: u64,
}

impl Outcome {
    /// The part of what was sent that was refused.
    fn refused(&self) -> f64 {
        self.refused as f64 / (self.accepted + self.refused) as f64
    }
}

#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Event {
    Answered { is_accepted: bool, reset: u64 },
    Arrives,
    Leaves,
}

/// When a window of the server begins.
#[derive(Clone, Copy, Debug)]
enum Windows {
    /// One after the other, whatever comes.
    Fixed,
    /// With the first call after the last one has ended.
    Opened,
}

/// Calls that go on until they are accepted: so many of each client, for at most so long.
#[derive(Clone)]
struct Run {
    limit: Quota,
    windows: Windows,
    believed: Quota,
    calls: Vec<usize>,
    duration: u64,
    count_from: u64,
}

impl Run {
    fn play(&self, seed: u64) -> Outcome {
        let mut random = Random::new(seed);
        let mut limiters: Vec<RateLimiter> = self.calls.iter().map(|_| RateLimiter::new(self.believed)).collect();
        let mut left = self.calls.clone();
        let mut slots: Vec<Vec<Option<Slot>>> = vec![vec![None; IN_FLIGHT]; left.len()];
        let mut throttles = vec![vec![0; IN_FLIGHT]; left.len()];
        let mut events = BinaryHeap::new();
        for (client, left) in left.iter_mut().enumerate() {
            // The clients do not start together.
            let start = random.below(400);
            for worker in 0..IN_FLIGHT {
                *left -= 1;
                events.push(Reverse((start, client, worker, Event::Leaves)));
            }
        }
        let length = self.limit.window;
        // When the last window ended or this one ends.
        let (mut end, mut used) = (random.below(length), 0);
        let mut outcome = Outcome::default();
        while let Some(Reverse((time, client, worker, event))) = events.pop() {
            if time > self.duration {
                break;
            }
            let now = Instant { monotonic: time, wall: time };
            let limiter = &mut limiters[client];
            let half = ROUND_TRIP / 2 * 4 / 5 + random.below(ROUND_TRIP / 5);
            match event {
                Event::Leaves => match slots[client][worker] {
                    Some(slot) if limiter.is_good(slot) && slot.at <= time => {
                        events.push(Reverse((time + half, client, worker, Event::Arrives)));
                    }
                    _ => {
                        let slot = limiter.turn(now, u64::MAX).expect("there is time");
                        slots[client][worker] = Some(slot);
                        events.push(Reverse((slot.at, client, worker, Event::Leaves)));
                    }
                },
                Event::Arrives => {
                    if time >= end {
                        end = match self.windows {
                            Windows::Fixed => end + (time - end) / length * length + length,
                            Windows::Opened => time + length,
                        };
                        used = 0;
                    }
                    used += 1;
                    let is_accepted = used <= self.limit.calls;
                    let reset = (end - time).div_ceil(1_000) * 1_000;
                    if time >= self.count_from {
                        outcome.accepted += u64::from(is_accepted);
                        outcome.refused += u64::from(!is_accepted);
                    }
                    if is_accepted {
                        outcome.end = time;
                    }
                    events.push(Reverse((time + half, client, worker, Event::Answered { is_accepted, reset })));
                }
                Event::Answered { is_accepted: true, .. } => {
                    slots[client][worker] = None;
                    throttles[client][worker] = 0;
                    if left[client] > 0 {
                        left[client] -= 1;
                        events.push(Reverse((time, client, worker, Event::Leaves)));
                    }
                }
                Event::Answered { is_accepted: false, reset } => {
                    let pause = retry::throttle(Some(reset), throttles[client][worker], &mut random);
                    throttles[client][worker] += 1;
                    limiter.shut(now, pause, slots[client][worker].take());
                    events.push(Reverse((time + pause, client, worker, Event::Leaves)));
                }
            }
        }
        outcome
    }
}

const SEEDS: u64 = 20;
const WITHDRAWALS: Quota = Quota { calls: 50, window: 1_000 };
const ENDLESS: usize = 1_000_000;

fn played(run: &Run) -> impl Iterator<Item = Outcome> + '_ {
    (0..SEEDS).map(|seed| run.play(seed))
}

/// The parts of the limit that were used, from the least to the most, when nothing but the first moments was let out.
fn used(run: &Run) -> Vec<f64> {
    let possible = f64::from(run.limit.calls) * (run.duration - run.count_from) as f64 / run.limit.window as f64;
    let mut used: Vec<f64> = played(run).map(|outcome| outcome.accepted as f64 / possible).collect();
    used.sort_by(f64::total_cmp);
    used
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

#[test]
fn a_job_alone_has_almost_the_whole_limit() {
    for (calls, longest) in [(1_000, 21_000), (5_000, 115_000)] {
        for windows in [Windows::Fixed, Windows::Opened] {
            let (limit, believed, duration) = (WITHDRAWALS, WITHDRAWALS, u64::MAX / 2);
            let run = Run { limit, windows, believed, calls: vec![calls], duration, count_from: 0 };
            for outcome in played(&run) {
                assert_eq!(outcome.accepted, calls as u64);
                assert!(outcome.end <= longest && outcome.refused() <= 0.005, "{calls}: {outcome:?}");
            }
        }
    }
}

#[test]
fn a_limit_below_the_documented_one_is_found_out() {
    // Half, and nine tenths: that one costs no fall to half each time when the whole was tried again.
    for (calls, windows, least) in [
        (25, Windows::Fixed, 0.85),
        (25, Windows::Opened, 0.83),
        (45, Windows::Fixed, 0.82),
        (45, Windows::Opened, 0.81),
    ] {
        let limit = Quota { calls, window: 1_000 };
        let (duration, count_from) = (300_000, 1_000);
        let run = Run { limit, windows, believed: WITHDRAWALS, calls: vec![ENDLESS], duration, count_from };
        let used = used(&run);
        assert!(used[0] >= least, "{calls}, {windows:?}: {used:?}");
        assert!(played(&run).all(|outcome| outcome.refused() <= 0.005));
    }
}

#[test]
fn clients_that_do_not_know_of_each_other_share_a_limit() {
    // At first both send all that the limit allows, since neither can know of the other: that costs some 50 refusals.
    for (windows, most_refused) in [(Windows::Fixed, 0.005), (Windows::Opened, 0.006)] {
        let (limit, believed) = (WITHDRAWALS, WITHDRAWALS);
        let run = Run { limit, windows, believed, calls: vec![ENDLESS; 2], duration: 300_000, count_from: 2_000 };
        let used = used(&run);
        assert!(mean(used.iter().copied()) >= 0.85 && used[0] >= 0.8, "{windows:?}: {used:?}");
        for outcome in played(&run) {
            assert!(outcome.refused() <= most_refused, "{windows:?}: {outcome:?}");
        }
    }
}

#[test]
fn what_another_client_has_used_is_found_free_when_it_ends() {
    let one_ends = |limit: Quota, calls, windows| {
        let (window, believed) = (limit.window, limit);
        let calls = vec![calls, ENDLESS];
        Run { limit, windows, believed, calls, duration: 180 * window, count_from: 2 * window }
    };
    let lists = Quota { calls: 20, window: 60_000 };
    for (run, least) in [
        (one_ends(WITHDRAWALS, 1_250, Windows::Fixed), 0.84),
        (one_ends(WITHDRAWALS, 1_250, Windows::Opened), 0.8),
        (one_ends(lists, 400, Windows::Fixed), 0.9),
        (one_ends(lists, 400, Windows::Opened), 0.88),
    ] {
        let used = used(&run);
        assert!(mean(used.iter().copied()) >= least, "{:?}, {:?}: {used:?}", run.limit, run.windows);
    }
}
