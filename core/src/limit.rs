//! A quota kept before the server has to enforce it, and obeyed when it does.

use std::collections::VecDeque;

use crate::time::Instant;

/// So many calls in so many milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct Quota {
    /// How many calls.
    pub calls: u32,
    /// In how long, in milliseconds.
    pub window: u64,
}

impl Quota {
    /// So many calls a second.
    pub const fn per_second(calls: u32) -> Self {
        Self { calls, window: 1_000 }
    }

    /// So many calls a minute.
    pub const fn per_minute(calls: u32) -> Self {
        Self { calls, window: 60_000 }
    }

    /// The part of the quota that one of several processes may use; less than one call makes the window longer.
    #[must_use]
    pub fn share(self, share: f64) -> Self {
        let calls = f64::from(self.calls) * share;
        if calls >= 1.0 {
            // `as` truncates, which is what a share needs: two halves never add up to more than the whole.
            Self { calls: calls as u32, ..self }
        } else {
            Self { calls: 1, window: (self.window as f64 / calls) as u64 }
        }
    }
}

/// A turn that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// When to send, by the monotonic clock in milliseconds.
    pub at: u64,
    /// How often the server had asked for silence when it was given.
    shuts: u64,
}

/// When the next call may go: no window of the quota's length ever holds more calls than the quota.
///
/// A whole quota may go at once, so that a short job never waits. The limit counts what is sent, not what is
/// answered, since the server counts so too. Turns are given in the order in which they are asked for.
#[derive(Clone, Debug)]
pub struct RateLimiter {
    calls: usize,
    window: u64,
    /// The turns given, oldest first, by the monotonic clock: those of the last window, and those ahead.
    turns: VecDeque<u64>,
    /// Until when the server has asked for silence.
    shut_until: u64,
    /// How often it has.
    shuts: u64,
}

impl RateLimiter {
    /// A limiter that has seen no call. Its window is 4 % longer than the quota's: requests that leave evenly
    /// arrive unevenly, and the server counts arrivals.
    pub const fn new(quota: Quota) -> Self {
        Self {
            calls: quota.calls as usize,
            window: quota.window.saturating_add(quota.window / 25),
            turns: VecDeque::new(),
            shut_until: 0,
            shuts: 0,
        }
    }

    /// Gives the next turn, by the monotonic clock; when that would be later than `latest`, takes none and says how
    /// many milliseconds it would have been.
    pub fn turn(&mut self, now: Instant, latest: u64) -> Result<Slot, u64> {
        while self.turns.front().is_some_and(|turn| turn.saturating_add(self.window) <= now.monotonic) {
            self.turns.pop_front();
        }
        // The turn that this one must keep its distance from.
        let before = self.turns.len().checked_sub(self.calls).and_then(|index| self.turns.get(index));
        let free = before.map_or(0, |turn| turn.saturating_add(self.window));
        let turn = now.monotonic.max(self.shut_until).max(free);
        if turn > latest {
            return Err(turn - now.monotonic);
        }
        self.turns.push_back(turn);
        Ok(Slot { at: turn, shuts: self.shuts })
    }

    /// Whether a turn still counts: not when the server has asked for silence since it was given.
    pub const fn is_good(&self, slot: Slot) -> bool {
        slot.shuts == self.shuts
    }

    /// Nothing goes for so many milliseconds: the server has said so.
    pub fn shut(&mut self, now: Instant, milliseconds: u64) {
        self.shut_until = self.shut_until.max(now.monotonic.saturating_add(milliseconds));
        self.shuts += 1;
        // The turns ahead are void; whoever holds one asks again.
        self.turns.retain(|turn| *turn <= now.monotonic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Instant {
        Instant::default().after(milliseconds)
    }

    fn given(slot: Result<Slot, u64>) -> Result<u64, u64> {
        slot.map(|slot| slot.at)
    }

    #[test]
    fn no_window_holds_more_calls_than_the_quota() {
        let mut limiter = RateLimiter::new(Quota { calls: 3, window: 100 });
        let mut now = 0;
        let turns: Vec<u64> = (0..50)
            .map(|call| {
                now += call % 7 * 9;
                limiter.turn(at(now), u64::MAX).unwrap().at
            })
            .collect();
        for turns in turns.windows(4) {
            assert!(turns[3] - turns[0] >= 104, "{turns:?}");
        }
    }

    #[test]
    fn a_whole_quota_may_go_at_once_and_the_next_call_waits_its_turn() {
        let mut limiter = RateLimiter::new(Quota::per_minute(20));
        assert!((0..20).all(|_| given(limiter.turn(at(5), 5)) == Ok(5)));
        assert_eq!(given(limiter.turn(at(6), 60_000)), Err(62_399), "too late for this caller: no turn is taken");
        assert_eq!(given(limiter.turn(at(6), 70_000)), Ok(62_405));
    }

    #[test]
    fn the_gate_stays_shut_as_long_as_the_server_asked_and_never_opens_earlier() {
        let mut limiter = RateLimiter::new(Quota::per_second(50));
        limiter.shut(at(0), 2_000);
        limiter.shut(at(10), 100);
        assert_eq!(given(limiter.turn(at(500), u64::MAX)), Ok(2_000));
    }

    #[test]
    fn after_a_shut_gate_the_pace_is_kept_and_turns_given_before_are_void() {
        let mut limiter = RateLimiter::new(Quota { calls: 1, window: 100 });
        let first = limiter.turn(at(0), 999).unwrap();
        let ahead = limiter.turn(at(0), 999).unwrap();
        assert_eq!((first.at, ahead.at), (0, 104));
        limiter.shut(at(50), 10);
        assert!(!limiter.is_good(ahead), "even when its time comes after the silence");
        let again = limiter.turn(at(104), 999).unwrap();
        assert_eq!((again.at, limiter.is_good(again)), (104, true), "what was sent at 0 is still remembered");
        assert_eq!(given(limiter.turn(at(104), 999)), Ok(208));
    }

    #[test]
    fn shares_never_add_up_to_more_than_the_whole() {
        assert_eq!(Quota::per_minute(20).share(0.5), Quota::per_minute(10));
        assert_eq!(Quota::per_minute(100).share(0.333), Quota::per_minute(33));
        assert_eq!(Quota::per_minute(20).share(0.01), Quota { calls: 1, window: 300_000 });
    }
}
