//! Time as the sandbox tells it: since its start, on the wall, and in the ids of its log.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A start, from which all monotonic times are counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now() }
    }

    /// Milliseconds since the start; never goes back.
    pub(crate) fn elapsed_ms(self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Unix time in milliseconds.
pub(crate) fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Sixteen random hexadecimal digits. Unpredictable enough for a test server.
pub(crate) fn random_hex() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// A log id in the form that the platform's have: a time stamp and hexadecimal digits.
pub(crate) fn log_id() -> String {
    let seconds = wall_ms().div_euclid(1000);
    let (year, month, day) = date_of(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let digits = format!("{}{}", random_hex(), random_hex()).to_uppercase();
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}{}", &digits[..18])
}

/// The Gregorian date of a day counted from 1970-01-01.
fn date_of(day: i64) -> (i64, i64, i64) {
    // Counted in years that begin in March, so that the leap day is the last of its year.
    let from_march = day + 719_468;
    let (era, of_era) = (from_march.div_euclid(146_097), from_march.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates_across_leap_years() {
        for (day, date) in [
            (0, (1970, 1, 1)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (20_818, (2026, 12, 31)),
        ] {
            assert_eq!(date_of(day), date);
        }
    }

    #[test]
    fn a_log_id_is_a_time_stamp_and_eighteen_digits() {
        let id = log_id();
        assert_eq!(id.len(), 32);
        assert!(id.starts_with("20"), "{id}");
        assert!(id.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)), "{id}");
    }
}
