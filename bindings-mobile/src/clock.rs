//! The time by both clocks.

use std::sync::OnceLock;
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use feishu_corehr::Instant;

pub(crate) fn now() -> Instant {
    static START: OnceLock<Clock> = OnceLock::new();
    let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant { monotonic: milliseconds(START.get_or_init(Clock::now).elapsed()), wall: milliseconds(wall) }
}
