//! The truth: processes, and who changed them; tokens, and whether they are good.

use crate::clock::WALL_AT_START;
use crate::dice::Dice;
use crate::returned::Returned;

/// The statuses that a process can have, by Feishu's numbers.
pub(crate) const RUNNING: i64 = 1;
pub(crate) const WITHDRAWN: i64 = 4;
const COMPLETED: i64 = 9;
const REVOKED: i64 = 8;
const REVOKING: i64 = 15;

pub(crate) struct Process {
    pub(crate) id: String,
    /// Every status it had, each with the instant it began.
    pub(crate) history: Vec<(u64, i64)>,
    /// Which call withdrew it, if one of ours did.
    pub(crate) withdrawn_by: Option<usize>,
    /// How often a withdrawal of ours took effect.
    pub(crate) effects: u32,
}

impl Process {
    pub(crate) fn new(number: usize, status: i64) -> Self {
        let id = format!("73283451709596810{number:02}");
        Self { id, history: vec![(0, status)], withdrawn_by: None, effects: 0 }
    }

    pub(crate) fn status(&self) -> i64 {
        self.history.last().map_or(RUNNING, |(_, status)| *status)
    }

    /// The status at an instant of the past.
    pub(crate) fn status_at(&self, instant: u64) -> i64 {
        self.history.iter().rev().find(|(since, _)| *since <= instant).map_or(self.history[0].1, |(_, status)| *status)
    }

    /// When it came to the status that it had at an instant, if it had ended there.
    pub(crate) fn ended_at(&self, instant: u64) -> Option<i64> {
        let (since, status) = self.history.iter().rev().find(|(since, _)| *since <= instant)?;
        (*since > 0 && !matches!(*status, RUNNING | REVOKING)).then_some((WALL_AT_START + since) as i64)
    }

    /// Whether it had that status at some instant since then.
    pub(crate) fn had_since(&self, status: i64, since: u64) -> bool {
        self.status_at(since) == status || self.history.iter().any(|(at, was)| *at > since && *was == status)
    }

    /// Somebody else acts; nothing happens where the rules do not allow it.
    pub(crate) fn change(&mut self, now: u64, status: i64) {
        let may = match status {
            REVOKED => matches!(self.status(), REVOKING | COMPLETED),
            REVOKING => self.status() == COMPLETED,
            _ => self.status() == RUNNING,
        };
        if may {
            self.history.push((now, status));
        }
    }

    /// A withdrawal of ours arrives: the server moves a process from running to withdrawn, and no other way.
    pub(crate) fn withdraw(&mut self, now: u64, call: usize, dice: &mut Dice) -> Returned {
        if self.status() == RUNNING {
            self.history.push((now, WITHDRAWN));
            self.withdrawn_by = Some(call);
            self.effects += 1;
            return Returned::accepted(dice);
        }
        let is_fresh = self.history.len() > 1 && self.history.last().is_some_and(|(since, _)| since + 1_000 > now);
        if is_fresh && dice.chance(500) { Returned::conflict() } else { Returned::finished(dice) }
    }
}

/// The tokens of one app at one host.
#[derive(Default)]
pub(crate) struct Issuer {
    issued: Vec<Issued>,
}

struct Issued {
    value: String,
    expires_at: u64,
    is_revoked: bool,
}

/// A token with half an hour left is given again.
const GIVEN_AGAIN: u64 = 1_800_000;

impl Issuer {
    /// Gives a token that lives for `life` seconds, or the last one again.
    pub(crate) fn issue(&mut self, now: u64, life: u64, hands_back_revoked: bool, tenancy: usize) -> Returned {
        if let Some(last) = self.issued.last()
            && last.value.starts_with('t')
            && (hands_back_revoked || !last.is_revoked)
            && last.expires_at >= now + GIVEN_AGAIN
        {
            return Returned::token(&last.value, (last.expires_at - now) / 1_000);
        }
        let value = format!("t-{tenancy}-{}", self.issued.len());
        let returned = Returned::token(&value, life);
        self.issued.push(Issued { value, expires_at: now + life * 1_000, is_revoked: false });
        returned
    }

    /// A token of a call's own, which nobody else is given.
    pub(crate) fn grant(&mut self, tenancy: usize) -> String {
        let value = format!("u-{tenancy}-{}", self.issued.len());
        self.issued.insert(0, Issued { value: value.clone(), expires_at: u64::MAX, is_revoked: false });
        value
    }

    pub(crate) fn knows(&self, value: &str) -> bool {
        self.issued.iter().any(|token| token.value == value)
    }

    pub(crate) fn accepts(&self, value: &str, now: u64) -> bool {
        self.issued.iter().any(|token| token.value == value && !token.is_revoked && now < token.expires_at)
    }

    pub(crate) fn revoke(&mut self) {
        if let Some(token) = self.issued.last_mut().filter(|token| token.value.starts_with('t')) {
            token.is_revoked = true;
        }
    }
}
