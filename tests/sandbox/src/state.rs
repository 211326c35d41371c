//! Everything the sandbox knows, behind one lock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::demo::{self, Demo};
use crate::faults::Orders;
use crate::limits::Limits;
use crate::log::Log;
use crate::options::Options;
use crate::processes::{Processes, Until};
use crate::script::Playback;
use crate::settings::Settings;
use crate::tokens::Tokens;

/// An app of the tenant's.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Its id, `cli_…`.
    pub app_id: String,
    /// Its secret.
    pub app_secret: String,
    /// Its scopes, where they are not those of the settings.
    #[serde(default)]
    pub scopes: Option<BTreeSet<String>>,
}

/// The state and what never changes about it, shared by every connection.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) options: Arc<Options>,
    pub(crate) ports: Ports,
    state: Arc<Mutex<State>>,
}

/// Where the sandbox listens on loopback.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ports {
    pub(crate) http: u16,
    pub(crate) https: u16,
}

/// What a reset puts back to the start.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) apps: BTreeMap<String, App>,
    pub(crate) tokens: Tokens,
    pub(crate) limits: Limits,
    pub(crate) processes: Processes,
    /// What was written to departments, by id; nothing of one that was deleted.
    pub(crate) departments: BTreeMap<String, Option<Map<String, Value>>>,
    /// Whether readers see the effect of the next act only when another one is asked for.
    pub(crate) hide_next: bool,
    pub(crate) demo: Demo,
    /// The page tokens that were given out.
    pub(crate) pages: BTreeSet<String>,
    pub(crate) script: Playback,
    pub(crate) faults: Orders,
    pub(crate) log: Log,
}

impl World {
    pub(crate) fn new(options: Options, ports: Ports) -> Self {
        let state = State::at_start(&options);
        Self { clock: Clock::start(), options: Arc::new(options), ports, state: Arc::new(Mutex::new(state)) }
    }

    /// The state. A panic of another connection does not spoil it: each change is small and complete.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn reset(&self) {
        let mut state = self.state();
        let log = std::mem::take(&mut state.log);
        *state = State::at_start(&self.options);
        state.log = log;
        state.log.clear();
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.elapsed_ms()
    }
}

impl State {
    fn at_start(options: &Options) -> Self {
        let app = App { app_id: options.app_id.clone(), app_secret: options.app_secret.clone(), scopes: None };
        let mut processes = Processes::default();
        let demo = demo::fill(&mut processes, options.demo_processes);
        Self {
            settings: options.settings.clone(),
            apps: BTreeMap::from([(app.app_id.clone(), app)]),
            tokens: Tokens::default(),
            limits: Limits::default(),
            processes,
            departments: BTreeMap::new(),
            hide_next: false,
            demo,
            pages: BTreeSet::new(),
            script: Playback::default(),
            faults: Orders::default(),
            log: Log::default(),
        }
    }

    /// The time of tokens and limits, which may be moved forward.
    pub(crate) fn gateway_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_add(self.settings.clock_offset_ms)
    }

    pub(crate) fn scopes_of(&self, app_id: &str) -> &BTreeSet<String> {
        self.apps.get(app_id).and_then(|app| app.scopes.as_ref()).unwrap_or(&self.settings.scopes)
    }

    /// Until when reads lag behind an act of now.
    pub(crate) fn lag(&self, now_ms: u64) -> Option<Until> {
        if self.hide_next {
            return Some(Until::NextAct);
        }
        let lag = self.settings.read_lag_ms;
        (lag > 0).then(|| Until::Time(now_ms + lag))
    }
}
