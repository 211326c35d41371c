//! Users, each with an id of every kind.

use serde::{Deserialize, Serialize};

/// A text in the two languages of the platform.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Text {
    /// Chinese.
    pub zh_cn: String,
    /// English.
    pub en_us: String,
}

impl Text {
    pub(crate) fn new(zh_cn: &str, en_us: &str) -> Self {
        Self { zh_cn: zh_cn.into(), en_us: en_us.into() }
    }
}

/// A person of the tenant.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(from = "Given")]
pub struct User {
    /// The id inside one app.
    pub open_id: String,
    /// The id across the apps of one developer.
    pub union_id: String,
    /// The id inside the tenant.
    pub user_id: String,
    /// The id of the HR system.
    pub people_corehr_id: String,
    /// The name.
    pub name: Text,
}

/// How a user may be given: by the open id alone, or with some of the others.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    OpenId(String),
    Ids {
        open_id: String,
        union_id: Option<String>,
        user_id: Option<String>,
        people_corehr_id: Option<String>,
        name: Option<Text>,
    },
}

/// The kinds of user id that a request may name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum UserIdType {
    Open,
    PeopleCorehr,
    Union,
    User,
}

impl UserIdType {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "open_id" => Some(Self::Open),
            "people_corehr_id" => Some(Self::PeopleCorehr),
            "union_id" => Some(Self::Union),
            "user_id" => Some(Self::User),
            _ => None,
        }
    }
}

impl User {
    /// A user whose other ids are made from the open id.
    #[must_use]
    pub fn from_open_id(open_id: &str) -> Self {
        let stem = open_id.strip_prefix("ou_").unwrap_or(open_id);
        // Any even spread does: the ids need only differ.
        let digits = stem
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self {
            open_id: open_id.to_owned(),
            union_id: format!("on_{stem}"),
            user_id: format!("{:08x}", digits >> 32),
            people_corehr_id: format!("6{:018}", digits % 1_000_000_000_000_000_000),
            name: Text::new(stem, stem),
        }
    }

    pub(crate) fn named(mut self, zh_cn: &str, en_us: &str) -> Self {
        self.name = Text::new(zh_cn, en_us);
        self
    }

    pub(crate) fn id(&self, kind: UserIdType) -> &str {
        match kind {
            UserIdType::Open => &self.open_id,
            UserIdType::PeopleCorehr => &self.people_corehr_id,
            UserIdType::Union => &self.union_id,
            UserIdType::User => &self.user_id,
        }
    }
}

impl From<Given> for User {
    fn from(given: Given) -> Self {
        match given {
            Given::OpenId(open_id) => Self::from_open_id(&open_id),
            Given::Ids { open_id, union_id, user_id, people_corehr_id, name } => {
                let made = Self::from_open_id(&open_id);
                Self {
                    open_id,
                    union_id: union_id.unwrap_or(made.union_id),
                    user_id: user_id.unwrap_or(made.user_id),
                    people_corehr_id: people_corehr_id.unwrap_or(made.people_corehr_id),
                    name: name.unwrap_or(made.name),
                }
            }
        }
    }
}
