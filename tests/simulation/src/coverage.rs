//! Which answers met which state: a pair that is never visited is a pair that is never checked.

use std::fmt;

use crate::call::{Kind, Outcome};
use crate::returned::Meaning;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Read,
    Token,
    Withdrawal,
}

/// Why a call is in doubt, if it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Doubt {
    Ambiguous,
    Conflict,
    Finished,
    #[default]
    None,
    Refused,
}

const ASKED: [Asked; 3] = [Asked::Read, Asked::Token, Asked::Withdrawal];
const DOUBTS: [Doubt; 5] = [Doubt::Ambiguous, Doubt::Conflict, Doubt::Finished, Doubt::None, Doubt::Refused];
const MEANINGS: usize = Meaning::ALL.len();

/// How often each answer met each state.
#[derive(Clone, Debug)]
pub struct Coverage {
    visits: [[[u64; MEANINGS]; DOUBTS.len()]; ASKED.len()],
    /// How often waiting for a process ended with a status that was waited for, and how often without one.
    pub waits: [u64; 2],
    /// How often settling ended in each way, in the order of the words.
    pub settlings: [u64; 4],
    /// How many calls ended.
    pub calls: u64,
    /// How many requests were sent.
    pub requests: u64,
}

impl Default for Coverage {
    fn default() -> Self {
        Self {
            visits: [[[0; MEANINGS]; DOUBTS.len()]; ASKED.len()],
            waits: [0; 2],
            settlings: [0; 4],
            calls: 0,
            requests: 0,
        }
    }
}

impl Coverage {
    pub(crate) fn visit(&mut self, asked: Asked, doubt: Doubt, meaning: Meaning) {
        self.visits[asked as usize][doubt as usize][meaning as usize] += 1;
    }

    /// A call has ended.
    pub(crate) fn ended(&mut self, kind: Kind, outcome: &Outcome) {
        self.calls += 1;
        match outcome {
            Outcome::Failed(_) if matches!(kind, Kind::WaitFor(_)) => self.waits[1] += 1,
            Outcome::Settled(settled) => self.settlings[settled.settled as usize] += 1,
            Outcome::Waited(_) => self.waits[0] += 1,
            _ => {}
        }
    }

    /// Adds what another thread has visited.
    pub fn add(&mut self, other: &Self) {
        let ours = self.visits.as_flattened_mut().as_flattened_mut();
        for (ours, theirs) in ours.iter_mut().zip(other.visits.as_flattened().as_flattened()) {
            *ours += theirs;
        }
        for (ours, theirs) in self.waits.iter_mut().zip(other.waits) {
            *ours += theirs;
        }
        for (ours, theirs) in self.settlings.iter_mut().zip(other.settlings) {
            *ours += theirs;
        }
        self.calls += other.calls;
        self.requests += other.requests;
    }

    /// How many pairs of a withdrawal's state and an answer were visited, and how many can be.
    pub fn pairs(&self) -> (usize, usize) {
        let possible = |asked, doubt, meaning| possible(asked, doubt, meaning);
        let mut all = (0, 0);
        for (asked, doubt, meaning) in self.all() {
            if possible(asked, doubt, meaning) {
                all.1 += 1;
                all.0 += usize::from(self.visits[asked as usize][doubt as usize][meaning as usize] > 0);
            }
        }
        all
    }

    fn all(&self) -> impl Iterator<Item = (Asked, Doubt, Meaning)> {
        ASKED.into_iter().flat_map(|asked| {
            DOUBTS
                .into_iter()
                .flat_map(move |doubt| Meaning::ALL.into_iter().map(move |meaning| (asked, doubt, meaning)))
        })
    }
}

/// Whether this answer can meet this state.
const fn possible(asked: Asked, doubt: Doubt, meaning: Meaning) -> bool {
    match asked {
        Asked::Read => !matches!(
            meaning,
            Meaning::Accepted | Meaning::BadCredentials | Meaning::BadToken | Meaning::Conflict | Meaning::Finished
        ),
        // A token is asked for in the same way whatever the doubt.
        Asked::Token => {
            matches!(doubt, Doubt::None)
                && !matches!(
                    meaning,
                    Meaning::Conflict
                        | Meaning::Finished
                        | Meaning::Forbidden
                        | Meaning::Refused
                        | Meaning::Rejected
                        | Meaning::Shown
                )
        }
        // After "finished" and after a refusal in doubt it is only read.
        Asked::Withdrawal => {
            !matches!(doubt, Doubt::Finished | Doubt::Refused)
                && !matches!(meaning, Meaning::BadCredentials | Meaning::BadToken | Meaning::Shown)
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (visited, all) = self.pairs();
        writeln!(f, "{visited} of {all} pairs of state and answer visited")?;
        let ([came, over], [done, elsewhere, not_done, unclear]) = (self.waits, self.settlings);
        writeln!(f, "waits: {came} came to their end, {over} did not")?;
        writeln!(f, "settled: {done} done, {elsewhere} elsewhere, {not_done} not done, {unclear} unclear")?;
        writeln!(
            f,
            "{:<12} {:>11} {:>11} {:>11} {:>11} {:>11}",
            "", "no doubt", "ambiguous", "conflict", "finished", "refused"
        )?;
        for asked in ASKED {
            writeln!(f, "{asked:?}")?;
            for meaning in Meaning::ALL {
                let row = [Doubt::None, Doubt::Ambiguous, Doubt::Conflict, Doubt::Finished, Doubt::Refused];
                if !row.iter().any(|doubt| possible(asked, *doubt, meaning)) {
                    continue;
                }
                write!(f, "  {:<14}", format!("{meaning:?}"))?;
                for doubt in row {
                    let visits = self.visits[asked as usize][doubt as usize][meaning as usize];
                    let cell = if possible(asked, doubt, meaning) { visits.to_string() } else { "-".to_owned() };
                    write!(f, " {cell:>11}")?;
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }
}
