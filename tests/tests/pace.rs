//! The pace of calls against servers that count: how much of their limit is used, and how much is refused.
//!
//! Virtual time, and servers that count in fixed windows, each client with as many calls as there are turns for.

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

/// One call that goes on until it is accepted: at most so many of each client, for at most so long.
struct Run {
    limit: Quota,
    believed: Quota,
    clients: usize,
    calls: usize,
    duration: u64,
    count_from: u64,
}

impl Run {
    fn play(&self, seed: u64) -> Outcome {
        let mut random = Random::new(seed);
        let mut limiters: Vec<RateLimiter> = (0..self.clients).map(|_| RateLimiter::new(self.believed)).collect();
        let mut left = vec![self.calls; self.clients];
        let mut slots: Vec<Vec<Option<Slot>>> = vec![vec![None; IN_FLIGHT]; self.clients];
        let mut throttles = vec![vec![0; IN_FLIGHT]; self.clients];
        let mut events = BinaryHeap::new();
        for (client, left) in left.iter_mut().enumerate() {
            // The clients do not start together.
            let start = random.below(400);
            for worker in 0..IN_FLIGHT {
                *left -= 1;
                events.push(Reverse((start, client, worker, Event::Leaves)));
            }
        }
        let offset = random.below(self.limit.window);
        let (mut window, mut used) = (0, 0);
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
                    let current = (time + offset) / self.limit.window;
                    if current != window {
                        (window, used) = (current, 0);
                    }
                    used += 1;
                    let is_accepted = used <= self.limit.calls;
                    let reset = ((current + 1) * self.limit.window - offset - time).div_ceil(1_000) * 1_000;
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

fn played(run: &Run) -> impl Iterator<Item = Outcome> + '_ {
    (0..SEEDS).map(|seed| run.play(seed))
}

#[test]
fn a_job_alone_has_almost_the_whole_limit() {
    for (calls, longest) in [(1_000, 21_000), (5_000, 115_000)] {
        let run =
            Run { limit: WITHDRAWALS, believed: WITHDRAWALS, clients: 1, calls, duration: u64::MAX / 2, count_from: 0 };
        for outcome in played(&run) {
            assert_eq!(outcome.accepted, calls as u64);
            assert!(outcome.end <= longest && outcome.refused() <= 0.005, "{calls}: {outcome:?}");
        }
    }
}

#[test]
fn a_limit_of_half_the_documented_one_is_found_out() {
    let limit = Quota { calls: 25, window: 1_000 };
    let (duration, count_from) = (120_000, 1_000);
    let run = Run { limit, believed: WITHDRAWALS, clients: 1, calls: 1_000_000, duration, count_from };
    for outcome in played(&run) {
        let used = outcome.accepted as f64 / (25.0 * 119.0);
        assert!(used >= 0.8 && outcome.refused() <= 0.005, "{used}: {outcome:?}");
    }
}

#[test]
fn two_processes_that_do_not_know_of_each_other_share_a_limit() {
    let (calls, duration) = (1_000_000, 300_000);
    // At first both send all that the limit allows, since neither can know of the other: that costs some 50 refusals.
    let run = Run { limit: WITHDRAWALS, believed: WITHDRAWALS, clients: 2, calls, duration, count_from: 2_000 };
    for outcome in played(&run) {
        let used = outcome.accepted as f64 / (50.0 * 298.0);
        assert!(used >= 0.85 && outcome.refused() <= 0.005, "{used}: {outcome:?}");
    }
}
