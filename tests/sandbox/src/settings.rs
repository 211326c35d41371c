//! What can be set while the sandbox runs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The scope that acting on a process needs.
pub const WRITE_SCOPE: &str = "corehr:process.instance:write";
/// The scope that reading needs.
pub const READ_SCOPE: &str = "corehr:process:read";
/// The scope that naming users by `user_id` needs.
pub const USER_ID_SCOPE: &str = "contact:user.employee_id:readonly";

/// All settings.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether rate limits are kept.
    pub limits: bool,
    /// Factor on every documented rate limit.
    pub limit_scale: f64,
    /// The HTTP status of code 99991400: 429, or 400 as some older APIs have it.
    pub limit_status: u16,
    /// The life of a new tenant token, in seconds.
    pub token_life_s: u64,
    /// The HTTP status of a missing or invalid tenant token: 400, or 200 as once reported.
    pub token_error_status: u16,
    /// The HTTP status of a refused token request: 200, or 400 as some fixtures have it.
    pub token_failure_status: u16,
    /// For so long after an act, reads show the process as it was before.
    pub read_lag_ms: u64,
    /// Moves the clock of tokens and rate limits forward.
    pub clock_offset_ms: u64,
    /// The scopes that the apps have.
    pub scopes: BTreeSet<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: true,
            limit_scale: 1.0,
            limit_status: 429,
            token_life_s: 7200,
            token_error_status: 400,
            token_failure_status: 200,
            read_lag_ms: 0,
            clock_offset_ms: 0,
            scopes: [WRITE_SCOPE, READ_SCOPE, USER_ID_SCOPE].map(str::to_owned).into(),
        }
    }
}

/// A change of some settings; what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsChange {
    /// See [`Settings::limits`].
    pub limits: Option<bool>,
    /// See [`Settings::limit_scale`].
    pub limit_scale: Option<f64>,
    /// See [`Settings::limit_status`].
    pub limit_status: Option<u16>,
    /// See [`Settings::token_life_s`].
    pub token_life_s: Option<u64>,
    /// See [`Settings::token_error_status`].
    pub token_error_status: Option<u16>,
    /// See [`Settings::token_failure_status`].
    pub token_failure_status: Option<u16>,
    /// See [`Settings::read_lag_ms`].
    pub read_lag_ms: Option<u64>,
    /// See [`Settings::clock_offset_ms`].
    pub clock_offset_ms: Option<u64>,
    /// See [`Settings::scopes`].
    pub scopes: Option<BTreeSet<String>>,
}

impl Settings {
    pub(crate) fn change(&mut self, change: SettingsChange) {
        fn put<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        put(&mut self.limits, change.limits);
        put(&mut self.limit_scale, change.limit_scale);
        put(&mut self.limit_status, change.limit_status);
        put(&mut self.token_life_s, change.token_life_s);
        put(&mut self.token_error_status, change.token_error_status);
        put(&mut self.token_failure_status, change.token_failure_status);
        put(&mut self.read_lag_ms, change.read_lag_ms);
        put(&mut self.clock_offset_ms, change.clock_offset_ms);
        put(&mut self.scopes, change.scopes);
    }
}
