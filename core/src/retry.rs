//! How often, how long and at what cost a call tries again: the numbers of the policy, each in one place.

use crate::endpoint::Replay;
use crate::limit::Quota;

/// How long a call may take by default, in milliseconds.
pub const DEADLINE: u64 = 60_000;
/// How long connecting may take, TLS included, in milliseconds.
pub const CONNECT_BUDGET: u64 = 5_000;
/// How often a token may be renewed because it was refused, in one call.
pub const MAX_REFRESHES: u32 = 1;
/// How often a request that was never started is sent again at once, in each attempt; not counted as attempts.
pub const MAX_UNSTARTED: u32 = 2;
/// How often a read may contradict an answer before the call gives up.
pub const MAX_CONTRADICTIONS: u32 = 3;
/// The shortest wait between a contradiction and the next read, in milliseconds.
pub const CONTRADICTION_PAUSE: u64 = 1_000;
/// The shortest wait after "the state changed meanwhile", in milliseconds.
pub const CONFLICT_PAUSE: u64 = 500;

/// How long it is waited for a process by default, in milliseconds.
pub const WAIT: u64 = 600_000;
/// How long a request is taken to live on its way and within Feishu, in milliseconds: an assumption.
pub const SETTLING: u64 = 120_000;
/// How long the reads may take beside that, in milliseconds.
pub const SETTLING_READS: u64 = 120_000;
/// How far ahead a moment that is past may lie, because clocks differ, in milliseconds.
pub const CLOCKS_DIFFER: i64 = 5_000;
/// How long before the end of that time the last read comes, in milliseconds.
pub const LAST_READ: u64 = 1_000;

const SHORTEST_BACKOFF: u64 = 50;
const FIRST_BACKOFF: u64 = 200;
const LONGEST_BACKOFF: u64 = 5_000;
const FIRST_WAIT: u64 = 2_000;
const LONGEST_WAIT: u64 = 30_000;
const FIRST_THROTTLE: u64 = 1_000;
const LONGEST_THROTTLE: u64 = 60_000;
const THROTTLE_JITTER: u64 = 250;
/// Longer waits than an hour are not believed.
const LONGEST_RESET: u64 = 3_600_000;

/// How long a call with that quota may take by default, in milliseconds: 60 s, and for a read the length of its quota's
/// window on top, so that a walk through more pages than a minute allows waits for its turn. So it is for a write whose
/// quota is per minute.
pub const fn deadline(replay: Replay, quota: Option<Quota>) -> u64 {
    let window = if let Some(quota) = quota { quota.window } else { 0 };
    match replay {
        Replay::Read => DEADLINE.saturating_add(window),
        Replay::Never | Replay::Proved if window >= 60_000 => DEADLINE.saturating_add(window),
        Replay::Never | Replay::Proved | Replay::Token => DEADLINE,
    }
}

/// How many requests a call may send, refused connections included; throttled ones and renewed tokens are free.
pub const fn max_attempts(replay: Replay) -> u32 {
    match replay {
        Replay::Read => 5,
        Replay::Token => 3,
        Replay::Never | Replay::Proved => 4,
    }
}

/// How long one request may take, in milliseconds.
pub const fn attempt_budget(replay: Replay) -> u64 {
    match replay {
        Replay::Read | Replay::Token => 10_000,
        Replay::Never | Replay::Proved => 20_000,
    }
}

/// The largest answer, in bytes after decompression.
pub const fn max_response(replay: Replay) -> u64 {
    match replay {
        Replay::Read => 8 << 20,
        Replay::Never | Replay::Proved | Replay::Token => 1 << 20,
    }
}

/// The pause before the next try after `failures` failures in a row (0 for the first), in milliseconds.
pub fn backoff(failures: u32, random: &mut Random) -> u64 {
    let longest = FIRST_BACKOFF.saturating_mul(1 << failures.min(20)).min(LONGEST_BACKOFF);
    random.below(longest).max(SHORTEST_BACKOFF)
}

/// The pause after the `count`th throttling in a row (0 for the first), in milliseconds: what the server asked for
/// and a little, so that the waiting do not come back all at once; without that, an exponential one.
pub fn throttle(asked: Option<u64>, count: u32, random: &mut Random) -> u64 {
    match asked {
        Some(reset) => reset + random.below(THROTTLE_JITTER + reset / 10),
        None => {
            let longest = FIRST_THROTTLE.saturating_mul(1 << count.min(20)).min(LONGEST_THROTTLE);
            longest / 2 + random.below(longest / 2)
        }
    }
}

/// The pause before a process is read again that has not come to where it is waited for, after `reads` pauses (0 for the
/// first), in milliseconds: up to a quarter shorter than the full one, so that those who wait do not come together.
pub fn wait(reads: u32, random: &mut Random) -> u64 {
    let longest = FIRST_WAIT.saturating_mul(1 << reads.min(20)).min(LONGEST_WAIT);
    longest - random.below(longest / 4)
}

/// A header of seconds, whole or with a fraction, as milliseconds rounded up; nothing unless 0 < s ≤ 3600.
pub fn seconds(header: &str) -> Option<u64> {
    let (whole, fraction) = header.split_once('.').unwrap_or((header, "0"));
    let digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole, 6) || !digits(fraction, 9) {
        return None;
    }
    let nanoseconds = format!("{fraction:0<9}").parse::<u64>().ok()?;
    let milliseconds = whole.parse::<u64>().ok()? * 1_000 + nanoseconds.div_ceil(1_000_000);
    (1..=LONGEST_RESET).contains(&milliseconds).then_some(milliseconds)
}

/// The retries that a session can still afford, so that a broken server is not hammered by every call.
#[derive(Clone, Debug)]
pub struct RetryQuota {
    left: u32,
}

/// What a retry costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// After a throttling.
    Throttle,
    /// After anything else.
    Transient,
}

impl Cost {
    const fn amount(self) -> u32 {
        match self {
            Self::Throttle => 5,
            Self::Transient => 14,
        }
    }
}

impl RetryQuota {
    const FULL: u32 = 500;

    /// A full quota.
    pub const fn new() -> Self {
        Self { left: Self::FULL }
    }

    /// Pays for a retry; `false` when it cannot be afforded.
    pub fn take(&mut self, cost: Cost) -> bool {
        match self.left.checked_sub(cost.amount()) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    /// A call succeeded: gives back what its last retry cost, or 1 if it needed none.
    pub fn refund(&mut self, last: Option<Cost>) {
        self.left = (self.left + last.map_or(1, Cost::amount)).min(Self::FULL);
    }
}

impl Default for RetryQuota {
    fn default() -> Self {
        Self::new()
    }
}

/// Jitter: a sequence of numbers that a seed determines (SplitMix64). Not for secrets.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The sequence of that seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit`, both included.
    pub const fn below(&mut self, limit: u64) -> u64 {
        match limit.checked_add(1) {
            Some(count) => self.next() % count,
            None => self.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backoff_grows_to_its_cap_and_never_falls_below_its_floor() {
        let mut random = Random::new(1);
        for failures in 0..40 {
            let cap = (200_u64 << failures.min(10)).min(5_000);
            for _ in 0..1_000 {
                let pause = backoff(failures, &mut random);
                assert!((50..=cap).contains(&pause), "{pause} after {failures} failures");
            }
        }
    }

    #[test]
    fn who_waits_for_a_process_reads_ever_more_rarely_down_to_twice_a_minute() {
        let mut random = Random::new(4);
        for (reads, longest) in
            [(0, 2_000), (1, 4_000), (2, 8_000), (3, 16_000), (4, 30_000), (5, 30_000), (90, 30_000)]
        {
            let pauses: Vec<u64> = (0..1_000).map(|_| wait(reads, &mut random)).collect();
            let (least, most) = (pauses.iter().min().unwrap(), pauses.iter().max().unwrap());
            assert!((longest * 3 / 4..longest * 4 / 5).contains(least) && (longest * 19 / 20..=longest).contains(most));
        }
    }

    #[test]
    fn a_throttled_call_waits_what_was_asked_and_only_a_little_more() {
        let mut random = Random::new(2);
        for _ in 0..1_000 {
            assert!((2_000..=2_450).contains(&throttle(Some(2_000), 7, &mut random)));
            assert!((500..=1_000).contains(&throttle(None, 0, &mut random)));
            assert!((30_000..=60_000).contains(&throttle(None, 40, &mut random)));
        }
    }

    #[test]
    fn only_a_plain_number_of_seconds_up_to_an_hour_is_believed() {
        for (header, expected) in [
            ("2", Some(2_000)),
            ("0.5", Some(500)),
            ("1.0000001", Some(1_001)),
            ("3600", Some(3_600_000)),
            ("3600.1", None),
            ("0", None),
            ("0.0", None),
            ("-1", None),
            ("abc", None),
            ("9e11", None),
            ("1000000000", None),
            ("1.", None),
            (".5", None),
            (" 1", None),
            ("", None),
        ] {
            assert_eq!(seconds(header), expected, "{header:?}");
        }
    }

    #[test]
    fn the_quota_runs_dry_and_comes_back_with_successes() {
        let mut quota = RetryQuota::new();
        assert_eq!(std::iter::from_fn(|| quota.take(Cost::Transient).then_some(())).count(), 35);
        assert!(quota.take(Cost::Throttle) && quota.take(Cost::Throttle) && !quota.take(Cost::Throttle));
        quota.refund(Some(Cost::Throttle));
        assert!(quota.take(Cost::Throttle));
        (0..1_000).for_each(|_| quota.refund(None));
        assert_eq!(quota.left, 500);
    }

    #[test]
    fn a_success_gives_back_what_the_last_retry_has_cost_else_one_and_never_more_than_the_whole() {
        let spent = |last| {
            let mut quota = RetryQuota::new();
            assert!(quota.take(Cost::Transient) && quota.take(Cost::Transient) && quota.take(Cost::Throttle));
            quota.refund(last);
            quota.left
        };
        assert_eq!((spent(None), spent(Some(Cost::Throttle)), spent(Some(Cost::Transient))), (468, 472, 481));
        let mut full = RetryQuota::new();
        full.refund(Some(Cost::Transient));
        assert_eq!(full.left, 500);
    }

    #[test]
    fn jitter_is_splitmix64() {
        // The first numbers of the published generator from seed 0.
        let mut random = Random::new(0);
        let first = [random.next(), random.next(), random.next()];
        assert_eq!(first, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
        let mut random = Random::new(0);
        assert_eq!(random.below(9), 0xe220_a839_7b1d_cdaf % 10, "both ends are included");
        assert_eq!(random.below(u64::MAX), 0x6e78_9e6a_a1b9_65f4);
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn the_same_seed_gives_the_same_jitter() {
        let draw = || {
            std::iter::repeat_with({
                let mut random = Random::new(7);
                move || random.next()
            })
            .take(5)
            .collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
    }

    #[test]
    fn a_read_has_the_length_of_its_quotas_window_on_top_of_a_minute_and_a_write_if_that_is_a_minute() {
        let told = |replay, window| deadline(replay, Some(Quota { calls: 1, window }));
        assert_eq!(told(Replay::Read, 60_000), 120_000);
        assert_eq!(told(Replay::Read, 1_000), 61_000);
        for (replay, per_minute) in [(Replay::Never, 120_000), (Replay::Proved, 120_000), (Replay::Token, 60_000)] {
            assert_eq!(told(replay, 60_000), per_minute);
            assert_eq!(told(replay, 1_000), 60_000);
        }
        assert_eq!((deadline(Replay::Read, None), deadline(Replay::Never, None)), (60_000, 60_000));
        assert_eq!(told(Replay::Read, u64::MAX), u64::MAX);
    }

    #[test]
    fn the_limits_of_a_request_are_those_of_the_policy() {
        for (replay, attempts, budget, bytes) in [
            (Replay::Read, 5, 10_000, 8 * 1024 * 1024),
            (Replay::Token, 3, 10_000, 1024 * 1024),
            (Replay::Never, 4, 20_000, 1024 * 1024),
            (Replay::Proved, 4, 20_000, 1024 * 1024),
        ] {
            assert_eq!((max_attempts(replay), attempt_budget(replay), max_response(replay)), (attempts, budget, bytes));
        }
    }

    #[test]
    fn pauses_are_drawn_from_the_whole_of_their_span() {
        let mut random = Random::new(3);
        let mut longest = |mut draw: Box<dyn FnMut(&mut Random) -> u64>| {
            (0..1_000).map(|_| draw(&mut random)).max().unwrap_or_default()
        };
        for (failures, cap) in [(0, 200), (1, 400), (2, 800), (4, 3_200), (5, 5_000), (30, 5_000)] {
            assert!(longest(Box::new(move |random| backoff(failures, random))) > cap * 9 / 10, "{failures}");
        }
        for (asked, cap) in [(2_000, 2_450), (60_000, 66_250)] {
            assert!(longest(Box::new(move |random| throttle(Some(asked), 0, random))) > asked + (cap - asked) * 9 / 10);
        }
        for (count, cap) in [(0, 1_000), (1, 2_000), (5, 32_000), (6, 60_000), (40, 60_000)] {
            assert!(longest(Box::new(move |random| throttle(None, count, random))) > cap * 9 / 10, "{count}");
        }
    }
}
