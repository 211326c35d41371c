//! Query parameters and refusals of them.

use crate::answer::{Answer, Source};
use crate::percent;
use crate::request::Received;
use crate::users::UserIdType;

/// The decoded query of a request, in order.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(received: &Received) -> Self {
        let pairs = received.query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        Self(pairs.collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(its, _)| its == name).map(|(_, value)| value.as_str())
    }

    /// The `user_id_type`, whose documented default is `open_id`.
    pub(super) fn user_id_type(&self) -> Result<UserIdType, Answer> {
        self.user_id_type_or("open_id")
    }

    /// The `user_id_type`, where its documented default is another one.
    pub(super) fn user_id_type_or(&self, default: &str) -> Result<UserIdType, Answer> {
        let name = self.get("user_id_type").unwrap_or(default);
        UserIdType::named(name).ok_or_else(|| invalid("user_id_type is none of the documented values"))
    }
}

/// 1160101, which every page here lists with HTTP 400.
pub(super) fn invalid(message: &str) -> Answer {
    Answer::refusal(400, 1_160_101, message, Source::Official)
}

/// No such process. The pages of withdraw and get list no code for it; revoke's 1160100 was borrowed.
pub(super) fn no_such_process() -> Answer {
    Answer::refusal(400, 1_160_100, "process does not exist", Source::Invented)
}

fn decoded(text: &str) -> String {
    percent::decoded(&text.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_and_may_repeat_a_name() {
        let received = Received { query: "statuses=1&page_token=a%2Bb+c%&statuses=2&x".into(), ..Received::default() };
        let query = Query::of(&received);
        assert_eq!(query.all("statuses").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(query.get("page_token"), Some("a+b c%"));
        assert_eq!(query.get("x"), Some(""));
        assert_eq!(query.get("y"), None);
    }
}
