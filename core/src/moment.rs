//! A past moment that a caller names, in milliseconds since 1970-01-01 UTC.

use crate::error::Problem;
use crate::retry;
use crate::time::Instant;

/// What is wrong with a moment that is in another unit.
pub(crate) fn unit_problem(field: &str, moment: i64) -> Option<Problem> {
    let rule = match moment {
        ..0 => format!("is {moment} ms, before 1970"),
        0..MILLISECONDS => format!("is {moment}: seconds, not milliseconds"),
        MILLISECONDS..MICROSECONDS => return None,
        MICROSECONDS.. => format!("is {moment}: smaller units than milliseconds"),
    };
    Some(Problem::new(field, rule))
}

/// What is wrong with a moment that is not past, by more than clocks differ.
pub(crate) fn ahead_problem(field: &str, moment: i64, now: Instant) -> Option<Problem> {
    let ahead = moment.saturating_sub_unsigned(now.wall);
    let rule = || format!("lies {ahead} ms ahead; it is a moment that is past, in milliseconds since 1970");
    (ahead > retry::CLOCKS_DIFFER).then(|| Problem::new(field, rule()))
}

/// In 1973 as milliseconds, in 5138 as seconds.
const MILLISECONDS: i64 = 100_000_000_000;
/// In 1973 as microseconds, in 5138 as milliseconds.
const MICROSECONDS: i64 = 100_000_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(problem: Option<Problem>) -> Option<String> {
        problem.map(|problem| format!("{} {}", problem.field, problem.rule))
    }

    #[test]
    fn a_moment_in_another_unit_is_refused() {
        for (moment, expected) in [
            (-1, Some("since is -1 ms, before 1970")),
            (0, Some("since is 0: seconds, not milliseconds")),
            (99_999_999_999, Some("since is 99999999999: seconds, not milliseconds")),
            (100_000_000_000, None),
            (99_999_999_999_999, None),
            (100_000_000_000_000, Some("since is 100000000000000: smaller units than milliseconds")),
            (i64::MAX, Some("since is 9223372036854775807: smaller units than milliseconds")),
        ] {
            assert_eq!(rule(unit_problem("since", moment)).as_deref(), expected, "{moment}");
        }
    }

    #[test]
    fn a_moment_may_lie_ahead_as_far_as_clocks_differ() {
        let now = Instant { monotonic: 7, wall: 1_766_000_000_000 };
        for (moment, expected) in [
            (i64::MIN, None),
            (1_766_000_000_000, None),
            (1_766_000_005_000, None),
            (1_766_000_005_001, Some("lies 5001 ms ahead; it is a moment that is past, in milliseconds since 1970")),
        ] {
            let found = ahead_problem("since", moment, now).map(|problem| problem.rule);
            assert_eq!(found.as_deref(), expected, "{moment}");
        }
    }
}
