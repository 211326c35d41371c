//! Tokens: when one is good, who fetches the next, and that only one does (`docs/policy.md` 2.7).

pub mod custom_app;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::{Error, ErrorKind};
use crate::retry::Random;
use crate::time::Instant;
use crate::wire::Fields;

/// How long a waiter trusts the one who fetches, in milliseconds: the budget of one token request (10 s), and a little
/// more, so that a request that ends at its last moment has not lost its flight.
pub const LEASE: u64 = 11_000;
/// How long a renewal may take while the old token is still good, in milliseconds.
pub const SOFT_BUDGET: u64 = 2_000;

/// The longest life of a token that is believed, in seconds.
const LONGEST_LIFE: u64 = 86_400;
const LARGEST_TOKEN: usize = 8 * 1024;
/// How long wrong credentials are not tried again, in milliseconds.
const REFUSED_FOR: u64 = 30_000;
const FIRST_RENEWAL_PAUSE: u64 = 10_000;
const LONGEST_RENEWAL_PAUSE: u64 = 60_000;

/// A secret: it prints as `[redacted]`, compares in constant time, and is wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Takes over `text`.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for whoever must send it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(feature = "mobile")]
uniffi::custom_type!(Secret, String, {
    lower: |secret| secret.expose().to_owned(),
    try_lift: |text| Ok(Secret::new(text)),
});

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

/// A token in use: its value, and which of the store's tokens it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The value.
    pub value: Arc<Secret>,
    /// Its generation; 0 for a token that the store does not know.
    pub generation: u64,
    /// From here on it is not used; nothing where that is not known.
    pub until: Option<Instant>,
}

impl Held {
    /// A token that the store does not know.
    pub const fn foreign(value: Arc<Secret>) -> Self {
        Self { value, generation: 0, until: None }
    }

    /// Whether its time is over.
    pub fn is_over(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until.expired(now))
    }
}

/// Why a text cannot be a token; nothing if it can.
pub fn token_problem(token: &str) -> Option<&'static str> {
    if token.is_empty() {
        Some("is empty")
    } else if token.len() > LARGEST_TOKEN {
        Some("is longer than 8 KiB")
    } else if !token.bytes().all(|byte| (0x21..=0x7e).contains(&byte)) {
        Some("has other characters than visible ASCII")
    } else {
        None
    }
}

/// A token as a shared cache keeps it.
#[derive(Serialize)]
struct Cached {
    token: String,
    /// When it expires, in milliseconds since 1970-01-01 UTC.
    expires_at: u64,
}

#[derive(Debug)]
struct Token {
    held: Held,
    /// The flight that brought it.
    flight: u64,
    /// From here on one caller renews it.
    soft: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Flight {
    id: u64,
    lease: Instant,
}

/// What a caller that needs a token is told.
#[derive(Debug)]
pub enum Turn {
    /// Nobody can have one: the credentials were refused, or the fetch that this caller waited for failed.
    Fail(Box<Error>),
    /// Fetch it, under this flight.
    Fetch {
        /// The flight to land or to fail.
        flight: u64,
        /// Whether the old token is still good, so that a failure is no misfortune.
        is_renewal: bool,
    },
    /// Use this one.
    Use(Held),
    /// Somebody fetches it: wait until something changes, at most so many milliseconds, then ask again.
    Wait {
        /// The flight to name when asking again.
        flight: u64,
        /// How long to trust it.
        delay: u64,
    },
}

/// The token of one app in one tenant.
#[derive(Debug, Default)]
pub struct TokenStore {
    current: Option<Token>,
    generations: u64,
    flight: Option<Flight>,
    flights: u64,
    /// The newest flight that failed, and how: those who waited for it share its error.
    failed: Option<(u64, Error)>,
    /// Wrong credentials, and until when they are not tried again.
    refused: Option<(Error, Instant)>,
    /// The value that was last rejected, so that a shared cache cannot hand it back.
    rejected: Option<Arc<Secret>>,
    /// When a failed renewal may be tried again.
    renewal: Option<Instant>,
    renewal_failures: u32,
}

impl TokenStore {
    /// What to do for a caller who needs a token, and who has `waited` for a flight before.
    pub fn turn(&mut self, now: Instant, waited: Option<u64>) -> Turn {
        let flying = self.flight.filter(|flight| !flight.lease.expired(now));
        match &self.current {
            Some(token) if !token.held.is_over(now) => {
                let renew = token.soft.expired(now)
                    && flying.is_none()
                    && self.renewal.is_none_or(|renewal| renewal.expired(now))
                    && self.refused.as_ref().is_none_or(|(_, until)| until.expired(now));
                return if renew { self.take_off(now, true) } else { Turn::Use(token.held.clone()) };
            }
            Some(_) | None => {}
        }
        if let Some((error, until)) = &self.refused
            && !until.expired(now)
        {
            return Turn::Fail(Box::new(error.clone()));
        }
        if let Some(flight) = flying {
            return Turn::Wait { flight: flight.id, delay: flight.lease.remaining(now) };
        }
        match (&self.failed, waited) {
            (Some((failed, error)), Some(waited)) if *failed >= waited => Turn::Fail(Box::new(error.clone())),
            _ => self.take_off(now, false),
        }
    }

    fn take_off(&mut self, now: Instant, is_renewal: bool) -> Turn {
        self.flights += 1;
        self.flight = Some(Flight { id: self.flights, lease: now.after(LEASE) });
        Turn::Fetch { flight: self.flights, is_renewal }
    }

    /// Whether that flight is still the one.
    pub fn is_flying(&self, flight: u64) -> bool {
        self.flight.is_some_and(|flying| flying.id == flight)
    }

    /// The holder sends another request: trust it for as long again.
    pub fn extend(&mut self, flight: u64, now: Instant) {
        if let Some(flying) = self.flight.as_mut().filter(|flying| flying.id == flight) {
            flying.lease = now.after(LEASE);
        }
    }

    /// The token endpoint has given a token with `life` seconds to live from when it was asked, at `sent`. Also says what
    /// a shared cache may keep.
    pub fn land(
        &mut self,
        flight: u64,
        token: String,
        life: u64,
        sent: Instant,
        now: Instant,
        random: &mut Random,
    ) -> (Held, Vec<u8>) {
        let cached = Cached { token: token.clone(), expires_at: sent.wall + life * 1_000 };
        let held = self.keep(flight, token, sent, now, life, random);
        (held, serde_json::to_vec(&cached).unwrap_or_default())
    }

    /// A shared cache has given `bytes`; nothing unless they hold a good token that needs no renewal yet.
    pub fn land_cached(&mut self, flight: u64, bytes: &[u8], now: Instant, random: &mut Random) -> Option<Held> {
        let mut problem = None;
        let mut fields = Fields::of(std::str::from_utf8(bytes).ok()?, &mut problem);
        let cached = Cached { token: fields.take("token"), expires_at: fields.take("expires_at") };
        if problem.is_some() {
            return None;
        }
        let life = cached.expires_at.checked_sub(now.wall)? / 1_000;
        let is_good = token_problem(&cached.token).is_none() && (1_800..=LONGEST_LIFE).contains(&life);
        let is_rejected = self.rejected.as_ref().is_some_and(|rejected| rejected.expose() == cached.token);
        (is_good && !is_rejected).then(|| self.keep(flight, cached.token, now, now, life, random))
    }

    fn keep(
        &mut self,
        flight: u64,
        value: String,
        sent: Instant,
        now: Instant,
        life: u64,
        random: &mut Random,
    ) -> Held {
        // Another caller took over, and its answer came first: that token is the newer one. One who took over and is
        // gone has brought nothing, and what stands here since before is older than what lands now.
        if let Some(newer) = self.current.as_ref().filter(|token| token.flight > flight && !token.held.is_over(now)) {
            return newer.held.clone();
        }
        let (soft, hard) = if life < 1_800 {
            (life * 500, life * 1_000 - (life * 250).min(60_000))
        } else {
            (life * 1_000 - 900_000 - random.below(600_000), life * 1_000 - 60_000)
        };
        self.generations += 1;
        let (value, until) = (Arc::new(Secret::new(value)), Some(sent.after(hard)));
        let held = Held { value, generation: self.generations, until };
        self.current = Some(Token { held: held.clone(), flight, soft: sent.after(soft) });
        (self.flight, self.failed, self.refused, self.renewal, self.renewal_failures) = (None, None, None, None, 0);
        held
    }

    /// The fetch failed for good: everybody who waits for it gets this error; later callers try again, unless the
    /// credentials are wrong. A renewal that failed is tried again after a while.
    pub fn fail(&mut self, flight: u64, error: &Error, now: Instant) {
        if self.flight.is_none_or(|flying| flying.id != flight) {
            return;
        }
        self.flight = None;
        self.failed = Some((flight, error.clone()));
        let pause = (FIRST_RENEWAL_PAUSE << self.renewal_failures.min(8)).min(LONGEST_RENEWAL_PAUSE);
        self.renewal = Some(now.after(pause));
        self.renewal_failures += 1;
        if error.kind == ErrorKind::BadCredentials {
            self.refused = Some((error.clone(), now.after(REFUSED_FOR)));
        }
    }

    /// The holder is gone without a result: the next one who asks takes over.
    pub fn release(&mut self, flight: u64) -> bool {
        let held = self.flight.is_some_and(|flying| flying.id == flight);
        if held {
            self.flight = None;
        }
        held
    }

    /// The server rejected the token of that generation; a newer one stays.
    pub fn invalidate(&mut self, generation: u64) {
        if let Some(token) = self.current.take_if(|token| token.held.generation == generation) {
            self.rejected = Some(token.held.value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant { monotonic: 0, wall: 1_766_000_000_000 }.after(seconds * 1_000)
    }

    fn fetch(store: &mut TokenStore, now: Instant) -> u64 {
        let turn = store.turn(now, None);
        if let Turn::Fetch { flight, .. } = turn { flight } else { panic!("expected a flight, got {turn:?}") }
    }

    fn land(store: &mut TokenStore, token: &str, life: u64, now: Instant) -> Held {
        let flight = fetch(store, now);
        store.land(flight, token.to_owned(), life, now, now, &mut Random::new(1)).0
    }

    fn value(turn: &Turn) -> &str {
        if let Turn::Use(held) = turn { held.value.expose() } else { panic!("expected a token, got {turn:?}") }
    }

    #[test]
    fn one_fetches_and_the_others_wait_and_all_get_the_token() {
        let mut store = TokenStore::default();
        let flight = fetch(&mut store, at(0));
        assert!(matches!(store.turn(at(1), None), Turn::Wait { delay: 10_000, .. }));
        store.land(flight, "t-1".to_owned(), 7200, at(0), at(0), &mut Random::new(1));
        assert_eq!(value(&store.turn(at(2), Some(flight))), "t-1");
    }

    #[test]
    fn a_renewal_falls_due_in_the_last_half_hour_and_only_one_caller_does_it() {
        for seed in 0..200 {
            let mut store = TokenStore::default();
            let flight = fetch(&mut store, at(0));
            store.land(flight, "t-1".to_owned(), 7200, at(0), at(0), &mut Random::new(seed));
            assert_eq!(value(&store.turn(at(7200 - 1501), None)), "t-1");
            assert!(matches!(store.turn(at(7200 - 899), None), Turn::Fetch { is_renewal: true, .. }));
            assert_eq!(value(&store.turn(at(7200 - 898), None)), "t-1", "the others go on with the old token");
        }
    }

    #[test]
    fn a_token_is_not_used_in_its_last_minute_by_either_clock() {
        let mut store = TokenStore::default();
        land(&mut store, "t-1", 7200, at(0));
        assert!(matches!(store.turn(at(7200 - 60), None), Turn::Fetch { is_renewal: false, .. }));
        let mut store = TokenStore::default();
        land(&mut store, "t-1", 7200, at(0));
        let suspended = Instant { monotonic: 1_000, wall: at(3 * 3600).wall };
        assert!(matches!(store.turn(suspended, None), Turn::Fetch { is_renewal: false, .. }));
        let mut store = TokenStore::default();
        land(&mut store, "t-1", 7200, at(0));
        let set_back = Instant { monotonic: 60_000, wall: at(0).wall - 3_600_000 };
        assert_eq!(value(&store.turn(set_back, None)), "t-1", "a wall clock that was set back changes nothing");
    }

    #[test]
    fn a_short_life_is_renewed_at_half_and_ended_a_quarter_early() {
        let mut store = TokenStore::default();
        land(&mut store, "t-1", 120, at(0));
        assert_eq!(value(&store.turn(at(59), None)), "t-1");
        assert!(matches!(store.turn(at(60), None), Turn::Fetch { is_renewal: true, .. }));
        assert_eq!(value(&store.turn(at(61), None)), "t-1");
        assert!(
            matches!(store.turn(at(90), None), Turn::Fetch { is_renewal: false, .. }),
            "and the lease of the flight of 60 is over"
        );
    }

    #[test]
    fn a_failed_renewal_is_tried_again_after_10_then_20_and_at_most_60_seconds() {
        let mut store = TokenStore::default();
        land(&mut store, "t-1", 7200, at(0));
        let error = Error::new(ErrorKind::Http, "down");
        let mut now = 6_400;
        for pause in [10, 20, 40, 60, 60] {
            let Turn::Fetch { flight, is_renewal: true } = store.turn(at(now), None) else { panic!("no renewal") };
            store.fail(flight, &error, at(now));
            assert_eq!(value(&store.turn(at(now + pause - 1), None)), "t-1");
            now += pause;
        }
    }

    #[test]
    fn a_fetch_that_is_not_heard_of_is_taken_over() {
        let mut store = TokenStore::default();
        let silent = fetch(&mut store, at(0));
        assert!(matches!(store.turn(at(10), Some(silent)), Turn::Wait { .. }));
        let second = fetch(&mut store, at(11));
        store.land(second, "t-2".to_owned(), 7200, at(11), at(11), &mut Random::new(1));
        let (late, _) = store.land(silent, "t-1".to_owned(), 7200, at(0), at(12), &mut Random::new(1));
        assert_eq!(late.value.expose(), "t-2", "a late answer does not displace the newer token");
    }

    #[test]
    fn a_fetch_that_is_heard_of_again_is_trusted_for_as_long_again() {
        let mut store = TokenStore::default();
        let flight = fetch(&mut store, at(0));
        assert!(store.is_flying(flight) && !store.is_flying(flight + 1));
        store.extend(flight, at(8));
        assert!(matches!(store.turn(at(18), None), Turn::Wait { delay: 1_000, .. }));
        store.extend(flight + 1, at(18));
        let second = fetch(&mut store, at(19));
        assert!(store.is_flying(second) && !store.is_flying(flight), "another one's sign of life does not count");
    }

    #[test]
    fn an_older_failure_is_not_that_of_the_fetch_that_was_waited_for() {
        let mut store = TokenStore::default();
        let first = fetch(&mut store, at(0));
        store.fail(first, &Error::new(ErrorKind::Http, ""), at(1));
        let second = fetch(&mut store, at(2));
        assert!(store.release(second));
        assert!(matches!(store.turn(at(3), Some(second)), Turn::Fetch { .. }));
    }

    #[test]
    fn a_token_of_half_an_hour_is_renewed_as_a_longer_one_is() {
        let due = (0..200).filter(|seed| {
            let mut store = TokenStore::default();
            let flight = fetch(&mut store, at(0));
            store.land(flight, "t-1".to_owned(), 1_800, at(0), at(0), &mut Random::new(*seed));
            assert_eq!(value(&store.turn(at(299), None)), "t-1");
            matches!(store.turn(at(600), None), Turn::Fetch { is_renewal: true, .. })
        });
        assert!((50..150).contains(&due.count()), "15 to 25 minutes before its end, drawn for each");
    }

    #[test]
    fn a_late_answer_counts_when_those_who_took_over_are_gone() {
        let mut store = TokenStore::default();
        land(&mut store, "t-1", 7200, at(0));
        let slow = fetch(&mut store, at(6_400));
        let taken_over = fetch(&mut store, at(6_411));
        assert!(store.release(taken_over));
        let (held, _) = store.land(slow, "t-2".to_owned(), 7200, at(6_400), at(6_412), &mut Random::new(1));
        assert_eq!(held.value.expose(), "t-2", "what is here since before is older");
        assert_eq!(value(&store.turn(at(6_413), None)), "t-2");
    }

    #[test]
    fn a_late_answer_counts_when_the_newer_token_is_over() {
        let mut store = TokenStore::default();
        let slow = fetch(&mut store, at(0));
        land(&mut store, "t-2", 20, at(11));
        let (held, _) = store.land(slow, "t-1".to_owned(), 7200, at(0), at(30), &mut Random::new(1));
        assert_eq!(held.value.expose(), "t-1");
    }

    #[test]
    fn a_released_flight_is_taken_over_at_once() {
        let mut store = TokenStore::default();
        let first = fetch(&mut store, at(0));
        assert!(store.release(first) && !store.release(first));
        assert_ne!(fetch(&mut store, at(0)), first);
    }

    #[test]
    fn a_failure_reaches_those_who_waited_and_nobody_else() {
        let mut store = TokenStore::default();
        let flight = fetch(&mut store, at(0));
        assert!(matches!(store.turn(at(0), None), Turn::Wait { .. }));
        store.fail(flight, &Error::new(ErrorKind::Http, "down"), at(1));
        assert!(matches!(store.turn(at(1), Some(flight)), Turn::Fail(_)));
        assert!(matches!(store.turn(at(1), None), Turn::Fetch { .. }));
    }

    #[test]
    fn wrong_credentials_are_not_tried_again_for_30_seconds() {
        let mut store = TokenStore::default();
        let flight = fetch(&mut store, at(0));
        store.fail(flight, &Error::new(ErrorKind::BadCredentials, "wrong"), at(0));
        assert!(matches!(store.turn(at(29), None), Turn::Fail(_)));
        assert!(matches!(store.turn(at(30), None), Turn::Fetch { .. }));
    }

    #[test]
    fn wrong_credentials_stop_renewals_too() {
        let mut store = TokenStore::default();
        land(&mut store, "t-1", 7200, at(0));
        let flight = fetch(&mut store, at(6_400));
        store.fail(flight, &Error::new(ErrorKind::BadCredentials, "wrong"), at(6_400));
        assert_eq!(value(&store.turn(at(6_429), None)), "t-1");
        assert!(matches!(store.turn(at(6_430), None), Turn::Fetch { is_renewal: true, .. }));
    }

    #[test]
    fn only_the_current_generation_can_be_invalidated() {
        let mut store = TokenStore::default();
        let first = land(&mut store, "t-1", 7200, at(0));
        store.invalidate(first.generation);
        land(&mut store, "t-2", 7200, at(1));
        store.invalidate(first.generation);
        assert_eq!(value(&store.turn(at(2), None)), "t-2");
    }

    #[test]
    fn a_shared_cache_is_checked_and_never_hands_back_a_rejected_token() {
        let mut store = TokenStore::default();
        let flight = fetch(&mut store, at(0));
        let (first, bytes) = store.land(flight, "t-1".to_owned(), 7200, at(0), at(0), &mut Random::new(1));

        let mut other = TokenStore::default();
        let flight = fetch(&mut other, at(60));
        assert!(other.land_cached(flight, b"rubbish", at(60), &mut Random::new(1)).is_none());
        assert!(other.land_cached(flight, &bytes, at(5_500), &mut Random::new(1)).is_none(), "it would need renewal");
        assert!(other.land_cached(flight, &bytes, at(9_000), &mut Random::new(1)).is_none(), "it has expired");
        assert_eq!(other.land_cached(flight, &bytes, at(60), &mut Random::new(1)).unwrap().value, first.value);

        store.invalidate(first.generation);
        let flight = fetch(&mut store, at(60));
        assert!(store.land_cached(flight, &bytes, at(60), &mut Random::new(1)).is_none());
    }

    #[test]
    fn a_secret_prints_as_redacted() {
        assert_eq!(format!("{:?}", Secret::new("s3cret".into())), "[redacted]");
    }
}
