//! How a client is set up: checked once, and kept, since a forked child sets itself up anew.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use feishu_corehr::{
    BaseUrl, BaseUrlRules, CallOptions, Config, Credentials, Error, ErrorKind, Given, NameValue, Problem, Quota,
    Secret, Session,
};
use pyo3::prelude::*;
use reqwest::{Proxy, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::transport::{Network, Route, now};

/// What was chosen, as Python hands it in.
pub(crate) struct Options {
    pub(crate) base_url: BaseUrl,
    /// `None` when the host's token function provides tokens.
    pub(crate) app: Option<(String, Secret)>,
    /// The default deadline, in milliseconds.
    pub(crate) deadline: Option<u64>,
    pub(crate) rate_share: f64,
    pub(crate) quotas: BTreeMap<String, Quota>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) trust_env: bool,
    pub(crate) roots: Vec<CertificateDer<'static>>,
    /// Whether requests go through the host's own transport.
    pub(crate) is_custom: bool,
    /// Whether the host keeps tokens in a cache of its own.
    pub(crate) shared_cache: bool,
}

impl Options {
    /// A session that nobody has used.
    pub(crate) fn session(&self) -> Result<Session, Error> {
        let credentials = match &self.app {
            Some((app_id, secret)) => {
                Credentials::App { app_id: app_id.clone(), app_secret: Secret::new(secret.expose().to_owned()) }
            }
            None => Credentials::Host,
        };
        let config = Config {
            base_url: self.base_url.clone(),
            credentials,
            rate_share: self.rate_share,
            quotas: self.quotas.clone().into_iter().collect(),
            deadline: self.deadline,
            shared_cache: self.shared_cache,
        };
        feishu_corehr::open(config, seed())
    }

    /// Connections that nobody has used; `None` where the host has its own transport.
    pub(crate) fn network(&self) -> Result<Option<Network>, Error> {
        if self.is_custom {
            return Ok(None);
        }
        let route = Route {
            https_only: !self.base_url.is_insecure(),
            proxy: self.proxy.clone(),
            trust_env: self.trust_env,
            roots: self.roots.clone(),
        };
        let failed = |detail| Error::new(ErrorKind::Transport, format!("the HTTP client cannot be set up: {detail}"));
        Network::new(&route).map(Some).map_err(failed)
    }
}

/// What one call may set, over the client's defaults. `deadline` is in seconds.
pub(crate) fn call(
    deadline: Option<f64>,
    token: Option<String>,
    request_id: Option<String>,
    headers: Vec<NameValue>,
) -> CallOptions {
    CallOptions { deadline: deadline.map(milliseconds), token: token.map(Secret::new), request_id, headers }
}

/// What a client adds to each of its calls.
#[derive(Clone, Default)]
pub(crate) struct Additions {
    /// The caller's own headers.
    pub(crate) headers: Vec<NameValue>,
    /// Whether the host hears every answer.
    pub(crate) is_heard: bool,
}

/// The base URL, or the error that says why not.
pub(crate) fn base_url(text: &str, other_hosts: bool, insecure_loopback: bool) -> Result<BaseUrl, Error> {
    let rules = BaseUrlRules { allow_other_hosts: other_hosts, allow_insecure_loopback: insecure_loopback };
    BaseUrl::parse(text, rules)
}

/// A proxy's URL; user and password in it are secrets, so no message repeats it.
pub(crate) fn proxy(url: &str) -> Result<Proxy, Problem> {
    let refused = || Problem::new("proxy", "is not a proxy's URL; it looks like `http://proxy.example:8080`");
    // A URL's parser passes over blanks and line breaks.
    let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    let parsed = Url::parse(url).ok().filter(|_| is_plain).ok_or_else(refused)?;
    let is_origin = matches!(parsed.path(), "" | "/") && parsed.query().is_none() && parsed.fragment().is_none();
    if !matches!(parsed.scheme(), "http" | "https") || !is_origin || parsed.port() == Some(0) {
        return Err(refused());
    }
    Proxy::all(url).map_err(|_| refused())
}

/// Whether this is a URL that `proxy` takes.
#[pyfunction]
#[pyo3(signature = (url: "str") -> "bool")]
pub(crate) fn is_proxy(url: Given<String>) -> PyResult<bool> {
    Ok(url.take("url", &mut Vec::new())?.is_some_and(|url| proxy(&url).is_ok()))
}

/// The certificates of a PEM text.
pub(crate) fn roots(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Problem> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let certificates = certificates.map_err(|_| Problem::new("root_certificates", "is not readable PEM"))?;
    // What is no certificate would be ignored, and the server distrusted much later.
    let is_sound =
        |certificate: &CertificateDer<'static>| rustls::RootCertStore::empty().add(certificate.clone()).is_ok();
    if certificates.is_empty() || !certificates.iter().all(is_sound) {
        return Err(Problem::new("root_certificates", "has no certificate, or one that cannot be a root"));
    }
    Ok(certificates)
}

/// Seconds as whole milliseconds: never 0 for what is above 0, and 0, which the core refuses, for what is no duration.
pub(crate) fn milliseconds(seconds: f64) -> u64 {
    // `as` saturates, and reads a NaN as 0.
    (seconds * 1_000.0).ceil() as u64
}

/// Different in every process and for every session.
fn seed() -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    // A forked child has its parent's hash keys.
    hasher.write_u32(std::process::id());
    hasher.write_u64(now().wall);
    hasher.finish()
}
