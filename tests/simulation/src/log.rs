//! What a call has sent and was answered, and what it may therefore do next.

use feishu_corehr::{Instant, ReadBack};

use crate::call::{Kind, SHORTEST_PAUSE};
use crate::coverage::{Asked, Doubt};
use crate::ending::ODD_STATUS;
use crate::invariant::{Checked, Invariant, check};
use crate::returned::Meaning;
use crate::server::RUNNING;

const MOST_WITHDRAWALS: u32 = 4;
const MOST_READS: u32 = 5;
/// Three tries of a renewal while the old token is good, three once it is not, and three for a last read in doubt.
const MOST_TOKENS: u32 = 9;
const MOST_UNSTARTED: u32 = 2;
/// What retries cost.
pub(crate) const THROTTLE_COST: u64 = 5;
pub(crate) const TRANSIENT_COST: u64 = 14;

/// What the last read has shown since the last answer that proves nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sight {
    /// There is no doubt.
    #[default]
    Clear,
    /// Reading is forbidden.
    Forbidden,
    /// It is not known yet.
    Needed,
    /// The process has another status than running.
    Over,
    /// The process is running.
    Running,
}

#[derive(Default)]
pub(crate) struct Log {
    /// Whether it reads the process before it withdraws.
    pub(crate) checks_first: bool,
    /// Whether it reads again and again: each read is one attempt and may renew the token once.
    pub(crate) waits: bool,
    /// When the read that was answered last was sent, and when its answer came.
    pub(crate) read: Option<(Instant, Instant)>,
    /// When the last request was sent.
    pub(crate) sent: Option<Instant>,
    /// How many withdrawals were handed to the transport, and how many of them were never started.
    pub(crate) withdrawals: u32,
    pub(crate) unstarted: u32,
    /// How many attempts count: neither throttled nor rejected nor unstarted ones.
    counted_withdrawals: u32,
    counted_reads: u32,
    counted_tokens: u32,
    /// How often in this attempt the request was not started.
    unstarted_now: [u32; 3],
    pub(crate) rejections: u32,
    /// The token that was last rejected.
    pub(crate) rejected: Option<String>,
    /// Whether an answer to a withdrawal proved nothing.
    pub(crate) in_doubt: bool,
    /// Whether one may be missing.
    pub(crate) is_ambiguous: bool,
    pub(crate) doubt: Doubt,
    pub(crate) sight: Sight,
    /// How many resends are left, if an answer has limited them.
    allowance: Option<u32>,
    /// Whether the last withdrawal's answer proved nothing, and it was not sent again yet.
    is_fresh: bool,
    /// Whether the request under way was not preceded by a look, because reading is forbidden.
    is_unread: bool,
    pub(crate) resent_unread: bool,
    /// The last answer.
    pub(crate) last: Option<(Asked, Meaning)>,
    /// The status of the last read, and when the read was sent.
    pub(crate) shown: Option<(i64, u64)>,
    /// When the process ended, as the last read tells.
    pub(crate) ended: Option<i64>,
    /// What it costs to go on after the last answer; nothing once that is paid.
    pub(crate) due: u64,
    /// What it costs to send a throttled withdrawal again, while a token is fetched first.
    pub(crate) owed: u64,
    /// What its last retry has cost: a success gives it back.
    pub(crate) paid: u64,
    /// How many of its answers were mishaps, throttles not counted, and whether one of them cannot be cured.
    pub(crate) mishaps: u32,
    pub(crate) is_incurable: bool,
}

impl Log {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { waits: kind.waits(), ..Self::default() }
    }

    /// The call wants to send this.
    pub(crate) fn send(&mut self, asked: Asked, kind: Kind, now: Instant) -> Checked {
        // A read of a wait may end without having been sent: with no token to be had, which is known by the pause.
        if self.waits && self.sent.is_some_and(|sent| sent.elapsed(now) >= SHORTEST_PAUSE) {
            self.counted_tokens = 0;
        }
        self.sent = Some(now);
        let (count, most) = match asked {
            Asked::Read => (self.counted_reads, MOST_READS),
            Asked::Token => (self.counted_tokens, MOST_TOKENS),
            Asked::Withdrawal => (self.counted_withdrawals, MOST_WITHDRAWALS),
        };
        check(count < most, Invariant::I5, || format!("attempt {} of {asked:?}; {most} are allowed", count + 1))?;
        // In doubt, one last read is worth a token.
        let reads_at_last = self.in_doubt && self.rejections == 2 && asked != Asked::Withdrawal;
        check(self.rejections < 2 || reads_at_last || self.waits, Invariant::I5, || {
            "the token was refused twice, and still it goes on".to_owned()
        })?;
        match asked {
            Asked::Read => {
                self.counted_tokens = 0;
                let is_check = self.checks_first && self.withdrawals == 0;
                let never_reads = kind == Kind::Write || kind == Kind::Withdraw(ReadBack::Never);
                check(is_check || !never_reads, Invariant::I7, || "it reads, which it was told not to".to_owned())
            }
            Asked::Token => Ok(()),
            Asked::Withdrawal => {
                self.counted_tokens = 0;
                self.withdrawals += 1;
                self.withdraw(kind)
            }
        }
    }

    /// In doubt, it is only sent again after a look, and only as often as each answer allows.
    fn withdraw(&mut self, kind: Kind) -> Checked {
        let may_write = matches!(kind, Kind::Withdraw(_) | Kind::Write);
        check(may_write, Invariant::I7, || "what only reads withdraws".to_owned())?;
        let was_checked = !self.checks_first || self.shown.is_some();
        check(was_checked, Invariant::I7, || "it was to read first, and has read nothing".to_owned())?;
        self.is_unread = self.sight == Sight::Forbidden;
        let may = match self.sight {
            Sight::Clear | Sight::Running => !matches!(self.doubt, Doubt::Finished | Doubt::Refused),
            Sight::Forbidden => {
                kind == Kind::Withdraw(ReadBack::BestEffort) && !matches!(self.doubt, Doubt::Finished | Doubt::Refused)
            }
            Sight::Needed | Sight::Over => false,
        };
        check(may, Invariant::I7, || format!("sent again with doubt {:?} and sight {:?}", self.doubt, self.sight))?;
        if std::mem::take(&mut self.is_fresh)
            && let Some(allowance) = &mut self.allowance
        {
            check(*allowance > 0, Invariant::I5, || "sent again more often than the answers allow".to_owned())?;
            *allowance -= 1;
        }
        Ok(())
    }

    /// The call was answered.
    pub(crate) fn answered(
        &mut self,
        asked: Asked,
        meaning: Meaning,
        shown: Option<i64>,
        sent: u64,
        read: (Instant, Instant),
    ) {
        self.last = Some((asked, meaning));
        if meaning == Meaning::Rejected {
            self.rejections += 1;
        }
        let is_started = self.count(asked, meaning);
        self.due = self.cost(asked, meaning, is_started, shown);
        match meaning {
            Meaning::Conflict | Meaning::Garbled | Meaning::Lost | Meaning::Unreachable => self.mishaps += 1,
            Meaning::Accepted | Meaning::Finished | Meaning::Throttled | Meaning::Unstarted => {}
            Meaning::Shown => self.is_incurable |= shown == Some(ODD_STATUS),
            Meaning::BadCredentials
            | Meaning::BadToken
            | Meaning::EdgeRefused
            | Meaning::Forbidden
            | Meaning::Hopeless
            | Meaning::Refused
            | Meaning::Rejected
            | Meaning::Untrusted => self.is_incurable = true,
        }
        match asked {
            Asked::Read => match (meaning, shown) {
                (Meaning::Forbidden, _) if self.sight == Sight::Needed => self.sight = Sight::Forbidden,
                (Meaning::Shown, Some(status)) => {
                    self.shown = Some((status, sent));
                    self.sight = if status == RUNNING { Sight::Running } else { Sight::Over };
                }
                _ => {}
            },
            Asked::Token => {}
            Asked::Withdrawal if is_started => {
                self.resent_unread |= self.is_unread;
                self.withdrawal_answered(meaning);
            }
            Asked::Withdrawal => {}
        }
        // What has counted has ended a read of a wait.
        if self.waits && self.counted_reads > 0 {
            (self.counted_reads, self.rejections) = (0, 0);
            self.read = Some(read);
        }
    }

    /// What the next request costs after this answer. Retries within a fetch of a token are not told apart from other
    /// fetches: they cost nothing here.
    fn cost(&self, asked: Asked, meaning: Meaning, is_started: bool, shown: Option<i64>) -> u64 {
        match meaning {
            _ if asked == Asked::Token => 0,
            Meaning::Throttled => THROTTLE_COST,
            // A wait reads again as rarely as if nothing had failed.
            _ if self.waits => 0,
            // Once more after a read that contradicts the answer.
            Meaning::Shown if self.doubt == Doubt::Finished && shown == Some(RUNNING) => TRANSIENT_COST,
            Meaning::Unstarted if is_started => TRANSIENT_COST,
            _ if meaning.is_transient() => TRANSIENT_COST,
            _ => 0,
        }
    }

    /// Counts the attempt; whether it is one at all. A request that was never started is sent again at once, and only
    /// when that happens too often it is an attempt that has failed.
    fn count(&mut self, asked: Asked, meaning: Meaning) -> bool {
        match meaning {
            Meaning::Rejected | Meaning::Throttled => return true,
            Meaning::Unstarted => {
                self.unstarted += u32::from(asked == Asked::Withdrawal);
                self.unstarted_now[asked as usize] += 1;
                if self.unstarted_now[asked as usize] <= MOST_UNSTARTED {
                    return false;
                }
                self.mishaps += 1;
            }
            _ => {}
        }
        self.unstarted_now[asked as usize] = 0;
        match asked {
            Asked::Read => self.counted_reads += 1,
            Asked::Token => self.counted_tokens += 1,
            Asked::Withdrawal => self.counted_withdrawals += 1,
        }
        true
    }

    fn withdrawal_answered(&mut self, meaning: Meaning) {
        if meaning.proves_nothing() {
            (self.in_doubt, self.is_fresh, self.sight) = (true, true, Sight::Needed);
        }
        if meaning.is_ambiguous() {
            self.is_ambiguous = true;
        }
        match meaning {
            Meaning::Conflict => self.doubt = Doubt::Conflict,
            Meaning::Finished => self.doubt = Doubt::Finished,
            Meaning::Garbled | Meaning::Hopeless | Meaning::Lost => {
                let allowed = match meaning {
                    Meaning::Garbled => 1,
                    Meaning::Hopeless => 0,
                    _ => u32::MAX,
                };
                self.allowance = Some(self.allowance.unwrap_or(u32::MAX).min(allowed));
                self.doubt = Doubt::Ambiguous;
            }
            Meaning::EdgeRefused | Meaning::Forbidden | Meaning::Refused | Meaning::Untrusted if self.in_doubt => {
                self.doubt = Doubt::Refused;
            }
            // After a lost answer every further one that proves nothing new is a reason to look again.
            Meaning::Unreachable | Meaning::Unstarted if self.is_ambiguous => self.sight = Sight::Needed,
            _ => {}
        }
    }
}
