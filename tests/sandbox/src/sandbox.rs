//! A running sandbox, and the typed way to what the control endpoint does.

use std::path::PathBuf;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::demo::Demo;
use crate::error::Error;
use crate::faults::redirect;
use crate::faults::{Fault, FaultOrder, catalogue};
use crate::front::Front;
use crate::log::LogEntry;
use crate::options::Options;
use crate::processes::Process;
use crate::routes;
use crate::script::Script;
use crate::settings::{Settings, SettingsChange};
use crate::state::{App, Ports, World};
use crate::tls::Identity;

/// A running sandbox. It ends, with all its connections, when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    world: World,
    identity: Identity,
    /// The two listeners; dropping the set ends them.
    _listeners: JoinSet<()>,
}

impl Sandbox {
    /// Starts a sandbox on the loopback interface, within the current tokio runtime.
    ///
    /// # Errors
    /// If a port is taken, or the certificate cannot be made or written.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let http = TcpListener::bind(("127.0.0.1", options.http_port)).await?;
        let https = TcpListener::bind(("127.0.0.1", options.https_port)).await?;
        let identity = Identity::make()?;
        let ports = Ports { http: http.local_addr()?.port(), https: https.local_addr()?.port() };
        let world = World::new(options, ports);
        let front = Front::new(world.clone(), routes::app(world.clone()));
        let mut listeners = JoinSet::new();
        listeners.spawn(front.clone().listen(http, None));
        listeners.spawn(front.listen(https, Some(identity.config.clone())));
        Ok(Self { world, identity, _listeners: listeners })
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn http_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.world.ports.http)
    }

    /// `https://127.0.0.1:PORT`; its certificate is also valid for `localhost` and `::1`.
    #[must_use]
    pub fn https_url(&self) -> String {
        format!("https://127.0.0.1:{}", self.world.ports.https)
    }

    /// The address of the control endpoint.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("{}/_sandbox", self.http_url())
    }

    /// The PEM file of the authority that clients are to trust.
    #[must_use]
    pub fn certificate_path(&self) -> PathBuf {
        self.identity.folder.certificate()
    }

    /// The id of the demo app.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.world.options.app_id
    }

    /// The secret of the demo app.
    #[must_use]
    pub fn app_secret(&self) -> &str {
        &self.world.options.app_secret
    }

    /// What the demo tenant holds.
    #[must_use]
    pub fn demo(&self) -> Demo {
        self.world.state().demo.clone()
    }

    /// Puts the state back to the start, and empties the log, the script and the fault orders.
    pub fn reset(&self) {
        self.world.reset();
    }

    /// The settings as they are.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.world.state().settings.clone()
    }

    /// Changes some settings.
    pub fn change_settings(&self, change: SettingsChange) {
        self.world.state().settings.change(change);
    }

    /// Adds or replaces an app.
    pub fn add_app(&self, app: App) {
        self.world.state().apps.insert(app.app_id.clone(), app);
    }

    /// Adds or replaces a process, and returns its id.
    pub fn add_process(&self, process: Process) -> String {
        self.world.state().processes.add(process)
    }

    /// A process as it truly is, whatever readers see.
    #[must_use]
    pub fn process(&self, process_id: &str) -> Option<Process> {
        self.world.state().processes.truth(process_id).cloned()
    }

    /// Makes all tokens void. With `same_again` they are handed out again all the same.
    pub fn revoke_tokens(&self, same_again: bool) {
        self.world.state().tokens.revoke_all(same_again);
    }

    /// The truth log.
    #[must_use]
    pub fn log(&self) -> Vec<LogEntry> {
        self.world.state().log.entries().to_vec()
    }

    /// How many requests came to the targets of redirects: from a good client, none.
    #[must_use]
    pub fn redirects_followed(&self) -> usize {
        self.world.state().log.entries().iter().filter(|entry| entry.path.starts_with(redirect::TARGET)).count()
    }

    /// Orders a named fault.
    ///
    /// # Errors
    /// If there is no such fault, or it does not strike that operation.
    pub fn order_fault(&self, order: &FaultOrder) -> Result<(), Error> {
        self.world.state().faults.place(order)
    }

    /// Takes all fault orders back.
    pub fn clear_faults(&self) {
        self.world.state().faults.clear();
    }

    /// The catalogue of named faults.
    pub fn faults() -> impl Iterator<Item = &'static Fault> {
        catalogue::all()
    }

    /// Loads a script in the place of any other.
    ///
    /// # Errors
    /// If a step is not valid; the script before stays then.
    pub fn load_script(&self, script: &Script) -> Result<(), Error> {
        self.world.state().script.load(script)
    }

    /// How many steps of the script are left.
    #[must_use]
    pub fn steps_left(&self) -> usize {
        self.world.state().script.steps_left()
    }
}
