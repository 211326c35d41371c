//! The whole client for a Rust program: a transport over reqwest, and the main job.
//!
//! ```sh
//! FEISHU_APP_ID=cli_… FEISHU_APP_SECRET=… cargo run --example reqwest -- 7328345170959681068 "a reason"
//! ```
//!
//! For a test server on loopback, set `FEISHU_BASE_URL` as well.
#![allow(clippy::print_stdout, reason = "an example for people")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "only the core may not look at a clock")]

use std::error::Error as _;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use feishu_corehr::{
    ActOptions, Action, Actor, BaseUrl, BaseUrlRules, Call, CallOptions, Config, Credentials, Endpoint, Error,
    ErrorKind, Header, HttpRequest, HttpResponse, Instant, Method, Secret, Session, Transport, TransportError,
    TransportErrorKind, WithdrawProcess, Withdrawn,
};
use reqwest::header::HeaderValue;
use reqwest::{Client, ClientBuilder, Response};

/// reqwest as a transport: each request once, no redirects, no resending.
pub struct Reqwest {
    pooled: Client,
    /// For a request that may not reuse a connection.
    fresh: Client,
    started: std::time::Instant,
}

impl Reqwest {
    /// With the system's roots, and no proxy; `configure` may add what a test or a network needs.
    pub fn new(configure: impl Fn(ClientBuilder) -> ClientBuilder) -> reqwest::Result<Self> {
        // Another part of the program may have chosen the provider already: then that one is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = |idle: usize| {
            let builder = Client::builder()
                .http1_only()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(Duration::from_secs(5))
                .pool_idle_timeout(Duration::from_secs(20))
                .pool_max_idle_per_host(idle);
            configure(builder).build()
        };
        Ok(Self { pooled: client(64)?, fresh: client(0)?, started: std::time::Instant::now() })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let method = match request.method {
            Method::Delete => reqwest::Method::DELETE,
            Method::Get => reqwest::Method::GET,
            Method::Patch => reqwest::Method::PATCH,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let client = if request.fresh_connection { &self.fresh } else { &self.pooled };
        let mut builder = client.request(method, request.url).timeout(Duration::from_millis(request.budget));
        for header in request.headers {
            let mut value = HeaderValue::try_from(header.value)
                .map_err(|error| TransportError::new(TransportErrorKind::Other, false, error.to_string()))?;
            value.set_sensitive(header.sensitive);
            builder = builder.header(header.name, value);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let response = builder.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let headers: Vec<Header> = response
            .headers()
            .iter()
            .map(|(name, value)| Header::new(name.as_str(), String::from_utf8_lossy(value.as_bytes())))
            .collect();
        match body(response, request.max_response).await {
            Ok(body) => Ok(HttpResponse { status, headers, body }),
            Err(error) => Err(error.with_head(status, headers)),
        }
    }
}

impl Transport for Reqwest {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        self.exchange(request).await
    }

    async fn sleep(&self, milliseconds: u64) {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }

    fn now(&self) -> Instant {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Instant { monotonic: self.started.elapsed().as_millis() as u64, wall: wall.as_millis() as u64 }
    }
}

/// Before the body: only a connection that was not made, or a request that could not, proves that nothing was written.
fn failed(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let mut detail = error.to_string();
    let (mut is_tls, mut is_io) = (false, false);
    let mut source = error.source();
    while let Some(cause) = source {
        detail = cause.to_string();
        is_tls |= cause.downcast_ref::<rustls::Error>().is_some_and(|tls| !matches!(tls, rustls::Error::General(_)));
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            is_io |= io.kind() != std::io::ErrorKind::InvalidData;
            is_tls |= io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
        }
        source = cause.source();
    }
    let kind = match () {
        () if is_tls && !is_io => TransportErrorKind::TlsUntrusted,
        () if is_tls => TransportErrorKind::TlsIo,
        () if error.is_connect() => TransportErrorKind::Connect,
        () if error.is_builder() => TransportErrorKind::Other,
        () if error.is_timeout() => TransportErrorKind::Timeout,
        () => TransportErrorKind::Disconnected,
    };
    TransportError::new(kind, !error.is_connect() && !error.is_builder(), detail)
}

/// The whole body, which has at most `cap` bytes.
async fn body(mut response: Response, cap: u64) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| cut(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() as u64 > cap {
            return Err(TransportError::new(TransportErrorKind::TooLarge, true, ""));
        }
    }
    Ok(body)
}

/// In the body: the request has arrived.
fn cut(error: &reqwest::Error) -> TransportError {
    let kind = if error.is_timeout() { TransportErrorKind::Timeout } else { TransportErrorKind::BadBody };
    TransportError::new(kind, true, "")
}

/// Withdraws one process as the system, and reports what happened.
pub async fn withdraw(session: &Session, transport: &Reqwest, id: &str, reason: &str) -> Result<Withdrawn, Error> {
    let request = WithdrawProcess {
        process_id: id.to_owned(),
        actor: Actor::System { user: None },
        reason: Some(reason.to_owned()),
    };
    let action = Action::new(session, &request, CallOptions::default(), ActOptions::default())?;
    WithdrawProcess::output(Call::new(action).drive(transport, &()).await?)
}

#[allow(dead_code, reason = "the tests use this file as a module")]
fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let variable = |name: &str| std::env::var(name).map_err(|_| format!("set {name}"));
    let mut arguments = std::env::args().skip(1);
    let id = arguments.next().ok_or("name a process id")?;
    let reason = arguments.next().unwrap_or_else(|| "withdrawn by a program".to_owned());

    let base_url = std::env::var("FEISHU_BASE_URL").unwrap_or_else(|_| BaseUrl::FEISHU.to_owned());
    let rules = BaseUrlRules { allow_insecure_loopback: true, ..BaseUrlRules::default() };
    let credentials = Credentials::App {
        app_id: variable("FEISHU_APP_ID")?,
        app_secret: Secret::new(variable("FEISHU_APP_SECRET")?),
    };
    let transport = Reqwest::new(|builder| builder)?;
    let seed = transport.now().wall;
    let session = Session::new(Config::new(BaseUrl::parse(&base_url, rules)?, credentials), seed)?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(withdraw(&session, &transport, &id, &reason)) {
        Ok(done) => {
            println!("{id} is withdrawn ({}), log id {}", done.attribution.as_str(), done.log_id.unwrap_or_default())
        }
        Err(error) if error.kind == ErrorKind::NotWithdrawable => {
            println!("{id} cannot be withdrawn any more: {error}")
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
