//! POST /open-apis/auth/v3/tenant_access_token/internal: the token of a custom app.
//!
//! <https://open.feishu.cn/document/ukTMukTMukTM/ukDNz4SO0MjL5QzM/auth-v3/auth/tenant_access_token_internal>

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{LONGEST_LIFE, Secret, token_problem};
use crate::codes::{Code, refused};
use crate::endpoint::{Operation, Prepared, Replay, Reply};
use crate::error::{Error, ErrorKind};
use crate::http::Method;
use crate::limit::Quota;
use crate::wire::Fields;

/// What a request for a token calls. It is no operation of a client's: it has no method in any language.
pub static TENANT_ACCESS_TOKEN: Operation = Operation {
    name: "tenant_access_token",
    method: Method::Post,
    path: "/open-apis/auth/v3/tenant_access_token/internal",
    replay: Replay::Token,
    // No quota is documented; one client needs one token in half an hour.
    quota: Quota::per_second(50),
    scope: "",
    codes: &CODES,
    parameters: &[],
};

const fn wrong_credentials(code: i64, meaning: &'static str) -> Code {
    refused(
        code,
        ErrorKind::BadCredentials,
        meaning,
        "check app id, app secret and base URL, and that the app is enabled",
        "请检查 app_id、app_secret 与接口域名，并确认应用已启用",
    )
}

static CODES: [Code; 5] = [
    wrong_credentials(10003, "app id or app secret is missing or malformed"),
    wrong_credentials(10005, "the app id is not authorised"),
    wrong_credentials(10013, "the tenant access token could not be made"),
    wrong_credentials(10014, "the app does not exist, is disabled, or the secret is wrong"),
    wrong_credentials(10015, "the app secret is wrong"),
];

#[derive(Serialize)]
struct Body<'a> {
    app_id: &'a str,
    app_secret: &'a str,
}

/// The request, with the credentials in its body.
pub fn request(app_id: &str, app_secret: &Secret) -> Prepared {
    // Texts cannot fail to be written.
    let body = serde_json::to_vec(&Body { app_id, app_secret: app_secret.expose() }).unwrap_or_default();
    Prepared::new(&TENANT_ACCESS_TOKEN, TENANT_ACCESS_TOKEN.path.to_owned(), Some(body))
}

/// The token of an answer, and its life in seconds from when the request was sent.
pub fn read(reply: &Reply) -> Result<(String, u64), Error> {
    usable(&reply.data).map_err(|rule| {
        let mut error = Error::new(ErrorKind::BadEnvelope, format!("the token answer is unusable: {rule}"));
        error.http_status = Some(reply.http_status);
        error.log_id.clone_from(&reply.log_id);
        error
    })
}

fn usable(body: &str) -> Result<(String, u64), String> {
    let mut problem = None;
    let mut fields = Fields::of(body, &mut problem);
    let read = (fields.take::<Option<String>>("tenant_access_token"), fields.take::<Option<i64>>("expire"));
    let ((Some(token), Some(expire)), None) = (read, problem) else {
        return Err("`tenant_access_token` must be a string and `expire` an integer".to_owned());
    };
    if let Some(problem) = token_problem(&token) {
        return Err(format!("the token {problem}"));
    }
    match u64::try_from(expire) {
        Ok(life) if (1..=LONGEST_LIFE).contains(&life) => Ok((token, life)),
        _ => Err(format!("`expire` is {expire} and must be from 1 to {LONGEST_LIFE} seconds")),
    }
}

/// What a shared cache keeps the token of an app at a host under: it tells nothing, and changes with host, app and
/// secret.
pub fn cache_key(base_url: &str, app_id: &str, app_secret: &Secret) -> String {
    let parts = [base_url, "custom", app_id, app_secret.expose()];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(data: &str) -> Reply {
        Reply { data: data.to_owned(), http_status: 200, log_id: Some("L".to_owned()), ..Reply::default() }
    }

    #[test]
    fn a_token_and_its_life_are_read() {
        for (life, expected) in [(1, 1), (7200, 7200), (86_400, 86_400)] {
            let data = format!(r#"{{"code":0,"msg":"ok","tenant_access_token":"t-1","expire":{life}}}"#);
            assert_eq!(read(&reply(&data)), Ok(("t-1".to_owned(), expected)));
        }
    }

    #[test]
    fn an_unusable_answer_is_refused_without_showing_the_token() {
        let long = "x".repeat(8 * 1024 + 1);
        let answer = |token: &str, expire: i64| format!(r#"{{"tenant_access_token":"{token}","expire":{expire}}}"#);
        for body in [
            answer("t-1", 0),
            answer("t-1", -1),
            answer("t-1", 86_401),
            answer("t-1", 1 << 40),
            answer("", 7200),
            answer(r"t-1\r\nx: y", 7200),
            answer(" t-1", 7200),
            answer(&long, 7200),
            r#"{"tenant_access_token":"t-1"}"#.to_owned(),
            r#"{"expire":7200}"#.to_owned(),
            r#"{"tenant_access_token":"t-1","expire":"7200"}"#.to_owned(),
            r#"{"tenant_access_token":"t-1","expire":7200.5}"#.to_owned(),
            r#"{"tenant_access_token":1,"expire":7200}"#.to_owned(),
            "[]".to_owned(),
        ] {
            let error = read(&reply(&body)).expect_err("unusable");
            assert_eq!((error.kind, error.http_status), (ErrorKind::BadEnvelope, Some(200)), "{body}");
            assert_eq!(error.log_id.as_deref(), Some("L"));
            assert!(!error.to_string().contains("t-1"), "the token is not shown: {error}");
        }
        assert!(read(&reply(&answer(&"x".repeat(8 * 1024), 7200))).is_ok());
    }

    #[test]
    fn a_cache_key_changes_with_host_app_and_secret_and_shows_none_of_them() {
        let key =
            |base_url: &str, app_id: &str, secret: &str| cache_key(base_url, app_id, &Secret::new(secret.to_owned()));
        let keys = [key("h", "a", "s"), key("i", "a", "s"), key("h", "b", "s"), key("h", "a", "t"), key("ha", "", "s")];
        for (index, one) in keys.iter().enumerate() {
            assert!(one.len() == 64 && one.bytes().all(|byte| byte.is_ascii_hexdigit()), "{one}");
            assert!(keys[..index].iter().all(|other| other != one), "{one}");
        }
        assert_eq!(key("h", "a", "s"), keys[0]);
    }
}
