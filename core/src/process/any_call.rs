//! Any call of Feishu's API that this library has no operation for, with the same care.

use feishu_corehr_macros::wire;

use crate::endpoint::{Endpoint, Operation, Outcome, Prepared, Replay, Reply};
use crate::envelope::cleaned;
use crate::error::{Advice, Error, Problem};
use crate::http::{Method, encoded, push_query};
use crate::key;
use crate::limit::Quota;
use crate::parameter::NameValue;
use crate::wire;

/// A call of any method and path below `/open-apis/`.
///
/// A `GET` is a read and is repeated like any. Every other method counts as a write that no read proves: it is never sent
/// again once it may have arrived, and then ends with effect unknown. Nothing is known of its codes beside the gateway's,
/// of its scope and of its quota: without a quota nothing paces it. An operation that this library has is better called by
/// its method, which knows all that.
#[wire(request)]
#[derive(Eq)]
pub struct AnyCall {
    /// The HTTP method.
    pub method: Method,
    /// The path, from `/open-apis/` on, with its parameters in braces: `/open-apis/contact/v3/departments/{department_id}`.
    /// Not below `/open-apis/auth/` and `/open-apis/authen/`, since tokens are this library's own matter.
    pub path: String,
    /// The parameters of the path, by name. Each becomes one segment, encoded; at most 512 bytes.
    pub path_parameters: Vec<NameValue>,
    /// The query, in order; a repeated name stands repeatedly.
    pub query: Vec<NameValue>,
    /// The body, as JSON text; it is sent as it stands. A `GET` has none.
    pub body: Option<String>,
    /// The quota of this method and path: so many calls in [`Self::quota_window_ms`]. The last one that was given counts.
    pub quota_calls: Option<u32>,
    /// In how long, in milliseconds.
    pub quota_window_ms: Option<u64>,
}

/// What a call of any method and path ends with.
#[wire(details)]
#[derive(Eq)]
pub struct CallAnswer {
    /// The answer's `data` as received, as JSON; `{}` where there was none.
    #[wire(skip)]
    pub raw: String,
    /// The HTTP status, 200 to 299.
    #[wire(skip)]
    pub status: u16,
    /// The headers as received, in order.
    #[wire(skip)]
    pub headers: Vec<NameValue>,
    /// The log id of the answer.
    #[wire(skip)]
    pub log_id: Option<String>,
    /// How many requests were sent.
    #[wire(skip)]
    pub attempts: u32,
}

impl AnyCall {
    /// A call without parameters, body and quota.
    pub fn new(method: Method, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            path_parameters: Vec::new(),
            query: Vec::new(),
            body: None,
            quota_calls: None,
            quota_window_ms: None,
        }
    }

    fn quota(&self) -> Option<Quota> {
        Some(Quota { calls: self.quota_calls?, window: self.quota_window_ms? })
    }

    /// Path and query, encoded.
    fn target(&self) -> String {
        let mut target = Endpoint::path(self);
        let query: Vec<(&str, String)> =
            self.query.iter().map(|pair| (pair.name.as_str(), pair.value.clone())).collect();
        push_query(&mut target, &query);
        target
    }

    fn value_of(&self, name: &str) -> Option<&str> {
        self.path_parameters.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.value.as_str())
    }

    fn path_problem(&self) -> Option<String> {
        let Some(rest) = self.path.strip_prefix(ROOT) else {
            return Some(format!("must begin with `{ROOT}`"));
        };
        if let Some(stranger) = key::stranger(&self.path, |letter| letter == '/' || is_of_a_segment(letter)) {
            return Some(format!("{stranger}; parameters stand in braces, and the query is given apart"));
        }
        let mut segments = rest.split('/');
        let area = segments.clone().next().unwrap_or_default();
        if TOKENS.iter().any(|tokens| area.eq_ignore_ascii_case(tokens)) {
            return Some("is one of the endpoints of tokens, which are this library's own matter".to_owned());
        }
        if area.contains('{') {
            return Some(format!("must have a fixed word after `{ROOT}`"));
        }
        let is_odd = |segment: &str| match named(segment) {
            Some(name) => name.is_empty() || name.contains(['{', '}']),
            None => segment.is_empty() || is_dots(segment) || segment.contains(['{', '}']),
        };
        let odd = segments.find(|segment| is_odd(segment))?;
        Some(format!("has the segment `{odd}`, which is neither a word nor one parameter in braces"))
    }

    fn parameter_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let names: Vec<&str> = self.path.split('/').filter_map(named).collect();
        for name in names.iter().filter(|name| self.value_of(name).is_none()) {
            problems.push(Problem::new(PARAMETERS, format!("has no `{name}`, which stands in the path")));
        }
        for (place, NameValue { name, value }) in self.path_parameters.iter().enumerate() {
            let field = format!("{PARAMETERS}.{}", cleaned(name));
            if !names.contains(&name.as_str()) {
                problems.push(Problem::new(&field, "does not stand in the path in braces"));
            }
            if self.path_parameters[..place].iter().any(|other| other.name == *name) {
                problems.push(Problem::new(&field, "is given twice"));
            }
            problems.extend(key::problems(&field, value, LONGEST_PARAMETER));
            if value.split(['/', '\\']).any(is_dots) {
                problems.push(Problem::new(&field, "has `.` or `..` for a part, which addresses another path"));
            }
        }
        problems
    }

    fn body_problem(&self) -> Option<String> {
        let body = self.body.as_deref()?;
        if self.method == Method::Get {
            return Some("does not belong to a `GET`".to_owned());
        }
        wire::parsed(body).err().map(|problem| format!("is no JSON: it {}", problem.rule))
    }

    fn quota_problem(&self) -> Option<Problem> {
        match (self.quota_calls, self.quota_window_ms) {
            (Some(0), _) => Some(Problem::new("quota_calls", "allows no call")),
            (_, Some(0)) => Some(Problem::new("quota_window_ms", "allows no call")),
            (Some(_), None) => Some(Problem::new("quota_window_ms", "is missing beside `quota_calls`")),
            (None, Some(_)) => Some(Problem::new("quota_calls", "is missing beside `quota_window_ms`")),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }
}

impl Endpoint for AnyCall {
    const OPERATION: Operation = operation(Method::Put);

    type Response = CallAnswer;
    type Output = CallAnswer;

    fn called(&self) -> &'static Operation {
        static DELETE: Operation = operation(Method::Delete);
        static GET: Operation = operation(Method::Get);
        static PATCH: Operation = operation(Method::Patch);
        static POST: Operation = operation(Method::Post);
        static PUT: Operation = operation(Method::Put);
        match self.method {
            Method::Delete => &DELETE,
            Method::Get => &GET,
            Method::Patch => &PATCH,
            Method::Post => &POST,
            Method::Put => &PUT,
        }
    }

    fn output(outcome: Outcome) -> Result<CallAnswer, Error> {
        Ok(CallAnswer { attempts: outcome.attempts, ..Self::decode(&outcome.reply)? })
    }

    fn path(&self) -> String {
        let segment = |segment| match named(segment) {
            Some(name) => encoded(self.value_of(name).unwrap_or_default()).into_owned(),
            None => segment.to_owned(),
        };
        self.path.split('/').map(segment).collect::<Vec<_>>().join("/")
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> =
            self.path_problem().map(|rule| Problem::new("path", rule)).into_iter().collect();
        problems.extend(self.parameter_problems());
        if self.query.iter().any(|pair| pair.name.is_empty()) {
            problems.push(Problem::new("query", "has an empty name"));
        }
        let length = self.target().len();
        if length > LONGEST_TARGET {
            let rule = format!("makes path and query {length} bytes long; at most {LONGEST_TARGET} are taken");
            problems.push(Problem::new(if self.query.is_empty() { "path" } else { "query" }, rule));
        }
        problems.extend(self.body_problem().map(|rule| Problem::new("body", rule)));
        problems.extend(self.quota_problem());
        problems
    }

    fn when_unknown(&self) -> Option<Advice> {
        Some(Advice {
            en: "look, by a read, whether it has taken effect before you call again: nothing is known of this call that \
                 would prove it, and it may still take effect"
                .to_owned(),
            zh: "再次调用前请先查询其是否已生效：本库对该接口一无所知，无从证明，且请求可能稍后才生效".to_owned(),
        })
    }

    fn prepare(&self) -> Result<Prepared, Error> {
        self.validate()?;
        let body = self.body.clone().map(String::into_bytes);
        let mut prepared = Prepared::new(self.called(), self.target(), body);
        prepared.template = Some(self.path.clone());
        prepared.quota = self.quota();
        prepared.when_unknown = self.when_unknown();
        Ok(prepared)
    }

    fn decode(reply: &Reply) -> Result<CallAnswer, Error> {
        let header =
            |header: &crate::http::Header| NameValue { name: header.name.clone(), value: header.value.clone() };
        Ok(CallAnswer {
            raw: reply.data.clone(),
            status: reply.http_status,
            headers: reply.headers.iter().map(header).collect(),
            log_id: reply.log_id.clone(),
            attempts: 0,
        })
    }
}

/// What is known of such a call: next to nothing. The path is the caller's, and the quota, too.
const fn operation(method: Method) -> Operation {
    Operation {
        name: "call",
        method,
        path: ROOT,
        replay: if matches!(method, Method::Get) { Replay::Read } else { Replay::Never },
        quota: Quota::per_second(u32::MAX),
        scope: "",
        codes: &[],
        parameters: &[],
    }
}

/// The name in a segment that is one parameter.
fn named(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn is_of_a_segment(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-._~{}".contains(letter)
}

fn is_dots(segment: &str) -> bool {
    segment == "." || segment == ".."
}

const ROOT: &str = "/open-apis/";
/// Where tokens are made, and persons sign in.
const TOKENS: [&str; 2] = ["auth", "authen"];
const PARAMETERS: &str = "path_parameters";
const LONGEST_PARAMETER: usize = 512;
/// What servers and proxies commonly take.
const LONGEST_TARGET: usize = 8_000;

#[cfg(test)]
mod tests {
    use super::*;

    const DEPARTMENT: &str = "/open-apis/contact/v3/departments/{department_id}";

    fn pair(name: &str, value: &str) -> NameValue {
        NameValue { name: name.into(), value: value.into() }
    }

    fn department(value: &str) -> AnyCall {
        AnyCall { path_parameters: vec![pair("department_id", value)], ..AnyCall::new(Method::Get, DEPARTMENT) }
    }

    fn problems(call: &AnyCall) -> Vec<String> {
        call.problems().into_iter().map(|problem| format!("{} {}", problem.field, problem.rule)).collect()
    }

    #[test]
    fn a_parameter_becomes_one_segment_whatever_is_in_it() {
        for (value, target) in [
            ("od-1", "/open-apis/contact/v3/departments/od-1"),
            ("a/b?c#d%2e", "/open-apis/contact/v3/departments/a%2Fb%3Fc%23d%252e"),
            ("部门@x", "/open-apis/contact/v3/departments/%E9%83%A8%E9%97%A8%40x"),
            ("{department_id}", "/open-apis/contact/v3/departments/%7Bdepartment_id%7D"),
            ("...", "/open-apis/contact/v3/departments/..."),
        ] {
            assert_eq!(department(value).prepare().expect("valid").target, target);
        }
        for value in ["", ".", "..", "a/../b", "..\\x", "./x", "a b", "a\n", "\u{feff}a", &"x".repeat(513)] {
            let found = problems(&department(value));
            assert!(found.iter().all(|found| found.starts_with("path_parameters.department_id ")), "{found:?}");
            assert_ne!(found, [""; 0], "{value:?}");
        }
        assert_eq!(problems(&department(&"x".repeat(512))), [""; 0]);
    }

    #[test]
    fn no_path_leaves_what_it_is_for() {
        for path in [
            "",
            "/",
            "/open-apis",
            "/open-apis/",
            "open-apis/contact",
            "https://open.feishu.cn/open-apis/contact",
            "//open-apis/contact",
            "/OPEN-APIS/contact",
            "/open-apis//contact",
            "/open-apis/contact/",
            "/open-apis/../contact",
            "/open-apis/contact/..",
            "/open-apis/contact/./v3",
            "/open-apis/%2e%2e/contact",
            "/open-apis/contact\\..",
            "/open-apis/contact?a=b",
            "/open-apis/contact#a",
            "/open-apis/contact/a b",
            "/open-apis/contact/\r\nx",
            "/open-apis/联系人",
            "/open-apis/contact/:id",
            "/open-apis/{area}/v3",
            "/open-apis/contact/x{id}",
            "/open-apis/contact/{}",
            "/open-apis/contact/{{id}}",
            "/open-apis/auth/v3/tenant_access_token/internal",
            "/open-apis/Auth/v3/tenant_access_token/internal",
            "/open-apis/auth",
            "/open-apis/authen/v1/access_token",
        ] {
            let mut call = AnyCall::new(Method::Post, path);
            call.path_parameters = vec![pair("id", "7"), pair("area", "auth")];
            let found = call.problems();
            assert!(found.iter().any(|problem| problem.field == "path"), "{path:?}: {found:?}");
        }
        for path in ["/open-apis/contact", "/open-apis/authority/v1/a.b-c_d~e", "/open-apis/im/v1/messages"] {
            assert_eq!(problems(&AnyCall::new(Method::Post, path)), [""; 0]);
        }
        let long = AnyCall::new(Method::Post, &format!("/open-apis/{}", "x".repeat(8_000)));
        assert_eq!(problems(&long), ["path makes path and query 8011 bytes long; at most 8000 are taken"]);
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let call = AnyCall {
            path_parameters: vec![pair("id", "a"), pair("id", "b")],
            query: vec![pair("", "x")],
            body: Some("{".into()),
            quota_calls: Some(0),
            ..AnyCall::new(Method::Put, DEPARTMENT)
        };
        assert_eq!(
            problems(&call),
            [
                "path_parameters has no `department_id`, which stands in the path",
                "path_parameters.id does not stand in the path in braces",
                "path_parameters.id does not stand in the path in braces",
                "path_parameters.id is given twice",
                "query has an empty name",
                "body is no JSON: it is broken at line 1 column 1",
                "quota_calls allows no call",
            ]
        );
        let read =
            AnyCall { body: Some("{}".into()), quota_window_ms: Some(5), ..AnyCall::new(Method::Get, "/open-apis/a") };
        assert_eq!(
            problems(&read),
            ["body does not belong to a `GET`", "quota_calls is missing beside `quota_window_ms`"]
        );
    }

    #[test]
    fn a_get_is_a_read_and_all_else_a_write_that_is_never_sent_again() {
        for method in Method::ALL {
            let call = AnyCall::new(method, "/open-apis/a");
            let prepared = call.prepare().expect("valid");
            let replay = if method == Method::Get { Replay::Read } else { Replay::Never };
            assert_eq!((prepared.operation.replay, prepared.operation.method), (replay, method));
            assert_eq!((prepared.operation.name, prepared.path(), prepared.quota), ("call", "/open-apis/a", None));
        }
    }

    #[test]
    fn the_query_is_encoded_and_the_body_goes_as_it_stands() {
        let call = AnyCall {
            query: vec![pair("a b", "1&2"), pair("ids", "x"), pair("ids", "")],
            body: Some(r#"{"n": 18446744073709551616, "x":1.0}"#.into()),
            quota_calls: Some(20),
            quota_window_ms: Some(60_000),
            ..AnyCall::new(Method::Patch, "/open-apis/a")
        };
        let prepared = call.prepare().expect("valid");
        assert_eq!(prepared.target, "/open-apis/a?a%20b=1%262&ids=x&ids=");
        assert_eq!(prepared.body.as_deref(), Some(br#"{"n": 18446744073709551616, "x":1.0}"#.as_slice()));
        assert_eq!(prepared.quota, Some(Quota::per_minute(20)));
    }
}
