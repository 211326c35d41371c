//! How a client is set up, and what one call may set over that.

use std::collections::BTreeMap;
use std::rc::Rc;

use feishu_corehr::{
    BaseUrl, BaseUrlRules, CallOptions, Config, Credentials, Error, Form, OPERATIONS, Quota, ReadBack, Secret, Session,
};
use serde::Deserialize;

/// An open client.
pub(crate) struct Client {
    pub(crate) session: Session,
    /// The default deadline in milliseconds.
    deadline: Option<u64>,
    /// Whether requests go through a transport of the package's own, which keeps every budget.
    pub(crate) keeps_budget: bool,
    /// Whether a call may have a token of its own; in a page there is none.
    takes_token: bool,
}

/// A quota as the options write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Allowed {
    calls: u32,
    window_ms: u64,
}

impl Client {
    pub(crate) fn new(options: &str, credentials: &str, has_transport: bool, seed: u64) -> Result<Rc<Self>, Error> {
        let mut form = Form::read("options", options);
        let base_url: Option<Option<String>> = form.take_or("base_url", || None);
        let allow_other_hosts = form.take_or("allow_other_hosts", || None);
        let allow_insecure_loopback = form.take_or("allow_insecure_loopback", || None);
        let deadline: Option<Option<u64>> = form.take_or("deadline", || None);
        let rate_share = form.take_or("rate_share", || None);
        let quotas: Option<Option<BTreeMap<String, Allowed>>> = form.take_or("quotas", || None);
        let credentials = match credentials {
            "app" => app(&mut form),
            "backend" => Credentials::Backend,
            _ => Credentials::Host,
        };
        if deadline == Some(Some(0)) {
            form.problem("deadline", "must be at least 1 millisecond");
        }
        let quotas = quotas.flatten().unwrap_or_default();
        for name in quotas.keys().filter(|name| OPERATIONS.iter().all(|operation| operation.name != name.as_str())) {
            form.problem("quotas", format!("has `{name}`, which is no operation"));
        }
        Error::check("client", form.problems())?;
        let rules = BaseUrlRules {
            allow_other_hosts: allow_other_hosts.flatten().unwrap_or_default(),
            allow_insecure_loopback: allow_insecure_loopback.flatten().unwrap_or_default(),
        };
        let base_url = base_url.flatten().unwrap_or_else(|| BaseUrl::FEISHU.to_owned());
        let mut config = Config::new(BaseUrl::parse(&base_url, rules)?, credentials);
        config.rate_share = rate_share.flatten().unwrap_or(config.rate_share);
        config.quotas = quotas
            .into_iter()
            .map(|(name, Allowed { calls, window_ms: window })| (name, Quota { calls, window }))
            .collect();
        let takes_token = !matches!(config.credentials, Credentials::Backend);
        let session = Session::new(config, seed)?;
        Ok(Rc::new(Self { session, deadline: deadline.flatten(), keeps_budget: !has_transport, takes_token }))
    }

    /// Reads what one call sets. Everything is read before anything is judged, so that all problems stand together.
    pub(crate) fn call(&self, form: &mut Form, may_read_back: bool) -> (CallOptions, ReadBack) {
        let deadline = form.take_or("deadline", || None);
        let request_id = form.take_or("request_id", || None);
        let token = if self.takes_token { form.take_secret("token") } else { None };
        let read_back = if may_read_back { form.take_or("read_back", || None) } else { None };
        let options =
            CallOptions { deadline: deadline.flatten().or(self.deadline), token, request_id: request_id.flatten() };
        (options, read_back.flatten().unwrap_or_default())
    }
}

fn app(form: &mut Form) -> Credentials {
    let app_id = form.take("app_id");
    let app_secret = form.take_secret("app_secret").unwrap_or_else(|| Secret::new(String::new()));
    Credentials::App { app_id: app_id.unwrap_or_default(), app_secret }
}
