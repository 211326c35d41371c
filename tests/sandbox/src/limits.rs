//! The documented rate limits: so many requests in a window, per operation and app.

use std::collections::BTreeMap;

use crate::operations::Operation;

/// What a request met that came too early.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Exceeded {
    pub(crate) limit: u64,
    pub(crate) reset_s: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Limits {
    windows: BTreeMap<(Operation, String), Window>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    started_ms: u64,
    used: u64,
}

impl Limits {
    /// Counts one request, unless the window is full.
    pub(crate) fn take(&mut self, operation: Operation, app_id: &str, scale: f64, now_ms: u64) -> Result<(), Exceeded> {
        let Some((documented, length_ms)) = documented(operation) else { return Ok(()) };
        let limit = scaled(documented, scale);
        let window =
            self.windows.entry((operation, app_id.to_owned())).or_insert(Window { started_ms: now_ms, used: 0 });
        if now_ms >= window.started_ms + length_ms {
            *window = Window { started_ms: now_ms, used: 0 };
        }
        if window.used >= limit {
            let left_ms = window.started_ms + length_ms - now_ms;
            return Err(Exceeded { limit, reset_s: left_ms.div_ceil(1000).max(1) });
        }
        window.used += 1;
        Ok(())
    }
}

/// The limit on the operation's page, and its window in milliseconds.
pub(crate) fn documented(operation: Operation) -> Option<(u64, u64)> {
    operation.row()?.limit
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // Small and positive.
fn scaled(documented: u64, scale: f64) -> u64 {
    ((documented as f64 * scale).ceil() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_fills_and_opens_again() {
        let mut limits = Limits::default();
        for _ in 0..20 {
            assert_eq!(limits.take(Operation::ListProcesses, "cli_a", 1.0, 500), Ok(()));
        }
        let exceeded = Err(Exceeded { limit: 20, reset_s: 60 });
        assert_eq!(limits.take(Operation::ListProcesses, "cli_a", 1.0, 501), exceeded);
        assert_eq!(limits.take(Operation::ListProcesses, "cli_b", 1.0, 501), Ok(()));
        assert_eq!(limits.take(Operation::GetProcess, "cli_a", 1.0, 501), Ok(()));
        assert_eq!(limits.take(Operation::ListProcesses, "cli_a", 1.0, 60_500), Ok(()));
    }

    #[test]
    fn a_scale_moves_the_limit_but_never_below_one() {
        assert_eq!(scaled(20, 0.5), 10);
        assert_eq!(scaled(20, 0.001), 1);
        assert_eq!(scaled(50, 100.0), 5000);
    }
}
