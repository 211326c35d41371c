//! True time, and the two clocks that a caller reads: one stops while the device sleeps, the other jumps.

use feishu_corehr::Instant;

/// What an honest clock tells when a schedule begins, in milliseconds since 1970.
pub(crate) const WALL_AT_START: u64 = 1_766_000_000_000;

#[derive(Default)]
pub(crate) struct Clock {
    /// Milliseconds since the schedule began.
    pub(crate) now: u64,
    /// How long the device has slept in all: so much the monotonic clock is behind.
    pub(crate) slept: u64,
    /// Until when the device sleeps: it does nothing before.
    pub(crate) awake_at: u64,
    /// How far the wall clock was set off.
    pub(crate) offset: i64,
    /// When a clock has jumped last.
    jumped: Option<u64>,
    /// How often it has.
    jumps: u32,
}

/// So long after a jump of the clocks a lease may have ended early, in milliseconds.
const UNSETTLED: u64 = 30_000;

impl Clock {
    /// What the caller reads now.
    pub(crate) fn instant(&self) -> Instant {
        let wall = (WALL_AT_START + self.now.max(self.awake_at)).saturating_add_signed(self.offset);
        Instant { monotonic: self.monotonic(), wall }
    }

    pub(crate) fn monotonic(&self) -> u64 {
        self.now.max(self.awake_at) - self.slept
    }

    pub(crate) fn jump(&mut self, milliseconds: i64) {
        self.offset += milliseconds;
        self.jumped = Some(self.now.max(self.awake_at));
        self.jumps += 1;
    }

    /// The device sleeps, and the monotonic clock with it. To the lease and the expiry of a token it is a jump.
    pub(crate) fn sleep(&mut self, milliseconds: u64) {
        self.slept += milliseconds;
        self.awake_at = self.now + milliseconds;
        self.jumped = Some(self.awake_at);
        self.jumps += 1;
    }

    /// Whether the clocks have jumped more than once.
    pub(crate) const fn jumps_about(&self) -> bool {
        self.jumps > 1
    }

    pub(crate) fn is_unsettled(&self) -> bool {
        self.jumped.is_some_and(|jumped| self.now < jumped + UNSETTLED)
    }
}
