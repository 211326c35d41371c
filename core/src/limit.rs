//! A quota kept before the server has to enforce it, obeyed when it does, and found out where it is another one.

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

impl Slot {
    /// The turn of a call that no quota paces: now.
    pub(crate) const fn unpaced(now: Instant) -> Self {
        Self { at: now.monotonic, shuts: 0 }
    }
}

/// When the next call may go: no window of the quota's length ever holds more calls than the quota.
///
/// A whole quota may go at once, so that a short job never waits. The limit counts what is sent, not what is
/// answered, since the server counts so too. Turns are given in the order in which they are asked for.
///
/// Where the server takes less than the quota, as when others use it too, it says so by a refusal. Then the pace falls to
/// half, and at each further refusal to four fifths, once for all requests that were on their way, and calls go evenly
/// instead of all at once. From there it rises along a cubic curve: soon near the pace that was refused, slowly around it,
/// where the limit may be, and ever faster beyond, up to the whole, since whoever used the rest may have ended.
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
    /// What the last refusal has left; none before the first one.
    fall: Option<Fall>,
}

/// The pace since a refusal, in calls of a window.
#[derive(Clone, Copy, Debug)]
struct Fall {
    /// When it fell, by the monotonic clock.
    at: u64,
    /// To what.
    pace: f64,
    /// What it soon reaches again, and leaves slowly.
    plateau: f64,
}

/// What is left of the whole quota after the first refusal, when nothing is known of the server's own.
const FIRST_DECREASE: f64 = 0.5;
/// What is left of the pace after another one.
const DECREASE: f64 = 0.8;
/// What is left of a plateau that was not reached again: others want more than before.
const LOWER_PLATEAU: f64 = 0.9;
/// In how many milliseconds the plateau is reached, for a window of a second; for another one, times the square root of
/// its seconds. A longer window tells less often that it is full, so the pace must rise more slowly; but 25 windows of a
/// minute would be longer than callers wait.
const RECOVERY: f64 = 25_000.0;
/// The part of the quota that the first plateau lies above the first pace, and that the pace rises by beyond a plateau in
/// as long a time again. It grows with the third power: eight times that in twice the time.
const RISE: f64 = 0.1;
/// The part of a window's calls that may go at once while the pace is below the quota, and how many these are at least.
const BURST: (f64, usize) = (0.05, 2);

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
            fall: None,
        }
    }

    /// Gives the next turn, by the monotonic clock; when that would be later than `latest`, takes none and says how
    /// many milliseconds it would have been.
    pub fn turn(&mut self, now: Instant, latest: u64) -> Result<Slot, u64> {
        let even = self.even(now);
        let longest = self.window.max(even.map_or(0, |(_, distance)| distance));
        while self.turns.front().is_some_and(|turn| turn.saturating_add(longest) <= now.monotonic) {
            self.turns.pop_front();
        }
        let turn = self.next(now, even, 0);
        if turn > latest {
            return Err(turn - now.monotonic);
        }
        self.turns.push_back(turn);
        Ok(Slot { at: turn, shuts: self.shuts })
    }

    /// How many turns are free at this moment, at most so many, and in how many milliseconds the next one is.
    pub fn room(&self, now: Instant, most: usize) -> (usize, u64) {
        let even = self.even(now);
        for taken in 0..most {
            let turn = self.next(now, even, taken);
            if turn > now.monotonic {
                return (taken, turn - now.monotonic);
            }
        }
        (most, 0)
    }

    /// Whether a turn still counts: not when the server has asked for silence since it was given.
    pub const fn is_good(&self, slot: Slot) -> bool {
        slot.shuts == self.shuts
    }

    /// Nothing goes for so many milliseconds: the server has said so to a call that was sent in this turn.
    pub fn shut(&mut self, now: Instant, milliseconds: u64, turn: Option<Slot>) {
        if turn.is_none_or(|turn| self.is_good(turn)) {
            self.fall = Some(self.fallen(now));
        }
        self.shut_until = self.shut_until.max(now.monotonic.saturating_add(milliseconds));
        self.shuts += 1;
        // The turns ahead are void; whoever holds one asks again.
        self.turns.retain(|turn| *turn <= now.monotonic);
    }

    /// What a refusal leaves.
    fn fallen(&self, now: Instant) -> Fall {
        let quota = self.calls as f64;
        let Some(fall) = self.fall else {
            let pace = quota * FIRST_DECREASE;
            return Fall { at: now.monotonic, pace, plateau: pace + quota * RISE };
        };
        let refused = self.risen(fall, now).min(quota);
        let plateau = if refused < fall.plateau { refused * LOWER_PLATEAU } else { refused };
        Fall { at: now.monotonic, pace: refused * DECREASE, plateau }
    }

    /// How many calls of a window go, while that is less than the quota.
    fn pace(&self, now: Instant) -> Option<f64> {
        let risen = self.risen(self.fall?, now);
        (risen < self.calls as f64).then_some(risen)
    }

    fn risen(&self, fall: Fall, now: Instant) -> f64 {
        let recovery = RECOVERY * (self.window as f64 / 1_000.0).sqrt();
        // From -1 at the fall over 0 at the plateau.
        let way = now.monotonic.saturating_sub(fall.at) as f64 / recovery - 1.0;
        let height = if way < 0.0 { fall.plateau - fall.pace } else { self.calls as f64 * RISE };
        fall.plateau + height * way * way * way
    }

    /// How many calls may go at once while the pace is below the quota, and at which distance in milliseconds.
    fn even(&self, now: Instant) -> Option<(usize, u64)> {
        let pace = self.pace(now)?;
        let burst = ((pace * BURST.0) as usize).max(BURST.1);
        Some((burst, (burst as f64 * self.window as f64 / pace) as u64))
    }

    /// When the next turn is, if so many more are taken now.
    fn next(&self, now: Instant, even: Option<(usize, u64)>, taken: usize) -> u64 {
        // When there is room behind the last so many turns, if all of them keep such a distance.
        let after = |calls: usize, distance: u64| {
            let before = (self.turns.len() + taken).checked_sub(calls);
            let before = before.map(|index| self.turns.get(index).copied().unwrap_or(now.monotonic));
            before.map_or(0, |turn| turn.saturating_add(distance))
        };
        let turn = now.monotonic.max(self.shut_until).max(after(self.calls, self.window));
        even.map_or(turn, |(burst, distance)| turn.max(after(burst, distance)))
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
        limiter.shut(at(0), 2_000, None);
        limiter.shut(at(10), 100, None);
        assert_eq!(given(limiter.turn(at(500), u64::MAX)), Ok(2_000));
    }

    #[test]
    fn after_a_shut_gate_turns_given_before_are_void_and_those_of_before_count() {
        let mut limiter = RateLimiter::new(Quota { calls: 1, window: 100 });
        let first = limiter.turn(at(0), 999).unwrap();
        let ahead = limiter.turn(at(0), 999).unwrap();
        assert_eq!((first.at, ahead.at), (0, 104));
        limiter.shut(at(50), 10, Some(first));
        assert!(!limiter.is_good(ahead), "even when its time comes after the silence");
        let again = limiter.turn(at(104), 999).unwrap();
        assert_eq!((again.at, limiter.is_good(again)), (104, true), "what was sent at 0 is still remembered");
        assert_eq!(given(limiter.turn(at(104), 999)), Ok(414), "two calls go in the time of four by now");
    }

    #[test]
    fn a_refusal_slows_the_pace_once_and_calls_go_evenly() {
        let paced = |limiter: &mut RateLimiter, from: u64| {
            let turns: Vec<u64> = (0..9).map(|_| limiter.turn(at(from), u64::MAX).unwrap().at - from).collect();
            (turns[1], turns[8] / 8)
        };
        let mut limiter = RateLimiter::new(Quota { calls: 40, window: 1_000 });
        assert_eq!(paced(&mut limiter, 0), (0, 0), "all at once");
        let slots = [(); 2].map(|()| limiter.turn(at(0), 0).unwrap());
        for slot in slots {
            limiter.shut(at(60), 1_000, Some(slot));
        }
        assert_eq!(paced(&mut limiter, 1_060), (0, 50), "20 in 1,040 ms, and a little more by now; two at once");
        assert_eq!(paced(&mut limiter, 400_000), (0, 0), "all at once again");
    }

    #[test]
    fn the_pace_rises_soon_to_its_plateau_and_ever_faster_beyond() {
        let mut limiter = RateLimiter::new(Quota { calls: 40, window: 1_000 });
        let refuse = |limiter: &mut RateLimiter, time| {
            let slot = limiter.turn(at(time), u64::MAX).unwrap();
            limiter.shut(at(time), 0, Some(slot));
        };
        let tenths = |limiter: &RateLimiter, times: [u64; 5]| {
            times.map(|time| limiter.pace(at(time)).map_or(0, |pace| (pace * 10.0).round() as u64))
        };
        refuse(&mut limiter, 0);
        assert_eq!(tenths(&limiter, [0, 12_748, 25_495, 38_243, 50_990]), [200, 235, 240, 245, 280]);
        assert_eq!(tenths(&limiter, [60_000, 65_000, 66_000, 67_000, 90_000]), [339, 389, 0, 0, 0], "then the whole");
        refuse(&mut limiter, 90_000);
        assert_eq!(tenths(&limiter, [90_000, 95_000, 100_000, 115_000, 120_000]), [320, 358, 382, 400, 0]);
        refuse(&mut limiter, 100_000);
        assert_eq!(tenths(&limiter, [100_000, 110_000, 125_000, 126_000, 150_000]), [306, 335, 344, 344, 379]);
    }

    #[test]
    fn the_room_is_how_many_turns_are_free_and_takes_none() {
        let mut limiter = RateLimiter::new(Quota::per_second(50));
        assert_eq!(limiter.room(at(5), 9), (9, 0));
        for _ in 0..48 {
            limiter.turn(at(5), 5).unwrap();
        }
        assert_eq!([limiter.room(at(5), 9), limiter.room(at(6), 9)], [(2, 1_040), (2, 1_039)]);
        limiter.shut(at(7), 2_000, None);
        assert_eq!(limiter.room(at(8), 9), (0, 1_999));
    }

    #[test]
    fn the_room_is_what_turns_are_given_next() {
        let mut state = 9_u64;
        let mut below = |limit: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % limit
        };
        let mut limiter = RateLimiter::new(Quota { calls: 40, window: 1_000 });
        let mut now = 0;
        for _ in 0..5_000 {
            now += below(60);
            let slot = limiter.turn(at(now), now + below(2) * 500);
            if below(400) == 0 {
                limiter.shut(at(now), below(300), slot.ok());
            }
            let mut other = limiter.clone();
            let given = (0..30).map(|_| other.turn(at(now), now));
            let free = given.take_while(Result::is_ok).count();
            let delay = if free == 30 { 0 } else { other.turn(at(now), now).expect_err("it is later") };
            assert_eq!(limiter.room(at(now), 30), (free, delay), "at {now}");
        }
    }

    #[test]
    fn shares_never_add_up_to_more_than_the_whole() {
        assert_eq!(Quota::per_minute(20).share(0.5), Quota::per_minute(10));
        assert_eq!(Quota::per_minute(100).share(0.333), Quota::per_minute(33));
        assert_eq!(Quota::per_minute(20).share(0.01), Quota { calls: 1, window: 300_000 });
    }
}
