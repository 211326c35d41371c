//! What a code means: its class, from which effect and retry follow, and advice in two languages.

use feishu_corehr_macros::wire;

use crate::error::{Advice, Effect, ErrorKind};

/// What an answer with a code proves, and what the policy does about it (`docs/policy.md` 2.3 to 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The state changed meanwhile: wait, read, and resend only if it is still the first one.
    Conflict,
    /// The server failed by itself, and the page says to try again.
    Failed,
    /// The process has ended: read it, its status decides. The careful reading of unlisted CoreHR codes too.
    Finished,
    /// Refused without acting; repeating changes nothing.
    Refused,
    /// Refused without acting, because of the token: a fresh one may help, once.
    Token,
    /// Refused without acting, because of too many calls.
    Throttled,
    /// The server failed by itself, and the page says to contact support.
    Unhelpful,
}

/// One row of a table of codes.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// Feishu's number. The same number means different things on different operations.
    pub code: i64,
    /// What it proves.
    pub class: Class,
    /// The kind of error that it becomes.
    pub kind: ErrorKind,
    /// What it means, in one English phrase.
    pub meaning: &'static str,
    /// What to do, in English; empty where no page says.
    pub en: &'static str,
    /// What to do, in Chinese; empty where no page says.
    pub zh: &'static str,
}

impl Code {
    /// What to do about it.
    pub fn advice(&self) -> Option<Advice> {
        (!self.en.is_empty()).then(|| Advice { en: self.en.to_owned(), zh: self.zh.to_owned() })
    }

    /// What a write has done when this is its answer.
    pub const fn effect(&self) -> Effect {
        match self.class {
            Class::Refused | Class::Token | Class::Throttled => Effect::None,
            Class::Conflict | Class::Failed | Class::Finished | Class::Unhelpful => Effect::Unknown,
        }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub const fn retryable(&self) -> bool {
        match self.class {
            Class::Conflict | Class::Failed | Class::Throttled => true,
            Class::Finished | Class::Refused | Class::Token | Class::Unhelpful => false,
        }
    }
}

/// What is known about a code on an operation, for people.
#[wire(reply)]
#[derive(Eq)]
pub struct Explanation {
    /// The operation's name.
    pub operation: String,
    /// The code.
    pub code: i64,
    /// The kind of error that it becomes.
    pub kind: ErrorKind,
    /// What it means.
    pub meaning: String,
    /// What a write has done when this is its answer, before anything is read.
    pub effect: Effect,
    /// Whether the same call may succeed later without anybody changing anything.
    pub retryable: bool,
    /// What to do.
    pub advice: Option<Advice>,
}

/// The row for `code` in an operation's own table, else in the gateway's.
pub fn lookup(own: &'static [Code], code: i64) -> Option<&'static Code> {
    own.iter().chain(GATEWAY).find(|row| row.code == code)
}

/// A refusal that repeating does not change: the commonest row.
pub const fn refused(code: i64, kind: ErrorKind, meaning: &'static str, en: &'static str, zh: &'static str) -> Code {
    Code { code, class: Class::Refused, kind, meaning, en, zh }
}

const fn token(code: i64, meaning: &'static str) -> Code {
    Code {
        code,
        class: Class::Token,
        kind: ErrorKind::Unauthorized,
        meaning,
        en: "the token was renewed once already; check that app and base URL belong together",
        zh: "令牌已自动更新过一次；请检查应用与接口域名是否匹配",
    }
}

const fn failed(code: i64) -> Code {
    Code {
        code,
        class: Class::Failed,
        kind: ErrorKind::Api,
        meaning: "internal error of the server",
        en: "try again later",
        zh: "服务端内部错误，请稍后重试",
    }
}

/// A failure of the server's own, where the page says to contact support.
pub const fn unhelpful(code: i64) -> Code {
    Code {
        code,
        class: Class::Unhelpful,
        kind: ErrorKind::Api,
        meaning: "internal error of the server",
        en: "contact Feishu support with the log id",
        zh: "服务端内部错误，请携带 log id 联系飞书客服",
    }
}

const fn throttled(code: i64) -> Code {
    Code {
        code,
        class: Class::Throttled,
        kind: ErrorKind::RateLimited,
        meaning: "too many calls",
        en: "wait as long as `retry_after_ms` says; lower the rate, or set `rate_share` if several processes share the app",
        zh: "请求过于频繁，请按 retry_after_ms 等待；多个进程共用同一应用时请设置 rate_share",
    }
}

const fn argument(code: i64, meaning: &'static str) -> Code {
    refused(code, ErrorKind::Rejected, meaning, "check the fields of the request", "请检查请求参数")
}

const fn unknown_user(code: i64, meaning: &'static str) -> Code {
    refused(
        code,
        ErrorKind::Rejected,
        meaning,
        "check the id, and that it is of the kind that `user_id_type` names and of this app and tenant",
        "请检查用户 ID 是否存在，且与 user_id_type、应用、租户一致",
    )
}

const fn scope(code: i64, meaning: &'static str) -> Code {
    refused(
        code,
        ErrorKind::Forbidden,
        meaning,
        "grant the app one of the listed scopes in the developer console, and publish a version",
        "请在开发者后台为应用申请所列任一权限并发布版本",
    )
}

/// The gateway's and the token's codes, the same for every operation (`docs/api.md` sections 13 and 14).
#[rustfmt::skip]
pub const GATEWAY: &[Code] = &[
    failed(1500), failed(1642), failed(1663), failed(1668), failed(2200), failed(5000), failed(10101), failed(10105),
    failed(55001), failed(1050002), failed(1050008),
    unhelpful(1551), unhelpful(1557), unhelpful(1665), unhelpful(1000003), unhelpful(99991644),
    throttled(1000004), throttled(1000005), throttled(99991400),
    argument(9499, "bad request or invalid parameter"),
    argument(99991300, "bad `next` of a callback"),
    argument(99991503, "bad `next` of a callback"),
    argument(99992402, "field validation failed: see the field violations"),
    refused(99991401, ErrorKind::IpDenied, "this IP address is not on the app's allow list",
        "add this machine's address to the app's IP allow list", "请将本机 IP 加入应用的 IP 白名单"),
    refused(99991403, ErrorKind::QuotaExhausted, "the monthly call quota is used up",
        "wait for the next month, or buy more calls", "本月 API 调用量已用尽，请等待下月或扩容"),
    refused(99991543, ErrorKind::BadCredentials, "app id or app secret does not exist",
        "check app id, app secret and base URL", "请检查 app_id、app_secret 与接口域名"),
    refused(99991661, ErrorKind::AuthHeaderStripped, "the request reached the server without a token",
        "something between this machine and Feishu removes the authorization header: check proxies", "请求到达服务端时没有令牌，请检查代理是否移除了 Authorization 请求头"),
    refused(99991662, ErrorKind::AppUnavailable, "the app is disabled",
        "enable the app in the admin console", "应用已停用，请在管理后台启用"),
    refused(99991673, ErrorKind::AppUnavailable, "the app is not available in this tenant",
        "install the app in this tenant", "应用在该租户不可用，请检查安装状态"),
    token(20013, "tenant token invalid"),
    token(20014, "app token invalid"),
    token(99991663, "tenant token invalid or expired"),
    token(99991664, "app token invalid"),
    token(99991665, "illegal tenant token"),
    token(99991668, "user token invalid, or not accepted here"),
    token(99991671, "malformed token"),
    token(99991677, "user token expired"),
    refused(99991669, ErrorKind::Unauthorized, "user refresh token invalid", "", ""),
    refused(99991670, ErrorKind::Unauthorized, "single sign-on token invalid", "", ""),
    scope(99991672, "the app lacks a scope"),
    scope(99991676, "the token has no permission"),
    scope(99991679, "the user did not grant the scope"),
    unknown_user(99991674, "user kind not supported"),
    unknown_user(99991675, "user id malformed"),
    unknown_user(99992351, "open_id invalid"),
    unknown_user(99992352, "open_id does not exist"),
    unknown_user(99992353, "open_id does not exist"),
    unknown_user(99992360, "user_id does not exist"),
    unknown_user(99992361, "open_id belongs to another app"),
    unknown_user(99992363, "union_id does not exist"),
    unknown_user(99992364, "union_id does not exist, or user_id of another tenant"),
    unknown_user(99992381, "union_id of another tenant"),
    argument(99992357, "department id does not exist"),
    argument(99992358, "department id does not exist"),
    argument(99992379, "department id does not exist"),
    argument(99992380, "department id does not exist"),
    argument(99992500, "tenant_key does not exist"),
    argument(99992501, "tenant_key does not exist"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_stands_twice_in_the_gateway_table() {
        for (index, row) in GATEWAY.iter().enumerate() {
            assert!(GATEWAY[..index].iter().all(|other| other.code != row.code), "{} stands twice", row.code);
        }
    }

    #[test]
    fn advice_comes_in_both_languages_or_not_at_all() {
        for row in GATEWAY {
            assert_eq!(row.en.is_empty(), row.zh.is_empty(), "{}", row.code);
        }
    }

    #[test]
    fn an_operations_own_row_wins_and_unknown_codes_say_nothing() {
        const OWN: &[Code] = &[refused(9499, ErrorKind::Forbidden, "own", "", "")];
        assert_eq!(lookup(OWN, 9499).map(|row| row.meaning), Some("own"));
        assert_eq!(lookup(OWN, 1663).map(|row| row.class), Some(Class::Failed));
        assert!(lookup(OWN, 42).is_none());
    }
}
