//! What a host does with any operation beside calling it: a session opened, a request shown, a reply read.

use crate::endpoint::{Operation, Reply, Request};
use crate::error::{Error, Problem};
use crate::http::{HttpRequest, HttpResponse};
use crate::machine::CallOptions;
use crate::own_headers;
use crate::process::OPERATIONS;
use crate::retry;
use crate::session::{Config, Session};
use crate::verdict;

/// A session, every option of which is checked: all that [`Session::new`] checks, and that each quota is that of an
/// operation. `seed` determines all jitter.
pub fn open(config: Config, seed: u64) -> Result<Session, Error> {
    let is_unknown = |name: &str| OPERATIONS.iter().all(|operation| operation.name != name);
    let unknown = config.quotas.iter().filter(|(name, _)| is_unknown(name));
    let mut problems: Vec<Problem> =
        unknown.map(|(name, _)| Problem::new("quotas", format!("has `{name}`, which is no operation"))).collect();
    let session = Session::new(config, seed);
    problems.extend(session.as_ref().err().into_iter().flat_map(|error| error.problems.clone()));
    Error::check("client", problems)?;
    session
}

/// The request as data, for callers with an HTTP stack of their own; nothing is sent. Request and options are checked
/// as for a call, and all that is wrong with them stands in one error. Without a token it has no `authorization`.
pub fn show(session: &Session, request: &dyn Request, options: &CallOptions) -> Result<HttpRequest, Error> {
    let mut problems = request.broken();
    problems.extend(options.problems());
    Error::check(request.operation().name, problems)?;
    let budget = options.deadline.or(session.config().deadline).unwrap_or(retry::DEADLINE);
    let mut prepared = request.encode()?;
    prepared.headers = own_headers::sent(options.headers.clone());
    Ok(session.request(&prepared, options.token.as_ref(), options.request_id.as_deref(), budget))
}

/// An answer that another HTTP stack has fetched, judged by itself: a success, or the error that it stands for.
pub fn read(operation: &'static Operation, response: &HttpResponse) -> Result<Reply, Error> {
    verdict::judge(operation, Ok(response)).map_err(|failure| failure.error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base_url::{BaseUrl, BaseUrlRules};
    use crate::endpoint::{Endpoint, Prepared};
    use crate::limit::Quota;
    use crate::process::GetProcess;
    use crate::session::Credentials;
    use crate::token::Secret;

    fn config() -> Config {
        let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default()).expect("valid");
        Config::new(base_url, Credentials::App { app_id: "cli_a".into(), app_secret: Secret::new("s".into()) })
    }

    fn refused(config: Config) -> Vec<String> {
        let problems = open(config, 0).err().map(|error| error.problems.clone()).unwrap_or_default();
        problems.into_iter().map(|problem| format!("{} {}", problem.field, problem.rule)).collect()
    }

    #[test]
    fn every_option_of_a_client_is_checked_when_it_is_opened() {
        assert_eq!(refused(config()), [""; 0]);
        for rate_share in [0.0, -0.5, 1.000_1, f64::NAN, f64::INFINITY, -0.0] {
            assert_eq!(refused(Config { rate_share, ..config() }), ["rate_share must be above 0 and at most 1"]);
        }
        assert_eq!(refused(Config { deadline: Some(0), ..config() }), ["deadline must be at least 1 millisecond"]);
        for (name, quota, expected) in [
            ("withdraw_process", Quota { calls: 0, window: 1 }, "quotas allows no call of `withdraw_process`"),
            ("withdraw_process", Quota { calls: 1, window: 0 }, "quotas allows no call of `withdraw_process`"),
            ("withdrawProcess", Quota { calls: 1, window: 1 }, "quotas has `withdrawProcess`, which is no operation"),
            (
                "tenant_access_token",
                Quota { calls: 1, window: 1 },
                "quotas has `tenant_access_token`, which is no operation",
            ),
        ] {
            assert_eq!(refused(Config { quotas: vec![(name.to_owned(), quota)], ..config() }), [expected]);
        }
        for (app_id, secret, expected) in [
            ("", "s", "app_id is empty"),
            ("cli a", "s", "app_id has a space (U+0020) at character 4"),
            ("cli_a\n", "s", "app_id has a control character (U+000A, line feed) at character 6"),
            ("\u{feff}cli_a", "s", "app_id has a byte order mark (U+FEFF) at character 1"),
            ("cli_a", "", "app_secret is empty"),
            ("cli_a", " s", "app_secret must be at most 256 visible ASCII characters"),
        ] {
            let credentials = Credentials::App { app_id: app_id.into(), app_secret: Secret::new(secret.into()) };
            assert_eq!(refused(Config { credentials, ..config() }), [expected]);
        }
        let twice =
            Config { rate_share: 2.0, deadline: Some(0), quotas: vec![("x".into(), Quota::per_second(1))], ..config() };
        assert_eq!(refused(twice).len(), 3, "all at once");
    }

    #[test]
    fn a_quota_without_end_and_a_share_of_nearly_nothing_are_no_overflow() {
        let quotas = vec![("get_process".to_owned(), Quota { calls: 1, window: u64::MAX })];
        let session = open(Config { quotas, rate_share: f64::MIN_POSITIVE, ..config() }, 0).expect("valid");
        let now = crate::time::Instant { monotonic: 5, wall: 5 };
        let request = Prepared::new(const { &GetProcess::OPERATION }, String::new(), None);
        assert!(session.turn(&request, now, u64::MAX).is_ok());
        assert!(session.turn(&request, now, 60_000).is_err());
    }

    #[test]
    fn what_is_shown_is_checked_like_a_call() {
        let session = open(Config { deadline: Some(7_000), ..config() }, 0).expect("valid");
        let request = |id: &str| GetProcess { process_id: id.into(), user_id_type: None };
        let shown = |id: &str, options: CallOptions| show(&session, &request(id), &options);
        let token = |text: &str| CallOptions { token: Some(Secret::new(text.into())), ..CallOptions::default() };
        let request_id = |text: &str| CallOptions { request_id: Some(text.into()), ..CallOptions::default() };
        for text in ["", "a\nX-Evil: 1", "a\r\nX-Evil: 1", " a", "a ", "a\tb", "ä", "a\0", "\u{feff}a"] {
            assert_eq!(shown("7", token(text)).expect_err("refused").problems[0].field, "token", "{text:?}");
            assert_eq!(shown("7", request_id(text)).expect_err("refused").problems[0].field, "request_id", "{text:?}");
        }
        let both = shown("a/b", CallOptions { deadline: Some(0), ..token("a\n") }).expect_err("refused");
        assert_eq!(both.problems.len(), 3, "{both}");
        let good = shown("7", token("t-1")).expect("valid");
        assert_eq!(good.budget, 7_000);
        assert!(good.headers.iter().any(|header| header.name == "authorization" && header.value == "Bearer t-1"));
        assert_eq!(shown("7", CallOptions { deadline: Some(9), ..CallOptions::default() }).expect("valid").budget, 9);
    }
}
