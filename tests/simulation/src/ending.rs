//! What a call claims at its end, held against the truth.

use feishu_corehr::{
    Already, Attribution, Effect, Endpoint, Error, ErrorKind, GetProcess, ReadBack, Settled, SettledAs, Withdrawn,
};

use crate::call::{Call, Doubted, Kind, Outcome};
use crate::client::{Client, RETRIES, Source};
use crate::clock::{Clock, WALL_AT_START};
use crate::coverage::Asked;
use crate::invariant::{Checked, Invariant, check};
use crate::returned::Meaning;
use crate::server::{Process, RUNNING, WITHDRAWN};
use crate::weather::Weather;

/// How much later than its deadline a call may return, in milliseconds.
const SLACK: u64 = 50;
/// The longest backoff of the policy, in milliseconds.
pub(crate) const LONGEST_BACKOFF: u64 = 5_000;
/// How long a handful of requests travels, in milliseconds.
const TRAVELLING: u64 = 5_000;
/// The last read of a wait comes so long before its time is over, in milliseconds.
pub(crate) const LAST_READ: u64 = 1_000;
/// How long a request is taken to live, in milliseconds.
pub(crate) const LONGEST_LIFE: i64 = 120_000;
/// How far ahead a moment that is past may lie, in milliseconds.
const AHEAD: i64 = 5_000;
/// A status that no page lists, which the world shows at times.
pub(crate) const ODD_STATUS: i64 = 77;

/// What the world knows of a call that has just ended.
pub(crate) struct Ending<'a> {
    pub(crate) number: usize,
    pub(crate) call: &'a Call,
    pub(crate) process: &'a Process,
    pub(crate) client: &'a Client,
    pub(crate) clock: &'a Clock,
    pub(crate) weather: &'a Weather,
    /// When the last consequence of a mishap was over.
    pub(crate) settled: u64,
    /// Whether a withdrawal may still arrive of which this call finds out how it has ended.
    pub(crate) is_on_its_way: bool,
}

impl Ending<'_> {
    /// Checks what can be said at that instant.
    pub(crate) fn check(&self, outcome: &Outcome) -> Checked {
        let now = self.clock.monotonic();
        let latest = self.call.started.map_or(u64::MAX, |started| started.monotonic + self.call.deadline + SLACK);
        check(now <= latest || matches!(outcome, Outcome::Dropped), Invariant::I5, || {
            format!("it ended {} ms after its deadline of {} ms", now + SLACK - latest, self.call.deadline)
        })?;
        self.soon()?;
        match outcome {
            Outcome::Cancelled(error) => self.failed(error),
            Outcome::Dropped => Ok(()),
            Outcome::Failed(error) if self.call.kind.waits() => self.gave_up(error),
            Outcome::Failed(error) => {
                check(!self.weather.is_calm, Invariant::I8, || format!("nothing went wrong, and it failed: {error}"))?;
                self.failed(error)?;
                self.definite(error)
            }
            Outcome::Replied(reply) if self.call.kind == Kind::Read => {
                let process = GetProcess::decode(reply);
                let status = process.ok().and_then(|process| process.status_number);
                self.was(status, Invariant::I1)
            }
            Outcome::Replied(_) => {
                self.is_ours()?;
                self.first_try()
            }
            Outcome::Settled(settled) => self.settled(settled),
            Outcome::Waited(process) => {
                let Kind::WaitFor(statuses) = self.call.kind else { return Ok(()) };
                check(statuses.contains(&process.status), Invariant::I13, || {
                    format!("it waited for {statuses:?}, and ends with {:?}", process.status)
                })?;
                self.was(process.status_number, Invariant::I13)
            }
            Outcome::Withdrawn(withdrawn) => self.withdrawn(withdrawn),
        }
    }

    /// Checks what must never turn out wrong later: all requests have arrived by now.
    pub(crate) fn check_finally(&self, outcome: &Outcome) -> Checked {
        let (effect, kind) = match outcome {
            Outcome::Cancelled(error) | Outcome::Failed(error) => (error.effect, error.kind),
            Outcome::Settled(settled) => return self.settled_finally(settled),
            Outcome::Dropped | Outcome::Replied(_) | Outcome::Waited(_) | Outcome::Withdrawn(_) => {
                (Effect::Unknown, ErrorKind::Cancelled)
            }
        };
        let is_ours = self.process.withdrawn_by == Some(self.number);
        check(effect != Effect::None || !is_ours, Invariant::I2, || {
            "it said that it had no effect, and a request of its own took effect later".to_owned()
        })?;
        check(kind != ErrorKind::NotWithdrawable || effect != Effect::None || !is_ours, Invariant::I4, || {
            "it said that the process cannot be withdrawn, and withdrew it".to_owned()
        })
    }

    fn withdrawn(&self, withdrawn: &Withdrawn) -> Checked {
        let log = &self.call.log;
        check(self.process.status() == WITHDRAWN, Invariant::I1, || {
            format!("it says withdrawn, and the status is {}", self.process.status())
        })?;
        let last = log.last;
        match withdrawn.attribution {
            Attribution::Ours => self.is_ours()?,
            Attribution::Presumed | Attribution::Unattributed => {
                let is_seen = log.shown.is_some_and(|(status, _)| status == WITHDRAWN);
                check(is_seen && last == Some((Asked::Read, Meaning::Shown)), Invariant::I1, || {
                    "it says withdrawn, and has not seen it".to_owned()
                })?;
                let is_wanted = withdrawn.attribution == Attribution::Presumed || self.call.already == Already::Success;
                check(is_wanted, Invariant::I4, || {
                    "it says withdrawn by somebody else, which was to be an error".to_owned()
                })?;
                let is_presumed = withdrawn.attribution == Attribution::Presumed;
                check(is_presumed == log.is_ambiguous, Invariant::I3, || {
                    format!("{} though an answer is missing: {}", withdrawn.attribution.as_str(), log.is_ambiguous)
                })?;
            }
        }
        check(withdrawn.resent_unread == log.resent_unread, Invariant::I7, || {
            format!("resent unread: {}, and it says {}", log.resent_unread, withdrawn.resent_unread)
        })?;
        self.attempts(withdrawn.attempts)?;
        if self.process.history[0].1 == RUNNING { self.first_try() } else { Ok(()) }
    }

    /// A wait ends without what it waited for when its time is over, and not before; or where waiting is of no use.
    fn gave_up(&self, error: &Error) -> Checked {
        let log = &self.call.log;
        self.failed(error)?;
        let Some(started) = self.call.started else { return Ok(()) };
        let now = self.clock.instant();
        let (over, last) = (started.after(self.call.deadline), log.sent.unwrap_or(started));
        if error.kind == ErrorKind::Deadline {
            check(over.remaining(now) <= LAST_READ, Invariant::I13, || {
                format!("it gave up {} ms before its time was over", over.remaining(now))
            })?;
            // What is answered in the last second is not asked again.
            check(!self.weather.is_calm || over.remaining(last) <= 2 * LAST_READ, Invariant::I13, || {
                format!("it gave up, and has not looked for {} ms", last.elapsed(now))
            })?;
            return check(error.status == log.shown.map(|(status, _)| status), Invariant::I13, || {
                format!("it says that the status was {:?}, and was shown {:?}", error.status, log.shown)
            });
        }
        let lies_ahead = matches!(self.call.kind, Kind::Settle(doubted) if doubted.since > started.wall as i64 + AHEAD);
        check(lies_ahead == (error.kind == ErrorKind::InvalidArgument), Invariant::I13, || {
            format!("the moment lies ahead: {lies_ahead}, and it says: {error}")
        })?;
        check(!lies_ahead || log.sent.is_none(), Invariant::I13, || {
            "it has sent something before it refused its arguments".to_owned()
        })?;
        check(!error.retryable, Invariant::I13, || format!("it gave up what may come: {error}"))?;
        let has_own_token = self.call.given.is_some() || self.client.source == Source::Backend;
        let is_refused = error.kind == ErrorKind::Unauthorized && !error.same_token;
        check(!is_refused || has_own_token || log.rejections > 1, Invariant::I13, || {
            "it gave up at the first refusal of a token in this read".to_owned()
        })?;
        check(!self.weather.is_calm || lies_ahead, Invariant::I8, || {
            format!("nothing went wrong, and it failed: {error}")
        })
    }

    fn settled(&self, settled: &Settled) -> Checked {
        let (Kind::Settle(doubted), Some(started)) = (self.call.kind, self.call.started) else { return Ok(()) };
        let log = &self.call.log;
        self.was(settled.status_number, Invariant::I13)?;
        let expected = match settled.status_number {
            Some(WITHDRAWN) => SettledAs::Done,
            Some(RUNNING) => SettledAs::NotDone,
            Some(ODD_STATUS) | None => SettledAs::Unclear,
            Some(_) => SettledAs::Elsewhere,
        };
        check(settled.settled == expected, Invariant::I13, || {
            format!("the status is {:?}, and it says {:?}", settled.status_number, settled.settled)
        })?;
        if matches!(expected, SettledAs::NotDone | SettledAs::Unclear) {
            let safe = self.call.safe().unwrap_or_default();
            let asked = log.read.map_or(0, |(asked, _)| asked.monotonic);
            check(asked >= safe, Invariant::I13, || {
                format!("it says {expected:?} by a read {} ms before nothing can be on its way", safe - asked)
            })?;
        }
        let is_later = log.ended.is_some_and(|ended| ended > doubted.since + LONGEST_LIFE);
        let attribution = match (expected, is_later) {
            (SettledAs::Done, true) => Some(Attribution::Unattributed),
            (SettledAs::Done, false) => Some(Attribution::Presumed),
            _ => None,
        };
        check(settled.attribution == attribution, Invariant::I3, || {
            format!("it says {:?}, and the process ended at {:?}", settled.attribution, log.ended)
        })?;
        let may_resend = expected == SettledAs::NotDone && self.is_well_dated(doubted, started.wall);
        check(!(may_resend && self.is_on_its_way), Invariant::I13, || {
            "it says that it is safe to send again, and a request is on its way".to_owned()
        })
    }

    /// What has not happened by then never does; what somebody else has done later, the call has not done.
    fn settled_finally(&self, settled: &Settled) -> Checked {
        let (Kind::Settle(doubted), Some(started)) = (self.call.kind, self.call.started) else { return Ok(()) };
        let is_elsewhere = match settled.settled {
            SettledAs::Done => settled.attribution == Some(Attribution::Unattributed) && doubted.offset == 0,
            SettledAs::Elsewhere => true,
            SettledAs::NotDone => self.is_well_dated(doubted, started.wall),
            SettledAs::Unclear => false,
        };
        check(!is_elsewhere || self.process.withdrawn_by != Some(doubted.call), Invariant::I13, || {
            format!("it says {:?}, and the withdrawal took effect", settled.settled)
        })
    }

    /// Whether the moment that it was told was one by the clock that it reads.
    fn is_well_dated(&self, doubted: Doubted, wall: u64) -> bool {
        let honest = self.call.started_at + WALL_AT_START;
        doubted.offset == wall as i64 - honest as i64
    }

    fn is_ours(&self) -> Checked {
        check(self.call.log.last == Some((Asked::Withdrawal, Meaning::Accepted)), Invariant::I3, || {
            "it says that it was us, and no answer said so".to_owned()
        })?;
        check(self.process.withdrawn_by == Some(self.number), Invariant::I3, || {
            "it says that it was us, and it was not".to_owned()
        })
    }

    fn first_try(&self) -> Checked {
        let log = &self.call.log;
        let is_first = log.withdrawals == 1 && log.last == Some((Asked::Withdrawal, Meaning::Accepted));
        check(!self.weather.is_calm || is_first, Invariant::I8, || {
            format!("nothing went wrong, and it took {} requests", log.withdrawals)
        })
    }

    fn failed(&self, error: &Error) -> Checked {
        let log = &self.call.log;
        let is_ours = self.process.withdrawn_by == Some(self.number);
        match error.effect {
            Effect::Applied => check(is_ours, Invariant::I3, || "it says applied, and it was not".to_owned())?,
            Effect::None => {
                check(!is_ours, Invariant::I2, || format!("it says that it had no effect, and it had: {error}"))?;
            }
            Effect::Unknown => {
                check(log.in_doubt, Invariant::I9, || {
                    format!("it says that the effect is unknown, and every answer was clear: {error}")
                })?;
                let may_write = matches!(self.call.kind, Kind::Withdraw(_) | Kind::Write);
                check(may_write, Invariant::I9, || "what only reads has an unknown effect".to_owned())?;
            }
        }
        check(!self.is_done_already(error) || self.call.already == Already::Error, Invariant::I4, || {
            "it says that the process cannot be withdrawn, and it is".to_owned()
        })?;
        if error.kind == ErrorKind::NotWithdrawable && error.effect == Effect::None {
            check(log.last == Some((Asked::Read, Meaning::Shown)), Invariant::I4, || {
                "it says that the process cannot be withdrawn, and has not read it".to_owned()
            })?;
            check(error.status != Some(RUNNING), Invariant::I4, || {
                "it says that the process cannot be withdrawn, and it could".to_owned()
            })?;
            self.was(error.status, Invariant::I4)?;
        }
        if error.same_token {
            self.same_token()?;
        }
        let is_read = self.call.kind == Kind::Read || self.call.kind.waits();
        if is_read { Ok(()) } else { self.attempts(error.attempts) }
    }

    /// Whether it says that the process is withdrawn, by whomever.
    fn is_done_already(&self, error: &Error) -> bool {
        error.kind == ErrorKind::NotWithdrawable && error.status == Some(WITHDRAWN)
    }

    /// Once all mishaps are over, a call ends soon.
    fn soon(&self) -> Checked {
        if self.weather.until == u64::MAX || self.weather.has_small_quotas || self.call.kind.waits() {
            return Ok(());
        }
        let settled = self.settled.max(self.call.started_at).max(self.weather.until);
        let latest = settled + 2 * LONGEST_BACKOFF + self.weather.lag + TRAVELLING;
        check(self.clock.now <= latest, Invariant::I9, || {
            format!("it ended {} ms after all mishaps", self.clock.now - settled)
        })
    }

    /// One curable mishap, and time enough: then the effect is known.
    fn definite(&self, error: &Error) -> Checked {
        let log = &self.call.log;
        let reads = matches!(self.call.kind, Kind::Withdraw(ReadBack::BestEffort | ReadBack::Required));
        let elapsed = self.call.started.map_or(0, |started| started.elapsed(self.clock.instant()));
        let had_time = elapsed + 2 * LONGEST_BACKOFF + TRAVELLING <= self.call.deadline;
        let is_curable = log.mishaps <= 1
            && !log.is_incurable
            && !self.weather.has_small_quotas
            && self.client.token_mishaps == 0
            && self.client.throttles == 0
            && self.client.due <= RETRIES
            && !self.client.is_at_quota(Asked::Read, self.clock.instant());
        let is_vague = error.effect == Effect::Unknown && !self.is_done_already(error);
        check(!(reads && had_time && is_curable && is_vague), Invariant::I9, || {
            format!("it met {} mishaps, has time left, and does not know the effect: {error}", log.mishaps)
        })
    }

    /// Whether the process had the status when it was read, as far as a read may lag behind.
    fn was(&self, status: Option<i64>, invariant: Invariant) -> Checked {
        let shown = self.call.log.shown;
        check(shown.map(|(shown, _)| shown) == status, invariant, || {
            format!("it says that the status is {status:?}, and the server had said {shown:?}")
        })?;
        let since = shown.map_or(0, |(_, sent)| sent.saturating_sub(self.weather.lag));
        let had = status.is_some_and(|status| status == ODD_STATUS || self.process.had_since(status, since));
        check(had, invariant, || format!("it says that the status is {status:?}, and it was not"))
    }

    /// "The same token came back" needs that it did.
    fn same_token(&self) -> Checked {
        let rejected = self.call.log.rejected.as_deref();
        let times = self.client.tokens.iter().filter(|token| Some(&*token.value) == rejected).count();
        let is_told = self.client.source == Source::App && !self.client.is_muddled;
        check(rejected.is_some() && (times > 1 || !is_told), Invariant::I10, || {
            format!("it says that the same token came back, and it came {times} times")
        })
    }

    fn attempts(&self, said: u32) -> Checked {
        let log = &self.call.log;
        let sent = log.withdrawals - log.unstarted..=log.withdrawals;
        check(sent.contains(&said), Invariant::I5, || {
            format!("it says {said} attempts, and sent {}, {} of them unstarted", log.withdrawals, log.unstarted)
        })
    }
}
