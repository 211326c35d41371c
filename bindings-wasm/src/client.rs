//! How a client is set up, and what one call may set over that.

use std::rc::Rc;

use feishu_corehr::{
    ActOptions, BaseUrl, BaseUrlRules, CallOptions, Config, Credentials, Error, Fields, Form, FromJson, Problem, Quota,
    Replay, Secret, Session,
};
use serde_json::Value;

use crate::door::Door;

/// An open client.
pub(crate) struct Client {
    pub(crate) session: Session,
    /// Whether requests go through a transport of the package's own, which keeps every budget.
    pub(crate) keeps_budget: bool,
    /// Whether a call may have a token of its own; in a page there is none.
    takes_token: bool,
}

/// Quotas as the options write them: `{"withdraw_process": {"calls": 50, "window_ms": 1000}}`.
#[derive(Default)]
struct Quotas(Vec<(String, Quota)>);

impl FromJson for Quotas {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        let Value::Object(operations) = value else {
            *problem = Some(Problem::new("", "must be an object"));
            return None;
        };
        let mut quotas = Vec::new();
        for (operation, quota) in operations {
            let count = quota.as_object().map(serde_json::Map::len);
            let mut fields = Fields::new(quota, problem);
            let quota = Quota { calls: fields.take("calls"), window: fields.take("window_ms") };
            if count != Some(2) {
                *problem = Some(Problem::new(&operation, "must have `calls` and `window_ms`, and nothing else"));
            }
            if problem.is_some() {
                return None;
            }
            quotas.push((operation, quota));
        }
        Some(Self(quotas))
    }
}

impl Client {
    pub(crate) fn new(options: &str, credentials: &str, has_transport: bool, seed: u64) -> Result<Rc<Self>, Error> {
        let mut form = Form::read("options", options);
        let base_url: Option<String> = form.option("base_url");
        let rules = BaseUrlRules {
            allow_other_hosts: form.option("allow_other_hosts").unwrap_or_default(),
            allow_insecure_loopback: form.option("allow_insecure_loopback").unwrap_or_default(),
        };
        let deadline = form.option("deadline");
        let rate_share = form.option("rate_share");
        let Quotas(quotas) = form.option("quotas").unwrap_or_default();
        let credentials = match credentials {
            "app" => app(&mut form),
            "backend" => Credentials::Backend,
            _ => Credentials::Host,
        };
        Error::check("client", form.problems())?;
        let base_url = base_url.unwrap_or_else(|| BaseUrl::FEISHU.to_owned());
        let mut config = Config::new(BaseUrl::parse(&base_url, rules)?, credentials);
        config.rate_share = rate_share.unwrap_or(config.rate_share);
        config.quotas = quotas;
        config.deadline = deadline;
        let takes_token = !matches!(config.credentials, Credentials::Backend);
        let session = feishu_corehr::open(config, seed)?;
        Ok(Rc::new(Self { session, keeps_budget: !has_transport, takes_token }))
    }

    /// Reads what one call sets. Everything is read before anything is judged, so that all problems stand together.
    /// What only a call may set that acts is read for the door of one.
    pub(crate) fn call(&self, form: &mut Form, acts: Option<&Door>) -> (CallOptions, ActOptions) {
        let deadline = form.option("deadline");
        let request_id = form.option("request_id");
        let headers = form.option("headers").unwrap_or_default();
        let token = self.token(form);
        let proved = acts.filter(|door| door.operation.replay == Replay::Proved);
        let act = proved.map(|door| act(form, door.already)).unwrap_or_default();
        (CallOptions { deadline, token, request_id, headers }, act)
    }

    /// A token of the caller's own, where there may be one.
    pub(crate) fn token(&self, form: &mut Form) -> Option<Secret> {
        if self.takes_token { form.option("token").map(Secret::new) } else { None }
    }
}

/// What may be chosen for what a read can prove; `already` is the name of the option about what is done already.
pub(crate) fn act(form: &mut Form, already: Option<&str>) -> ActOptions {
    ActOptions {
        read_back: form.option("read_back").unwrap_or_default(),
        check_first: form.option("check_first").unwrap_or_default(),
        already: already.and_then(|name| form.option(name)).unwrap_or_default(),
    }
}

fn app(form: &mut Form) -> Credentials {
    let app_id = form.take("app_id");
    let app_secret: Option<String> = form.take("app_secret");
    Credentials::App { app_id: app_id.unwrap_or_default(), app_secret: Secret::new(app_secret.unwrap_or_default()) }
}
