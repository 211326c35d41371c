//! Where requests go: a host that was chosen on purpose, and encrypted.

use std::net::Ipv4Addr;

use crate::error::{Error, Problem};
use crate::key;

/// The operation name that errors of a configuration carry.
const CONFIGURATION: &str = "client";
/// The hosts that are Feishu's and Lark's API.
const KNOWN: [&str; 2] = ["open.feishu.cn", "open.larksuite.com"];
/// What the path of every operation begins with.
const ROOT: &str = "/open-apis";
/// In bytes.
const LONGEST: usize = 2048;

/// A checked base URL: scheme and host in lower case, a port that is not the scheme's own, and a path without a slash
/// at its end.
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

    /// Reads a base URL; whatever is not plainly allowed is refused, with what to write instead.
    ///
    /// Scheme and host count in any case, the scheme's own port may be named, and slashes at the end and `/open-apis`,
    /// with which every path of the API begins, are taken off: all of these are the same base URL.
    pub fn parse(text: &str, rules: BaseUrlRules) -> Result<Self, Error> {
        let found = match key::ascii_problems("base_url", text, LONGEST) {
            problems if problems.is_empty() => Self::read(text, rules),
            problems => Err(problems[0].rule.clone()),
        };
        found.map(Self).map_err(|rule| Error::invalid(CONFIGURATION, vec![Problem::new("base_url", rule)]))
    }

    fn read(text: &str, rules: BaseUrlRules) -> Result<String, String> {
        let refused = |rule: &str| Err(rule.to_owned());
        let parts = text.split_once(':').and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix("//")?)));
        let Some((scheme, rest)) = parts else {
            return refused("has no scheme; it looks like `https://open.feishu.cn`");
        };
        if text.contains(['?', '#']) {
            return refused("may not contain a query or a fragment; leave out what begins with `?` or `#`");
        }
        let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        if authority.contains('@') {
            return refused("may not contain user information; leave out what ends with `@`");
        }
        let mut path = path.trim_end_matches('/');
        while let Some(rest) = path.strip_suffix(ROOT) {
            path = rest.trim_end_matches('/');
        }
        if !path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte))
            || path.split('/').skip(1).any(|segment| matches!(segment, "" | "." | ".."))
        {
            return refused(
                "has a path with other characters than letters, digits and `/-._~`, or with empty or dot segments",
            );
        }
        let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
        let Some((host, port)) = host_and_port(&authority) else {
            return refused("has no valid host and port; it looks like `https://open.feishu.cn`");
        };
        let is_known = KNOWN.contains(&host);
        let port = port.filter(|port| *port != if scheme == "http" { 80 } else { 443 });
        match scheme.as_str() {
            "https" if rules.allow_other_hosts || is_loopback(host) && rules.allow_insecure_loopback => {}
            "https" if is_known && port.is_none() && path.is_empty() => {}
            "https" if is_known => {
                return Err(format!("has a port or a path that the API does not have; write `https://{host}`"));
            }
            "https" => {
                return refused("names another host than Feishu's and Lark's; allow it by `allow_other_hosts`");
            }
            "http" if is_known => return Err(format!("must be https; write `https://{host}`")),
            "http" if !is_loopback(host) => return refused("must be https; http is for loopback addresses only"),
            "http" if !rules.allow_insecure_loopback => {
                return refused("must be https; allow http on loopback by `allow_insecure_loopback`");
            }
            "http" => {}
            _ => return refused("must be https; it looks like `https://open.feishu.cn`"),
        }
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Ok(format!("{scheme}://{host}{port}{path}"))
    }

    /// The base URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is `http`, which only loopback may be.
    pub fn is_insecure(&self) -> bool {
        self.0.starts_with("http://")
    }
}

/// The host and the port of `host[:port]`, in lower case; nothing if either is malformed.
fn host_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            let number = port.bytes().all(|byte| byte.is_ascii_digit()).then(|| port.parse::<u16>().ok())??;
            (host, Some(number).filter(|number| *number != 0)?.into())
        }
        Some(_) | None => (authority, None),
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // A name that ends in a number is an address to some readers, and not the one that it seems.
    let ends_in_number = host.rsplit('.').next().is_some_and(|label| {
        label.bytes().all(|byte| byte.is_ascii_digit())
            || label.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });
    let is_name = host.len() <= 253 && host.split('.').all(is_label);
    let is_good = host == "[::1]" || is_name && (!ends_in_number || host.parse::<Ipv4Addr>().is_ok());
    is_good.then_some((host, port))
}

fn is_loopback(host: &str) -> bool {
    let is_loopback_v4 = host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
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
            ("https://a.test//b", OTHER, false),
            ("https://a.test:0", OTHER, false),
            ("https://a.test:", OTHER, false),
            ("https://a..test", OTHER, false),
            ("https://.", OTHER, false),
            ("https://-a.test", OTHER, false),
            ("https://127.1", OTHER, false),
            ("https://2130706433", OTHER, false),
            ("https://0x7f.0x1", OTHER, false),
            ("https://10.0.0.1", OTHER, true),
            ("https://xn--fiq228c.test", OTHER, true),
            ("https://a b", OTHER, false),
            ("ftp://a.test", OTHER, false),
            ("open.feishu.cn", OTHER, false),
            ("", OTHER, false),
        ] {
            assert_eq!(BaseUrl::parse(text, rules).is_ok(), allowed, "{text:?} with {rules:?}");
        }
    }

    #[test]
    fn one_base_url_may_be_written_in_many_ways() {
        for (text, rules, expected) in [
            ("https://open.feishu.cn", STRICT, BaseUrl::FEISHU),
            ("https://Open.Feishu.CN", STRICT, BaseUrl::FEISHU),
            ("HTTPS://OPEN.FEISHU.CN/", STRICT, BaseUrl::FEISHU),
            ("https://open.feishu.cn:443", STRICT, BaseUrl::FEISHU),
            ("https://open.feishu.cn:0443//", STRICT, BaseUrl::FEISHU),
            ("https://open.feishu.cn///", STRICT, BaseUrl::FEISHU),
            ("https://open.feishu.cn/open-apis", STRICT, BaseUrl::FEISHU),
            ("https://open.feishu.cn//open-apis//", STRICT, BaseUrl::FEISHU),
            ("https://Open.Larksuite.com:443/open-apis/", STRICT, BaseUrl::LARK),
            ("https://open.feishu.cn/open-apis", OTHER, BaseUrl::FEISHU),
            ("https://HR.example.test:443/Api/", OTHER, "https://hr.example.test/Api"),
            ("https://hr.example.test/api/open-apis/", OTHER, "https://hr.example.test/api"),
            ("https://hr.example.test/open-apis/open-apis", OTHER, "https://hr.example.test"),
            ("https://open-apis/open-apis", OTHER, "https://open-apis"),
            ("https://hr.example.test:80", OTHER, "https://hr.example.test:80"),
            ("http://LOCALHOST:80/", LOOPBACK, "http://localhost"),
            ("http://127.0.0.1:443", LOOPBACK, "http://127.0.0.1:443"),
            ("http://[::1]:08080", LOOPBACK, "http://[::1]:8080"),
        ] {
            let parsed = BaseUrl::parse(text, rules).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(parsed.as_str(), expected, "{text}");
            assert_eq!(BaseUrl::parse(parsed.as_str(), rules).as_ref(), Ok(&parsed), "it stays what it is");
        }
    }

    #[test]
    fn a_refusal_says_what_to_write_instead() {
        for (text, expected) in [
            ("", "is empty"),
            ("open.feishu.cn", "has no scheme; it looks like `https://open.feishu.cn`"),
            ("http://open.feishu.cn", "must be https; write `https://open.feishu.cn`"),
            ("http://Open.Larksuite.com/open-apis", "must be https; write `https://open.larksuite.com`"),
            (
                "https://open.feishu.cn/open-apis/corehr/v2",
                "has a port or a path that the API does not have; write `https://open.feishu.cn`",
            ),
            (
                "https://open.feishu.cn:8443",
                "has a port or a path that the API does not have; write `https://open.feishu.cn`",
            ),
            ("\u{feff}https://open.feishu.cn", "has a byte order mark (U+FEFF) at character 1"),
            ("https://open.feishu.cn ", "has a space (U+0020) at character 23"),
            ("https://open.feishu.cn\n", "has a control character (U+000A, line feed) at character 23"),
        ] {
            let error = BaseUrl::parse(text, STRICT).expect_err(text);
            assert_eq!(error.problems, [Problem::new("base_url", expected)], "{text:?}");
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
