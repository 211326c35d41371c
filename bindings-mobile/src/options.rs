//! How a client is set up. All that is wrong with it stands in one error.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use feishu_corehr::{BaseUrlRules, Config, Credentials, Error, Problem, Quota, Session};

/// Where requests go.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum BaseUrl {
    /// 飞书, in mainland China: `https://open.feishu.cn`.
    Feishu,
    /// Lark, elsewhere: `https://open.larksuite.com`. Whether it serves the process family is not documented.
    Lark,
    /// What the text says; another host must be allowed by `allow_other_hosts`.
    Other {
        /// Like `https://hr.example.com/api`.
        url: String,
    },
}

/// What a client may be told beside its credentials.
#[derive(Clone, Debug, uniffi::Record)]
pub struct ClientOptions {
    /// Where requests go.
    pub base_url: BaseUrl,
    /// Whether another host than Feishu's and Lark's may be named: a backend of one's own. Off by default, so that a
    /// base URL that comes from outside cannot carry the token elsewhere.
    #[uniffi(default = false)]
    pub allow_other_hosts: bool,
    /// Whether `http` may be spoken with `localhost`, 127.0.0.0/8 and `[::1]`. Off by default.
    #[uniffi(default = false)]
    pub allow_insecure_loopback: bool,
    /// How long a call may take that says nothing itself, in milliseconds; by default 60,000, and for a read 120,000.
    #[uniffi(default = None)]
    pub deadline: Option<u64>,
    /// The part of every quota that this client may use, above 0 and at most 1.
    #[uniffi(default = 1.0)]
    pub rate_share: f64,
    /// Quotas that differ from the documented ones, by operation name.
    #[uniffi(default)]
    pub quotas: HashMap<String, Quota>,
}

impl ClientOptions {
    /// A session that nobody has used.
    pub(crate) fn session(&self, credentials: Credentials, has_token_source: bool) -> Result<Session, Error> {
        let mut problems = Vec::new();
        let needs_tokens = matches!(credentials, Credentials::Host);
        if needs_tokens && !has_token_source {
            problems.push(Problem::new("token_source", "is missing, and the credentials name nothing else"));
        } else if has_token_source && !needs_tokens {
            problems.push(Problem::new("token_source", "is of no use with these credentials"));
        }
        let base_url = self.base_url().or_else(|error| {
            problems.extend(error.into_fields().problems);
            // So that the rest can be judged, too.
            feishu_corehr::BaseUrl::parse(feishu_corehr::BaseUrl::FEISHU, BaseUrlRules::default())
        })?;
        let mut config = Config::new(base_url, credentials);
        config.rate_share = self.rate_share;
        config.quotas = self.quotas.iter().map(|(name, quota)| (name.clone(), *quota)).collect();
        config.deadline = self.deadline;
        let session = feishu_corehr::open(config, seed());
        problems.extend(session.as_ref().err().into_iter().flat_map(|error| error.problems.clone()));
        Error::check("client", problems)?;
        session
    }

    fn base_url(&self) -> Result<feishu_corehr::BaseUrl, Error> {
        let rules = BaseUrlRules {
            allow_other_hosts: self.allow_other_hosts,
            allow_insecure_loopback: self.allow_insecure_loopback,
        };
        let text = match &self.base_url {
            BaseUrl::Feishu => feishu_corehr::BaseUrl::FEISHU,
            BaseUrl::Lark => feishu_corehr::BaseUrl::LARK,
            BaseUrl::Other { url } => url,
        };
        feishu_corehr::BaseUrl::parse(text, rules)
    }
}

/// Different for every client.
fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}
