//! Where requests go: a host that was chosen on purpose, and encrypted.

use crate::error::{Error, Problem};

/// The operation name that errors of a configuration carry.
const CONFIGURATION: &str = "client";

/// A checked base URL: scheme, host, port and an optional path, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

/// What a base URL may be, beyond Feishu and Lark over https.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BaseUrlRules {
    /// Whether another host may be named: a backend of one's own, a test server. Off by default, so that a base URL
    /// that comes from outside cannot carry the token elsewhere.
    pub allow_other_hosts: bool,
    /// Whether `http` may be spoken with `localhost`, 127.0.0.0/8 and `[::1]`. Off by default.
    pub allow_insecure_loopback: bool,
}

impl BaseUrl {
    /// 飞书, in mainland China.
    pub const FEISHU: &str = "https://open.feishu.cn";
    /// Lark, elsewhere. Whether it serves the process family is not documented.
    pub const LARK: &str = "https://open.larksuite.com";

    /// Reads a base URL; whatever is not plainly allowed is refused.
    pub fn parse(text: &str, rules: BaseUrlRules) -> Result<Self, Error> {
        let refused = |rule: &str| Err(Error::invalid(CONFIGURATION, vec![Problem::new("base_url", rule)]));
        let text = text.strip_suffix('/').unwrap_or(text);
        if text == Self::FEISHU || text == Self::LARK {
            return Ok(Self(text.to_owned()));
        }
        let parts = text.split_once(':').and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix("//")?)));
        let Some((scheme, rest)) = parts else {
            return refused("has no scheme; it looks like `https://open.feishu.cn`");
        };
        let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        if authority.contains('@') {
            return refused("may not contain user information");
        }
        if text.contains(['?', '#']) {
            return refused("may not contain a query or a fragment");
        }
        if !path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte))
            || path.split('/').any(|segment| segment == "." || segment == "..")
        {
            return refused("has a path with other characters than letters, digits and `/-._~`, or with dot segments");
        }
        let Some(host) = host_of(authority) else {
            return refused("has no valid host and port");
        };
        match scheme {
            "https" if rules.allow_other_hosts || is_loopback(host) && rules.allow_insecure_loopback => {}
            "https" if Self::is_known(host) && authority == host && path.is_empty() => {}
            "https" => return refused("names another host than Feishu's and Lark's; allow it by `allow_other_hosts`"),
            "http" if !is_loopback(host) => return refused("must be https; http is for loopback addresses only"),
            "http" if !rules.allow_insecure_loopback => {
                return refused("must be https; allow http on loopback by `allow_insecure_loopback`");
            }
            "http" => {}
            _ => return refused("must be https"),
        }
        Ok(Self(text.to_owned()))
    }

    /// The base URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is `http`, which only loopback may be.
    pub fn is_insecure(&self) -> bool {
        self.0.starts_with("http://")
    }

    fn is_known(host: &str) -> bool {
        [Self::FEISHU, Self::LARK].iter().any(|url| url.strip_prefix("https://") == Some(host))
    }
}

/// The host of `host[:port]`; nothing if either is malformed.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    };
    let port_is_good =
        port.is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok());
    let name_is_good = host == "[::1]"
        || (!host.is_empty()
            && host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte)));
    (port_is_good && name_is_good).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    let is_loopback_v4 = host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    host == "localhost" || host == "[::1]" || is_loopback_v4
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: BaseUrlRules = BaseUrlRules { allow_other_hosts: false, allow_insecure_loopback: false };
    const OTHER: BaseUrlRules = BaseUrlRules { allow_other_hosts: true, ..STRICT };
    const LOOPBACK: BaseUrlRules = BaseUrlRules { allow_insecure_loopback: true, ..STRICT };

    #[test]
    fn only_chosen_hosts_are_spoken_to_and_only_loopback_without_tls() {
        for (text, rules, allowed) in [
            ("https://open.feishu.cn", STRICT, true),
            ("https://open.larksuite.com/", STRICT, true),
            ("https://open.feishu.cn:444", STRICT, false),
            ("https://open.feishu.cn.evil.test", STRICT, false),
            ("https://evil.test", STRICT, false),
            ("https://evil.test", LOOPBACK, false),
            ("https://hr.example.test/api/hr", OTHER, true),
            ("http://hr.example.test", OTHER, false),
            ("http://127.0.0.1:8080", STRICT, false),
            ("http://127.0.0.1:8080", OTHER, false),
            ("http://127.0.0.1:8080", LOOPBACK, true),
            ("http://127.8.9.1", LOOPBACK, true),
            ("http://[::1]:80", LOOPBACK, true),
            ("http://localhost:1", LOOPBACK, true),
            ("https://localhost:1", LOOPBACK, true),
            ("http://127.0.0.1.evil.test", LOOPBACK, false),
            ("http://1270.0.0.1", LOOPBACK, false),
            ("http://localhost:99999", LOOPBACK, false),
            ("http://localhost:", LOOPBACK, false),
            ("https://user@open.feishu.cn", OTHER, false),
            ("https://a.test?x", OTHER, false),
            ("https://a.test#x", OTHER, false),
            ("https://a.test/../b", OTHER, false),
            ("https://a.test/%2e", OTHER, false),
            ("https://", OTHER, false),
            ("https://a b", OTHER, false),
            ("ftp://a.test", OTHER, false),
            ("open.feishu.cn", OTHER, false),
            ("", OTHER, false),
        ] {
            assert_eq!(BaseUrl::parse(text, rules).is_ok(), allowed, "{text:?} with {rules:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_field_and_the_rule() {
        let error = BaseUrl::parse("http://127.0.0.1", STRICT).expect_err("http");
        assert_eq!(
            error.to_string(),
            "client: invalid request: `base_url` must be https; allow http on loopback by `allow_insecure_loopback`; \
             it had no effect"
        );
    }
}
