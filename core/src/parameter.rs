//! Where the fields of a request stand on the wire, as data.

use feishu_corehr_macros::wire;
use serde::Deserialize;

/// A name with its value: of a query, of a path, of a header.
#[wire(details)]
#[derive(Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameValue {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// One field of a request. But for the actor it has the same name there.
#[derive(Clone, Copy, Debug)]
pub enum Parameter {
    /// Who acts, the field `actor`: these two fields of the body, and `user_id_type` in the query.
    Actor {
        /// The field that names a user.
        user: &'static str,
        /// The field that says that the system acts.
        system: &'static str,
    },
    /// A field of the body, as it stands there.
    Body(&'static str),
    /// An object with one of these names, which stands in the body by itself.
    Either(&'static str, &'static [&'static str]),
    /// A word, which is a number in the body.
    Number(&'static str, &'static [(i64, &'static str)]),
    /// A segment of the path.
    Path(&'static str),
    /// A name in the query.
    Query(&'static str, Kind),
    /// An object with one word, whose fields stand in the body by themselves, beside the word's number.
    Tagged {
        /// The field of the request.
        field: &'static str,
        /// Where the number stands in the body.
        tag: &'static str,
        /// The words.
        choices: &'static [(i64, &'static str)],
        /// The fields inside.
        inside: &'static [&'static str],
    },
    /// A user, or a list of users: ids in the body, and `user_id_type` in the query.
    Users(&'static str),
}

/// What the text of a query is.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Decimal digits.
    Integer,
    /// A word, by its number. `unknown` has none.
    Number(&'static [(i64, &'static str)]),
    /// A list of words: the name is repeated, each time with the number of a word. `unknown` has none.
    Numbers(&'static [(i64, &'static str)]),
    /// Text.
    Text,
    /// A list of texts: the name is repeated.
    Texts,
}
