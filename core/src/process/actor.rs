//! Who acts: the system, or a user of a named kind of id.

use feishu_corehr_macros::wire;
use serde::Serialize;
use serde_json::Value;

use super::rules::{id_problems, only};
use crate::error::Problem;
use crate::wire::FromJson;

/// Which of a user's ids is meant (`user_id_type`).
#[wire(word)]
#[derive(Default)]
pub enum UserIdType {
    /// The user's id inside one app (`ou_…`).
    #[default]
    OpenId,
    /// The user's id in CoreHR (飞书人事).
    PeopleCorehrId,
    /// The user's id across the apps of one developer (`on_…`).
    UnionId,
    /// The user's id inside the tenant. The app needs the field scope `contact:user.employee_id:readonly`.
    UserId,
}

/// Which of a department's ids is meant (`department_id_type`).
#[wire(word)]
pub enum DepartmentIdType {
    /// The department's id inside the tenant.
    DepartmentId,
    /// The department's id inside one app (`od-…`).
    OpenDepartmentId,
    /// The department's id in CoreHR (飞书人事).
    PeopleCorehrDepartmentId,
}

/// A user, by an id of a named kind: at most 128 bytes, without spaces and control characters.
#[wire(request)]
pub enum User {
    /// By the id inside one app (`ou_…`).
    OpenId(String),
    /// By the id in CoreHR.
    PeopleCorehrId(String),
    /// By the id across the apps of one developer (`on_…`).
    UnionId(String),
    /// By the id inside the tenant; see [`UserIdType::UserId`].
    UserId(String),
}

impl User {
    /// The id.
    pub fn id(&self) -> &str {
        match self {
            Self::OpenId(id) | Self::PeopleCorehrId(id) | Self::UnionId(id) | Self::UserId(id) => id,
        }
    }

    /// The kind of the id.
    pub const fn id_type(&self) -> UserIdType {
        match self {
            Self::OpenId(_) => UserIdType::OpenId,
            Self::PeopleCorehrId(_) => UserIdType::PeopleCorehrId,
            Self::UnionId(_) => UserIdType::UnionId,
            Self::UserId(_) => UserIdType::UserId,
        }
    }
}

/// Who acts: the system, or a user.
///
/// In JSON `{"system": true}`, `{"system": true, "user": {"open_id": "ou_…"}}` or `{"open_id": "ou_…"}`.
#[wire(request)]
#[serde(try_from = "Value", into = "Written")]
pub enum Actor {
    /// The system. It may name a user too, as Feishu's own sample does; which of the two then counts is not
    /// documented.
    System {
        /// The user to name.
        user: Option<User>,
    },
    /// A user: Feishu wants the process's initiator, a process administrator or a document administrator.
    User(User),
}

impl Actor {
    /// The user who acts, or whom the system names.
    pub const fn user(&self) -> Option<&User> {
        match self {
            Self::System { user } => user.as_ref(),
            Self::User(user) => Some(user),
        }
    }

    /// Whether the system acts.
    pub const fn is_system(&self) -> bool {
        match self {
            Self::System { .. } => true,
            Self::User(_) => false,
        }
    }

    /// What is wrong with the user's id, which Feishu calls `field`.
    pub(super) fn problems(&self, field: &str) -> Vec<Problem> {
        self.user().map(|user| id_problems(field, user.id())).unwrap_or_default()
    }

    /// The body of what acts on a process: `system_user` is left out where it is false, its documented default.
    pub(super) fn body<'a>(&'a self, reason: Option<&'a str>) -> Order<'a> {
        Order { user_id: self.id(), reason, system_user: self.flag() }
    }

    /// The id of the user, as it stands in a body.
    pub(super) fn id(&self) -> Option<&str> {
        self.user().map(User::id)
    }

    /// What says in a body that the system acts; left out where it does not.
    pub(super) fn flag(&self) -> Option<bool> {
        self.is_system().then_some(true)
    }

    /// The query that says of which kind the user's id is; empty when no user is named.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        self.user().map(|user| ("user_id_type", user.id_type().as_str().to_owned())).into_iter().collect()
    }
}

/// The query of a call that names people beside who acts: one kind of id for all of them.
pub(super) fn one_kind(actor: &Actor, people: &[User]) -> Vec<(&'static str, String)> {
    let first = actor.user().or(people.first());
    first.map(|user| ("user_id_type", user.id_type().as_str().to_owned())).into_iter().collect()
}

/// What is wrong where not all are of one kind; `actor` and `people` are what Feishu calls them.
pub(super) fn kind_problem((field, actor): (&str, &Actor), (people_field, people): (&str, &[User])) -> Option<Problem> {
    let mut kinds: Vec<UserIdType> = actor.user().into_iter().chain(people).map(User::id_type).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    (kinds.len() > 1).then(|| {
        let others = if actor.user().is_some() {
            format!("`{field}` and `{people_field}` have")
        } else {
            "they have".to_owned()
        };
        let rule = format!(
            "must be of one kind: a call has one `user_id_type` for all people, and {others} {}",
            words.join(", ")
        );
        Problem::new(people_field, rule)
    })
}

/// `ProcessRevokeAndWithdraw`, as Feishu's SDKs call it.
#[derive(Serialize)]
pub(super) struct Order<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_user: Option<bool>,
}

impl From<User> for Actor {
    fn from(user: User) -> Self {
        Self::User(user)
    }
}

/// In TypeScript an actor is what its JSON is.
#[cfg(feature = "web")]
#[wasm_bindgen::prelude::wasm_bindgen(typescript_custom_section)]
const ACTOR: &str = r#"/**
 * Who acts: the system, or a user. The system may name a user too, as Feishu's own sample does; which of the two then
 * counts is not documented.
 */
export type Actor = OneOf<{ system: true; user?: User } | User>;

/** One of them: TypeScript alone would take an object that is two at once. */
export type OneOf<Union, Names extends PropertyKey = Union extends unknown ? keyof Union : never> =
  Union extends unknown ? Union & { [Other in Exclude<Names, keyof Union>]?: undefined } : never;"#;

/// In Python a user is an actor, too.
#[cfg(feature = "python")]
impl<'a, 'py> pyo3::FromPyObject<'a, 'py> for Actor {
    type Error = pyo3::PyErr;

    fn extract(object: pyo3::Borrowed<'a, 'py, pyo3::PyAny>) -> Result<Self, Self::Error> {
        if let Ok(actor) = object.cast::<PythonActor>() {
            return Ok(actor.get().clone().into());
        }
        match object.cast::<PythonUser>() {
            Ok(user) => Ok(Self::User(user.get().clone().into())),
            Err(_) => Err(crate::wire::no_instance(&object, "actor must be an 'Actor' or a 'User'")),
        }
    }
}

impl TryFrom<Value> for Actor {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value.get("system") {
            Some(Value::Bool(true)) => {
                let Value::Object(mut fields) = value else { return Err(AN_ACTOR) };
                let is_all = fields.keys().all(|name| name == "system" || name == "user");
                let named = fields.get_mut("user").map(Value::take).filter(|user| !user.is_null());
                let user = named.map(user).transpose()?;
                if is_all { Ok(Self::System { user }) } else { Err(AN_ACTOR) }
            }
            Some(Value::Bool(false)) => Err("an actor is named or the system: `system` can only be true"),
            Some(_) => Err(AN_ACTOR),
            None => user(value).map(Self::User),
        }
    }
}

fn user(value: Value) -> Result<User, &'static str> {
    let Some((kind, Value::String(id))) = only(value) else { return Err(AN_ACTOR) };
    match UserIdType::ALL.iter().find(|known| known.as_str() == kind) {
        Some(UserIdType::OpenId) => Ok(User::OpenId(id)),
        Some(UserIdType::PeopleCorehrId) => Ok(User::PeopleCorehrId(id)),
        Some(UserIdType::UnionId) => Ok(User::UnionId(id)),
        Some(UserIdType::UserId) => Ok(User::UserId(id)),
        None => Err(AN_ACTOR),
    }
}

impl FromJson for User {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        let read = user(value).ok();
        if read.is_none() {
            *problem = Some(Problem::new(
                "",
                "cannot be read: a user is one id of a named kind, like `{\"open_id\": \"ou_…\"}`",
            ));
        }
        read
    }
}

impl FromJson for Actor {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        let rule = match Self::try_from(value) {
            Ok(actor) => return Some(actor),
            Err(rule) => rule,
        };
        *problem = Some(Problem::new("", format!("cannot be read: {rule}")));
        None
    }
}

const AN_ACTOR: &str = "an actor is `{\"system\": true}` or a user by one id, like `{\"open_id\": \"ou_…\"}`";

/// An actor as it is written in JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Written {
    System {
        system: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        user: Option<User>,
    },
    User(User),
}

impl From<Actor> for Written {
    fn from(actor: Actor) -> Self {
        match actor {
            Actor::System { user } => Self::System { system: true, user },
            Actor::User(user) => Self::User(user),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_written_in_one_of_three_ways() {
        let user = || User::OpenId("ou_a".into());
        for (json, actor) in [
            (r#"{"system":true}"#, Actor::System { user: None }),
            (r#"{"system":true,"user":{"open_id":"ou_a"}}"#, Actor::System { user: Some(user()) }),
            (r#"{"open_id":"ou_a"}"#, user().into()),
            (r#"{"people_corehr_id":"7"}"#, User::PeopleCorehrId("7".into()).into()),
            (r#"{"union_id":"on_a"}"#, User::UnionId("on_a".into()).into()),
            (r#"{"user_id":"a"}"#, User::UserId("a".into()).into()),
        ] {
            assert_eq!(serde_json::from_str::<Actor>(json).unwrap(), actor, "{json}");
            assert_eq!(serde_json::to_string(&actor).unwrap(), json);
        }
    }

    #[test]
    fn neither_and_both_cannot_be_written() {
        for json in [
            "{}",
            "null",
            "[]",
            r#""system""#,
            r#"{"system":false}"#,
            r#"{"system":null}"#,
            r#"{"system":"true"}"#,
            r#"{"system":false,"user":{"open_id":"ou_a"}}"#,
            r#"{"system":true,"open_id":"ou_a"}"#,
            r#"{"open_id":"ou_a","user_id":"a"}"#,
            r#"{"open_id":7}"#,
            r#"{"open_id":null}"#,
            r#"{"email":"a@b"}"#,
        ] {
            let error = serde_json::from_str::<Actor>(json).expect_err(json).to_string();
            assert!(error.contains("an actor is"), "{json}: {error}");
        }
    }
}
