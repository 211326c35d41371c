//! Time is an input: every instant comes from the caller.

/// A point in time, in milliseconds, by two clocks.
///
/// Elapsed time is read off the monotonic clock. Because that clock stops while a device sleeps, whatever
/// expires is expired as soon as *either* clock says so; a wall clock that jumps backwards is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Instant {
    /// Milliseconds since an arbitrary start; never goes backwards.
    pub monotonic: u64,
    /// Milliseconds since 1970-01-01 UTC, as the host believes.
    pub wall: u64,
}

impl Instant {
    /// This instant, `milliseconds` later by both clocks.
    #[must_use]
    pub const fn after(self, milliseconds: u64) -> Self {
        Self { monotonic: self.monotonic.saturating_add(milliseconds), wall: self.wall.saturating_add(milliseconds) }
    }

    /// Whether `now` has reached this instant by either clock: for things that expire.
    pub const fn expired(self, now: Self) -> bool {
        now.monotonic >= self.monotonic || now.wall >= self.wall
    }

    /// Milliseconds from `now` until this instant by the monotonic clock; 0 when it is past.
    pub const fn remaining(self, now: Self) -> u64 {
        self.monotonic.saturating_sub(now.monotonic)
    }

    /// Milliseconds that have passed since this instant by the monotonic clock.
    pub const fn elapsed(self, now: Self) -> u64 {
        now.monotonic.saturating_sub(self.monotonic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suspended_monotonic_clock_does_not_keep_things_alive() {
        let expiry = Instant { monotonic: 100, wall: 1_000 }.after(50);
        assert!(!expiry.expired(Instant { monotonic: 149, wall: 1_049 }));
        assert!(expiry.expired(Instant { monotonic: 101, wall: 9_999 }));
        assert!(expiry.expired(Instant { monotonic: 150, wall: 0 }));
    }
}
