//! The sandbox as a program: one line of JSON says where it is, then it serves until it is ended.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use feishu_corehr_sandbox::{Error, Options, Sandbox, Settings};
use serde_json::json;
use tokio::io::AsyncReadExt;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

/// A local Feishu CoreHR for tests. Prints one line of JSON with its addresses and credentials, then serves.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The port for HTTP; a free one by default.
    #[arg(long, default_value_t = 0)]
    http_port: u16,
    /// The port for HTTPS; a free one by default.
    #[arg(long, default_value_t = 0)]
    https_port: u16,
    /// The id of the demo app.
    #[arg(long, default_value_t = Options::default().app_id)]
    app_id: String,
    /// The secret of the demo app.
    #[arg(long, default_value_t = Options::default().app_secret)]
    app_secret: String,
    /// The life of a token in seconds.
    #[arg(long, default_value_t = 7200)]
    token_life: u64,
    /// Factor on every documented rate limit.
    #[arg(long, default_value_t = 1.0)]
    limit_scale: f64,
    /// Keep no rate limits.
    #[arg(long)]
    no_limits: bool,
    /// For so many milliseconds after a withdrawal, reads show the process as it was before.
    #[arg(long, default_value_t = 0)]
    read_lag_ms: u64,
    /// How many running processes to add to those of the demo.
    #[arg(long, default_value_t = 0)]
    demo_processes: usize,
    /// End when the standard input is closed, so that no runner leaves an orphan behind.
    #[arg(long)]
    exit_with_stdin: bool,
    /// Print the catalogue of named faults and end.
    #[arg(long)]
    list_faults: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "feishu-corehr-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Error> {
    if arguments.list_faults {
        return list_faults();
    }
    let exit_with_stdin = arguments.exit_with_stdin;
    let sandbox = Sandbox::start(arguments.into()).await?;
    // Before anybody can know that we are here, and send a signal.
    let told_to_end = told_to_end()?;
    announce(&sandbox)?;
    tokio::select! {
        () = drain_stdin(), if exit_with_stdin => {}
        () = told_to_end => {}
    }
    // Reading the standard input may block still, and would keep the runtime from ending.
    drop(sandbox);
    std::process::exit(0)
}

impl From<Arguments> for Options {
    fn from(arguments: Arguments) -> Self {
        Self {
            http_port: arguments.http_port,
            https_port: arguments.https_port,
            app_id: arguments.app_id,
            app_secret: arguments.app_secret,
            demo_processes: arguments.demo_processes,
            settings: Settings {
                limits: !arguments.no_limits,
                limit_scale: arguments.limit_scale,
                token_life_s: arguments.token_life,
                read_lag_ms: arguments.read_lag_ms,
                ..Settings::default()
            },
        }
    }
}

fn announce(sandbox: &Sandbox) -> io::Result<()> {
    let demo = sandbox.demo();
    let line = json!({
        "http": sandbox.http_url(),
        "https": sandbox.https_url(),
        "certificate": sandbox.certificate_path(),
        "app_id": sandbox.app_id(),
        "app_secret": sandbox.app_secret(),
        "control": sandbox.control_url(),
        "processes": demo.processes,
        "more": demo.more,
        "users": demo.users,
    });
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

/// Waits until the standard input is closed.
async fn drain_stdin() {
    let mut stdin = tokio::io::stdin();
    let mut bytes = [0; 1024];
    while stdin.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
}

/// Listens for Ctrl-C and SIGTERM from now on, so that the certificate's folder is taken away at the end.
#[cfg(unix)]
fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Listens for Ctrl-C, so that the certificate's folder is taken away at the end.
#[cfg(not(unix))]
fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

fn list_faults() -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    for fault in Sandbox::faults() {
        let source = format!("{:?}", fault.source).to_lowercase();
        writeln!(stdout, "{:<32} {:<5} {:<9} {}", fault.name, fault.number, source, fault.does)?;
    }
    Ok(())
}
