//! What crosses as JSON text: results, errors, headers.

use feishu_corehr::{Error, FromJson, Header, TransportErrorKind};
use serde::Serialize;

/// `{"ok": …}`, or `{"error": …}` as [`Told`].
pub(crate) fn result<T: Serialize>(result: Result<T, Error>) -> String {
    match result {
        Ok(ok) => json(&Success { ok }),
        Err(error) => failure(error),
    }
}

/// The same for what is JSON already.
pub(crate) fn written(result: Result<String, Error>) -> String {
    result.map_or_else(failure, |ok| format!("{{\"ok\":{ok}}}"))
}

fn failure(error: Error) -> String {
    json(&Failure { error: Told::new(error) })
}

#[derive(Serialize)]
struct Success<T> {
    ok: T,
}

#[derive(Serialize)]
struct Failure {
    error: Told,
}

/// An error with the sentence for a person.
#[derive(Serialize)]
pub(crate) struct Told {
    text: String,
    fields: Error,
}

impl Told {
    pub(crate) fn new(error: Error) -> Self {
        Self { text: error.to_string(), fields: error }
    }
}

/// Our own types have text keys and finite numbers only, so this cannot fail.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Pairs of names and values; what is none is no header.
pub(crate) fn headers(pairs: &str) -> Vec<Header> {
    let mut headers = Vec::new();
    // A list that this package's own JavaScript has written.
    let list = serde_json::from_str(pairs).ok().and_then(|list| Vec::<Vec<String>>::read(list).ok());
    for pair in list.unwrap_or_default() {
        if let [name, value] = pair.as_slice() {
            headers.push(Header::new(name, value));
        }
    }
    headers
}

/// A word that is none of ours comes from a host's own transport.
pub(crate) fn transport_error_kind(word: &str) -> TransportErrorKind {
    let kinds = TransportErrorKind::ALL.iter().copied();
    kinds.into_iter().find(|kind| kind.as_str() == word).unwrap_or(TransportErrorKind::Other)
}
