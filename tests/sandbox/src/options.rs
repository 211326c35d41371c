//! How a sandbox is started.

use crate::demo;
use crate::settings::Settings;

/// The choices at the start; `Options::default()` is the demo tenant on free ports.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port for HTTP; 0 takes a free one.
    pub http_port: u16,
    /// The port for HTTPS; 0 takes a free one.
    pub https_port: u16,
    /// The id of the demo app.
    pub app_id: String,
    /// The secret of the demo app.
    pub app_secret: String,
    /// How many running processes to add to the demo tenant.
    pub demo_processes: usize,
    /// The settings to begin with, and to come back to at a reset.
    pub settings: Settings,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            http_port: 0,
            https_port: 0,
            app_id: demo::APP_ID.into(),
            app_secret: demo::APP_SECRET.into(),
            demo_processes: 0,
            settings: Settings::default(),
        }
    }
}
