//! One client: its session, and what is known of its token, its pace and its retries.

use std::collections::VecDeque;

use feishu_corehr::{Instant, Quota, Session};

use crate::coverage::Asked;
use crate::invariant::{Checked, Invariant, check};
use crate::log::{Log, TRANSIENT_COST};
use crate::returned::{Meaning, Returned};
use crate::travel::Sent;

/// The budget of one token request, in milliseconds: so long a waiter trusts the one who fetches.
const LEASE: u64 = 10_000;
/// How long wrong credentials are not tried again, in milliseconds.
const REFUSED_FOR: u64 = 30_000;
/// A token that lives for so long outlives every wait for a turn, in milliseconds.
const LONG_LIFE: u64 = 1_800_000;
/// What the session can spend on retries.
pub(crate) const RETRIES: u64 = 500;
/// The shortest pause where the server does not say for how long, in milliseconds.
const SHORTEST_PAUSE: u64 = 500;

/// Where a client's tokens come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// It fetches them.
    App,
    /// It has none.
    Backend,
    /// Its host hands them in.
    Host,
}

pub(crate) struct Client {
    pub(crate) session: Session,
    pub(crate) source: Source,
    pub(crate) base_url: String,
    /// Which app at which host it is.
    pub(crate) tenancy: usize,
    pub(crate) quotas: [Quota; 3],
    /// When requests were sent, the last ones of each kind.
    sends: [VecDeque<u64>; 3],
    /// Until when the server has asked for silence.
    pub(crate) gates: [u64; 3],
    /// Every token that it was given.
    pub(crate) tokens: Vec<Delivered>,
    /// Who fetches a token, and since when.
    pub(crate) fetching: Option<(usize, u64)>,
    /// Until when wrong credentials are not tried again, by either clock.
    refused: Option<Instant>,
    /// Whether two fetches ever overlapped, as they may after a jump of the clocks: then it is not known which token
    /// is the newest.
    pub(crate) is_muddled: bool,
    spent: u64,
    refunds: u64,
    /// How often fetching a token went wrong.
    pub(crate) token_mishaps: u32,
    /// How often the server had too many calls.
    pub(crate) throttles: u32,
    /// What retries can have cost at most: whoever is answered pays before it pauses, and sends only after that.
    pub(crate) due: u64,
}

pub(crate) struct Delivered {
    pub(crate) value: String,
    /// When it was asked for: its life counts from here.
    pub(crate) sent: Instant,
    /// How long it lives, in milliseconds.
    pub(crate) life: u64,
    /// When it came, in true time.
    pub(crate) at: u64,
    /// Whether its life was over when it came, by a clock that jumped meanwhile, or because it took so long.
    pub(crate) is_late: bool,
    pub(crate) is_rejected: bool,
}

impl Client {
    pub(crate) fn new(session: Session, source: Source, base_url: &str, tenancy: usize, quotas: [Quota; 3]) -> Self {
        Self {
            session,
            source,
            base_url: base_url.to_owned(),
            tenancy,
            quotas,
            sends: Default::default(),
            gates: [0; 3],
            tokens: Vec::new(),
            fetching: None,
            refused: None,
            is_muddled: false,
            spent: 0,
            refunds: 0,
            token_mishaps: 0,
            throttles: 0,
            due: 0,
        }
    }

    /// The pace: no window of the quota's length holds more requests than the quota, and silence is kept.
    pub(crate) fn paced(&mut self, asked: Asked, now: Instant) -> Checked {
        let quota = self.quotas[asked as usize];
        let gate = self.gates[asked as usize];
        check(now.monotonic >= gate, Invariant::I12, || {
            format!("sent {} ms before the end of the silence that the server asked for", gate - now.monotonic)
        })?;
        let sends = &mut self.sends[asked as usize];
        sends.push_back(now.monotonic);
        if sends.len() <= quota.calls as usize {
            return Ok(());
        }
        let first = sends.pop_front().unwrap_or_default();
        check(now.monotonic - first >= quota.window, Invariant::I12, || {
            let (calls, window) = (quota.calls, quota.window);
            format!("{} requests in {} ms; {calls} in {window} are allowed", calls + 1, now.monotonic - first)
        })
    }

    /// Whether the next request of that kind has to wait for its turn. The client keeps a window that is 4 % longer than
    /// the quota's.
    pub(crate) fn is_at_quota(&self, asked: Asked, now: Instant) -> bool {
        let quota = self.quotas[asked as usize];
        let sends = &self.sends[asked as usize];
        let first = sends.front().filter(|_| sends.len() >= quota.calls as usize);
        first.is_some_and(|first| first + quota.window + quota.window / 25 > now.monotonic)
    }

    /// A try after a failure is paid for. A last look is none: in doubt, a call reads once more where its throttled
    /// withdrawal cannot be sent again, because that would cost too much or come too late.
    pub(crate) fn paid(&mut self, asked: Asked, log: &mut Log) -> Checked {
        let mut cost = std::mem::take(&mut log.due);
        let is_throttled = log.last == Some((Asked::Withdrawal, Meaning::Throttled));
        match asked {
            Asked::Read if is_throttled || log.owed > 0 => (cost, log.owed) = (0, 0),
            // A wait that has no more retries, or no time for the pause, reads later for nothing.
            Asked::Read if log.waits => {
                log.paid = log.paid.max(cost);
                return Ok(());
            }
            Asked::Read => {}
            // What the token is for is seen later.
            Asked::Token if is_throttled => {
                log.owed = cost;
                return Ok(());
            }
            Asked::Token => {}
            Asked::Withdrawal => cost += std::mem::take(&mut log.owed),
        }
        if cost > 0 {
            log.paid = cost;
        }
        self.spent += cost;
        check(self.spent <= RETRIES + self.refunds, Invariant::I5, || {
            format!("retries have cost {}; {RETRIES} and {} are there", self.spent, self.refunds)
        })
    }

    /// A call, or a read of a wait, has succeeded: what its last retry has cost comes back, or a little where there was
    /// none.
    pub(crate) fn succeeded(&mut self, log: &mut Log) {
        self.refunds += std::mem::take(&mut log.paid).max(1);
    }

    /// A request for a token needs a reason, and that nobody else is about it.
    pub(crate) fn fetches(
        &mut self,
        call: usize,
        is_retry: bool,
        now: Instant,
        is_unsettled: bool,
        is_alive: impl Fn(usize) -> bool,
    ) -> Checked {
        if let Some((other, since)) = self.fetching
            && other != call
            && is_alive(other)
            && now.monotonic - since < LEASE
        {
            check(is_unsettled, Invariant::I10, || {
                format!("call {call} asks for a token while call {other} does, since {} ms", now.monotonic - since)
            })?;
            self.is_muddled = true;
        }
        self.fetching = Some((call, now.monotonic));
        // A clock that jumps there and back makes a token look over for a while: then a fetch needs no other reason.
        if self.is_muddled || is_retry || is_unsettled {
            return Ok(());
        }
        check(self.refused.is_none_or(|until| until.expired(now)), Invariant::I10, || {
            "wrong credentials are tried again within 30 seconds".to_owned()
        })?;
        let Some(token) = self.tokens.last() else { return Ok(()) };
        let renewal = if token.life < 1_800_000 { token.life / 2 } else { token.life - 1_500_000 };
        check(token.is_rejected || token.sent.after(renewal).expired(now), Invariant::I10, || {
            format!("a token is asked for, and {} is good and was not rejected", token.value)
        })
    }

    /// A token came.
    pub(crate) fn delivered(&mut self, value: &str, sent: Instant, life: u64, at: u64, now: Instant) {
        let is_late = sent.after(life).expired(now);
        self.tokens.push(Delivered { value: value.to_owned(), sent, life, at, is_late, is_rejected: false });
        self.refused = None;
    }

    /// An answer was handed in to a call that has so much time left.
    pub(crate) fn answered(&mut self, sent: &Sent, returned: &Returned, log: &Log, now: Instant, time_left: u64) {
        let asked = sent.asked;
        let is_good = matches!(returned.meaning, Meaning::Accepted | Meaning::Throttled);
        self.throttles += u32::from(returned.meaning == Meaning::Throttled);
        self.token_mishaps += u32::from(asked == Asked::Token && !is_good);
        match returned.meaning {
            // As with a call, whose retries are told apart.
            Meaning::Accepted if asked == Asked::Token => {
                let may_be_retry = log.last.is_some_and(|(asked, _)| asked == Asked::Token);
                self.refunds += if may_be_retry { TRANSIENT_COST } else { 1 };
            }
            Meaning::BadCredentials => self.refused = Some(now.after(REFUSED_FOR)),
            Meaning::Rejected => {
                let known = self
                    .tokens
                    .iter_mut()
                    .rev()
                    .find(|known| Some(&known.value) == sent.token.as_ref() && known.at <= sent.at);
                if let Some(known) = known {
                    known.is_rejected = true;
                }
            }
            // Whose time is over when the answer comes does not read it any more.
            Meaning::Throttled if time_left > 0 => {
                let pause = returned.reset.unwrap_or(SHORTEST_PAUSE);
                let gate = &mut self.gates[asked as usize];
                *gate = (*gate).max(now.monotonic + pause);
            }
            _ => {}
        }
    }

    /// Whether its life is over, by either clock and not from the start, or it has not come yet. One that lives for less
    /// time than a turn may take, or over which clocks jump about, may have been good at any of these moments, the last
    /// of which is now: such a token is asked for anew once, and not again and again.
    pub(crate) fn is_over(&self, value: &str, moments: &[(u64, Instant)], jumps_about: bool) -> bool {
        let known: Vec<&Delivered> = self.tokens.iter().filter(|token| token.value == value).collect();
        let is_good = |token: &Delivered| {
            let is_strict = token.life >= LONG_LIFE && !jumps_about;
            let moments = if is_strict { &moments[moments.len().saturating_sub(1)..] } else { moments };
            let lives = |then: Instant| token.is_late || !token.sent.after(token.life).expired(then);
            moments.iter().any(|(at, then)| token.at <= *at && lives(*then))
        };
        !self.is_muddled && !known.is_empty() && !known.into_iter().any(is_good)
    }
}
