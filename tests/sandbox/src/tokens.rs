//! Tenant tokens: the thirty-minute rule, expiry, revocation.

use crate::clock;

/// With this much life left the same token is handed out again; with less, a new one.
const RENEWAL_MS: u64 = 30 * 60 * 1000;

#[derive(Clone, Debug)]
struct Token {
    value: String,
    app_id: String,
    expires_ms: u64,
    revoked: bool,
}

/// What the token endpoint hands out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Grant {
    pub(crate) token: String,
    pub(crate) expire_s: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Tokens {
    tokens: Vec<Token>,
    /// Whether a revoked token is still handed out again while it has enough life left.
    pub(crate) same_again: bool,
    /// The token to hand out next, whatever is left of others.
    pub(crate) next: Option<String>,
}

impl Tokens {
    pub(crate) fn grant(&mut self, app_id: &str, life_ms: u64, now_ms: u64) -> Grant {
        let same_again = self.same_again;
        let again = |token: &&Token| {
            token.app_id == app_id
                && (!token.revoked || same_again)
                && token.expires_ms >= now_ms.saturating_add(RENEWAL_MS)
        };
        if self.next.is_none()
            && let Some(token) = self.tokens.iter().rev().find(again)
        {
            return Grant { token: token.value.clone(), expire_s: (token.expires_ms - now_ms) / 1000 };
        }
        let made = || format!("t-{}{}", clock::random_hex(), clock::random_hex());
        let value = self.next.take().unwrap_or_else(made);
        self.accept(app_id, &value, now_ms.saturating_add(life_ms));
        Grant { token: value, expire_s: life_ms / 1000 }
    }

    /// Makes this token one of the app's.
    pub(crate) fn accept(&mut self, app_id: &str, value: &str, expires_ms: u64) {
        self.tokens.push(Token { value: value.into(), app_id: app_id.into(), expires_ms, revoked: false });
    }

    /// The app that a live token belongs to.
    pub(crate) fn owner(&self, value: &str, now_ms: u64) -> Option<&str> {
        let live = |token: &&Token| token.value == value && !token.revoked && now_ms < token.expires_ms;
        self.tokens.iter().find(live).map(|token| token.app_id.as_str())
    }

    /// Makes the next token a long one in the form of a JWT.
    pub(crate) fn make_next_long(&mut self, bytes: usize) {
        let mut value = "eyJhbGciOiJFUzI1NiJ9.".to_owned();
        while value.len() < bytes {
            value.push_str(&clock::random_hex());
        }
        value.truncate(bytes);
        self.next = Some(value);
    }

    pub(crate) fn revoke_all(&mut self, same_again: bool) {
        self.tokens.iter_mut().for_each(|token| token.revoked = true);
        self.same_again = same_again;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE_MS: u64 = 7_200_000;

    #[test]
    fn the_same_token_comes_back_until_less_than_thirty_minutes_remain() {
        let mut tokens = Tokens::default();
        let first = tokens.grant("cli_a", LIFE_MS, 0);
        assert_eq!(first.expire_s, 7200);
        let at_the_limit = tokens.grant("cli_a", LIFE_MS, LIFE_MS - RENEWAL_MS);
        assert_eq!(at_the_limit, Grant { token: first.token.clone(), expire_s: 1800 });
        let after = LIFE_MS - RENEWAL_MS + 1;
        let second = tokens.grant("cli_a", LIFE_MS, after);
        assert_ne!(second.token, first.token);
        assert_eq!(second.expire_s, 7200);
        assert_eq!(tokens.owner(&first.token, after), Some("cli_a"));
        assert_eq!(tokens.owner(&second.token, after), Some("cli_a"));
        assert_eq!(tokens.owner(&first.token, LIFE_MS), None);
    }

    #[test]
    fn a_revoked_token_comes_back_only_when_asked_for() {
        let mut tokens = Tokens::default();
        let first = tokens.grant("cli_a", LIFE_MS, 0);
        tokens.revoke_all(true);
        assert_eq!(tokens.owner(&first.token, 1), None);
        assert_eq!(tokens.grant("cli_a", LIFE_MS, 1).token, first.token);
        tokens.revoke_all(false);
        assert_ne!(tokens.grant("cli_a", LIFE_MS, 1).token, first.token);
    }

    #[test]
    fn apps_do_not_share_tokens() {
        let mut tokens = Tokens::default();
        assert_ne!(tokens.grant("cli_a", LIFE_MS, 0).token, tokens.grant("cli_b", LIFE_MS, 0).token);
    }
}
