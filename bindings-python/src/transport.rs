//! HTTP/1.1 over reqwest: each request once, to the host that was named, within its budget.

use std::error::Error as _;
use std::fmt;
use std::net::ToSocketAddrs;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use feishu_corehr::{Header, HttpRequest, HttpResponse, Instant, Method, TransportError, TransportErrorKind};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderValue;
use reqwest::{Client, Proxy, Response};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use tokio::task::spawn_blocking;

use crate::roots::Roots;

/// What a caller chose about the way to the server.
#[derive(Default)]
pub(crate) struct Route {
    /// Whether only https is spoken; only a base URL on loopback may say no.
    pub(crate) https_only: bool,
    /// An explicit proxy.
    pub(crate) proxy: Option<Proxy>,
    /// Whether `HTTPS_PROXY`, `NO_PROXY` and the like are obeyed.
    pub(crate) trust_env: bool,
    /// Roots beside the system's.
    pub(crate) roots: Vec<CertificateDer<'static>>,
}

/// One client's connections. Only reads share kept ones: a write has a connection that has carried nothing before, since
/// what a server sends too much after an earlier answer, however late, could be taken for the write's own.
pub(crate) struct Network {
    reads: Client,
    /// Keeps no connection.
    fresh: Client,
    has_kept: AtomicBool,
}

impl Network {
    /// Nothing is connected yet; the error text says which setting cannot be used.
    pub(crate) fn new(route: &Route) -> Result<Self, String> {
        let tls = tls(route)?;
        let keeps = |idle| client(route, &tls, idle);
        Ok(Self { reads: keeps(MOST_IDLE)?, fresh: keeps(0)?, has_kept: AtomicBool::new(false) })
    }

    /// Whether connections may be idle.
    pub(crate) fn has_kept(&self) -> bool {
        self.has_kept.load(Ordering::Relaxed)
    }

    /// Sends one request and reads the whole answer, within the request's budget and cap.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let (method, kept) = match request.method {
            Method::Delete => (reqwest::Method::DELETE, None),
            Method::Get => (reqwest::Method::GET, Some(&self.reads)),
            Method::Patch => (reqwest::Method::PATCH, None),
            Method::Post => (reqwest::Method::POST, None),
            Method::Put => (reqwest::Method::PUT, None),
        };
        let kept = kept.filter(|_| !request.fresh_connection);
        if kept.is_some() {
            self.has_kept.store(true, Ordering::Relaxed);
            // See what has come on idle connections: bytes that nobody has asked for make one unusable, and must not
            // be taken for the answer to this request.
            turns(2).await;
        }
        let client = kept.unwrap_or(&self.fresh);
        let mut builder = client.request(method, request.url).timeout(Duration::from_millis(request.budget));
        for header in request.headers {
            let mut value = HeaderValue::try_from(header.value).map_err(|error| unsent(&error.to_string()))?;
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

/// Lets the runtime look at its sockets and tasks, so many times.
pub(crate) async fn turns(count: u32) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

/// The time by both clocks; the monotonic one starts at the first question.
pub(crate) fn now() -> Instant {
    static START: OnceLock<Clock> = OnceLock::new();
    let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant { monotonic: milliseconds(START.get_or_init(Clock::now).elapsed()), wall: milliseconds(wall) }
}

/// The body, chunk by chunk: no more than the cap, no slower than the policy allows.
async fn body(mut response: Response, cap: u64) -> Result<Vec<u8>, TransportError> {
    let announced = response.content_length().unwrap_or(0);
    if announced > cap {
        return Err(TransportError::new(TransportErrorKind::TooLarge, true, format!("{announced} bytes announced")));
    }
    let begun = Clock::now();
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    loop {
        let stalled = || TransportError::new(TransportErrorKind::BadBody, true, "the body stalled");
        let chunk = tokio::time::timeout(BODY_IDLE, response.chunk()).await.map_err(|_| stalled())?;
        let Some(chunk) = chunk.map_err(cut)? else { return Ok(body) };
        body.extend_from_slice(&chunk);
        if body.len() as u64 > cap {
            return Err(TransportError::new(TransportErrorKind::TooLarge, true, format!("more than {cap} bytes")));
        }
        let elapsed = begun.elapsed();
        if elapsed > SLOW_START && (body.len() as u64) < elapsed.as_secs() * SLOWEST {
            return Err(TransportError::new(TransportErrorKind::BadBody, true, "the body came too slowly"));
        }
    }
}

fn client(route: &Route, tls: &ClientConfig, idle: usize) -> Result<Client, String> {
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .http1_only()
        .https_only(route.https_only)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .dns_resolver(System)
        .connect_timeout(CONNECT)
        .pool_idle_timeout(POOL_IDLE)
        .pool_max_idle_per_host(idle);
    builder = match &route.proxy {
        Some(proxy) => builder.proxy(proxy.clone()),
        None if route.trust_env => builder,
        None => builder.no_proxy(),
    };
    builder.build().map_err(|error| error.without_url().to_string())
}

/// TLS 1.2 and 1.3 by ring, with the system's roots and the caller's. Verification cannot be switched off.
fn tls(route: &Route) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    // Plain http on loopback needs no roots, and reading them is a good part of a client's start.
    let verified = if route.https_only || route.proxy.is_some() || route.trust_env {
        let verifier = Roots::new(&route.roots, provider).map_err(|error| error.to_string())?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
    } else {
        builder.with_root_certificates(rustls::RootCertStore::empty())
    };
    let mut tls = verified.with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(tls)
}

/// The system's resolver, with an error that can be told from others.
struct System;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let look_up = move || (name.as_str(), 0).to_socket_addrs();
            // tokio panics where the system has no thread left for it.
            let looking = catch_unwind(|| spawn_blocking(look_up))
                .map_err(|_| Unresolved(std::io::Error::other("no thread can be started")))?;
            let addresses = looking.await.map_err(std::io::Error::other).flatten().map_err(Unresolved)?;
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

#[derive(Debug)]
struct Unresolved(std::io::Error);

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the host name cannot be resolved: {}", self.0)
    }
}

impl std::error::Error for Unresolved {}

/// A failure before the answer's head was read. Only `is_connect` proves that nothing was written.
fn failed(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let (mut kind, mut detail) = (None, error.to_string());
    let mut source = error.source();
    while let Some(cause) = source {
        detail = cause.to_string();
        kind = kind_of(cause, &detail).or(kind);
        source = cause.source();
    }
    let kind = match kind {
        Some(kind) => kind,
        None if error.is_connect() && error.is_timeout() => TransportErrorKind::Connect,
        // Between the TCP connection and the first byte of HTTP there is only the handshake.
        None if error.is_connect() => TransportErrorKind::TlsIo,
        None if error.is_builder() => TransportErrorKind::Other,
        None if error.is_timeout() => TransportErrorKind::Timeout,
        None => TransportErrorKind::Disconnected,
    };
    TransportError::new(kind, !error.is_connect() && !error.is_builder(), detail)
}

/// What one link of an error's chain says about its kind.
fn kind_of(cause: &(dyn std::error::Error + 'static), text: &str) -> Option<TransportErrorKind> {
    if cause.is::<Unresolved>() {
        return Some(TransportErrorKind::Dns);
    }
    // An i/o error is not the source of the error inside it, but hides it.
    let mut inner = cause;
    while let Some(hidden) = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        inner = hidden;
    }
    if inner.is::<rustls::Error>() {
        return Some(TransportErrorKind::TlsUntrusted);
    }
    // hyper and hyper-util keep these kinds to themselves; their texts are all there is.
    match text {
        "message head is too large" => Some(TransportErrorKind::TooLarge),
        // Also where the system has no socket left.
        _ if text.starts_with("tcp ") => Some(TransportErrorKind::Connect),
        "tunnel error: proxy authorization required" => Some(TransportErrorKind::ProxyAuth),
        _ if text.starts_with("tunnel error: ") => Some(TransportErrorKind::Proxy),
        _ => None,
    }
}

/// A failure in the body: the request has arrived.
fn cut(error: reqwest::Error) -> TransportError {
    let kind = if error.is_timeout() { TransportErrorKind::Timeout } else { TransportErrorKind::BadBody };
    TransportError::new(kind, true, error.without_url().to_string())
}

fn unsent(detail: &str) -> TransportError {
    TransportError::new(TransportErrorKind::Other, false, detail)
}

const CONNECT: Duration = Duration::from_secs(5);
pub(crate) const POOL_IDLE: Duration = Duration::from_secs(20);
/// As many as the quotas' pace keeps busy: 50 calls a second that are answered after seconds.
const MOST_IDLE: usize = 256;
const BODY_IDLE: Duration = Duration::from_secs(10);
const SLOW_START: Duration = Duration::from_secs(10);
/// Bytes per second, on average.
const SLOWEST: u64 = 1024;
