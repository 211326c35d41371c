//! Any text as a base URL, against a second reading of the rules by the URL standard.
#![no_main]

use std::net::IpAddr;

use feishu_corehr::{BaseUrl, BaseUrlRules};
use libfuzzer_sys::fuzz_target;
use url::{Host, Url};

/// The first byte chooses the rules, the rest is the text.
fuzz_target!(|bytes: &[u8]| {
    let [rules, text @ ..] = bytes else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let rules = BaseUrlRules { allow_other_hosts: rules & 1 == 1, allow_insecure_loopback: rules & 2 == 2 };
    let base_url = match BaseUrl::parse(text, rules) {
        Ok(base_url) => base_url,
        Err(error) => {
            assert!(error.problems.len() == 1 && error.problems[0].field == "base_url", "{error}");
            return;
        }
    };
    let kept = base_url.as_str();
    let (_, after) = kept.split_once("://").unwrap_or_else(|| panic!("{kept} has no scheme"));
    assert!(!after.ends_with('/') && !after.ends_with("/open-apis"), "{kept}");
    assert_eq!(BaseUrl::parse(kept, rules).as_ref(), Ok(&base_url), "it stays what it is");

    // Whether such a name stands for a text is left to the HTTP stack, which sends nothing to one that does not.
    if kept.contains("xn--") {
        return;
    }
    let seen = Url::parse(kept).unwrap_or_else(|error| panic!("{kept}: {error}"));
    let written = Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!((seen.scheme(), seen.host(), seen.port()), (written.scheme(), written.host(), written.port()), "{text}");
    assert!(seen.username().is_empty() && seen.password().is_none(), "{kept}");
    assert!(seen.query().is_none() && seen.fragment().is_none(), "{kept}");
    let path = seen.path().trim_end_matches('/');
    assert!(kept.ends_with(path), "nothing in the path means another one: {kept}");
    let rest = written.path().strip_prefix(path).unwrap_or_else(|| panic!("{text}: {kept}"));
    assert!(rest.split('/').all(|segment| matches!(segment, "" | "open-apis")), "{text}: {kept}");

    let is_known = matches!(seen.host_str(), Some("open.feishu.cn" | "open.larksuite.com"));
    let is_loopback = match seen.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => panic!("{kept} has no host"),
    };
    match seen.scheme() {
        "https" => assert!(
            rules.allow_other_hosts
                || is_loopback && rules.allow_insecure_loopback
                || is_known && seen.port().is_none() && path.is_empty(),
            "{kept}"
        ),
        "http" => assert!(is_loopback && rules.allow_insecure_loopback, "{kept}"),
        other => panic!("{other}"),
    }
});
