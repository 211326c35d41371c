//! What must always hold (`docs/policy.md` 5.1).

use std::fmt;

/// What a schedule is checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// Withdrawn means that the process is withdrawn at that instant.
    I1,
    /// Effect none means that no request of the call took effect, then or ever later.
    I2,
    /// Who is said to have withdrawn the process has done so, as far as the answers tell.
    I3,
    /// Not withdrawable means that the process was read in that status, and that it was not us.
    I4,
    /// Attempts, renewals, quota and deadline stay in bounds.
    I5,
    /// Nothing is sent after a call was cancelled or has ended.
    I6,
    /// The effect happens at most once: in doubt, the process is read before it is sent again.
    I7,
    /// Without faults, success at the first try.
    I8,
    /// When the faults end, a definite answer soon after; and unknown only where there is a reason.
    I9,
    /// One renewal per rejected generation, and nobody waits for nobody.
    I10,
    /// No token reaches another app, another host or another call.
    I11,
    /// The quota is kept, and so is the silence that the server asks for.
    I12,
    /// A wait ends with what it waited for, or when its time is over. "Safe to send again" is said only where nothing that
    /// was sent has acted, or can act later.
    I13,
    /// The core never panics.
    NoPanic,
}

/// A schedule that breaks an invariant.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which invariant.
    pub invariant: Invariant,
    /// What happened.
    pub text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.invariant, self.text)
    }
}

/// Checked, or the violation.
pub(crate) type Checked = Result<(), Violation>;

pub(crate) fn check(holds: bool, invariant: Invariant, text: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(Violation { invariant, text: text() }) }
}
