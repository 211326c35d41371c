//! What several operations share: who acts, texts and links, statuses, and the rules for ids and reasons.

use feishu_corehr_macros::wire;
use serde::Serialize;
use serde_json::Value;

use crate::error::Problem;
use crate::key;
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

    /// The query that says of which kind the user's id is; empty when no user is named.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        self.user().map(|user| ("user_id_type", user.id_type().as_str().to_owned())).into_iter().collect()
    }
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
export type Actor = OneOf<{ system: true; user?: OneOf<User> } | User>;

/** One of them: TypeScript alone would take an object that is two at once. */
type OneOf<Each> = Each extends unknown ? Each & { [Other in Exclude<UserIdType | "system", keyof Each>]?: undefined } : never;"#;

/// In Python a user is an actor, too.
#[cfg(feature = "python")]
impl<'a, 'py> pyo3::FromPyObject<'a, 'py> for Actor {
    type Error = pyo3::PyErr;

    fn extract(object: pyo3::Borrowed<'a, 'py, pyo3::PyAny>) -> Result<Self, Self::Error> {
        if let Ok(actor) = object.cast::<Self>() {
            return Ok(actor.get().clone());
        }
        match object.cast::<User>() {
            Ok(user) => Ok(user.get().clone().into()),
            Err(_) => {
                let found = pyo3::types::PyTypeMethods::name(&pyo3::types::PyAnyMethods::get_type(&*object))?;
                Err(pyo3::exceptions::PyTypeError::new_err(format!(
                    "'{found}' object is neither an 'Actor' nor a 'User'"
                )))
            }
        }
    }
}

/// A text in two languages; empty where a language is missing.
#[wire(reply)]
#[derive(Eq)]
pub struct I18nText {
    /// 中文。One older page writes the name as `zh-CN`.
    #[wire(alias = "zh-CN")]
    pub zh_cn: String,
    /// In English. One older page writes the name as `en-US`.
    #[wire(alias = "en-US")]
    pub en_us: String,
}

/// The addresses of one document for each kind of device; empty where there is none.
#[wire(reply)]
#[derive(Eq)]
pub struct Link {
    /// In a browser.
    pub web_link: String,
    /// In the desktop app.
    pub pc_link: String,
    /// In the mobile app.
    pub mobile_link: String,
}

/// A process's status.
#[wire(number)]
pub enum Status {
    /// Every node passed (已完成). It can be revoked.
    Completed = 9,
    /// Running (进行中): the only status in which a process can be withdrawn.
    InProgress = 1,
    /// An approver refused (拒绝).
    Rejected = 2,
    /// Undone after it was completed (撤销).
    Revoked = 8,
    /// Being undone (撤销中); newer than the other numbers.
    Revoking = 15,
    /// A number that no page lists; it stands in `status_number`.
    Unknown = -99,
    /// Withdrawn while it was running (撤回).
    Withdrawn = 4,
}

/// What an approver is asked for.
#[wire(number)]
pub enum TaskType {
    /// An approval document.
    Approval = 1,
    /// A form to fill in.
    Form = 5,
    /// A number that no page lists; it stands in `type_number`.
    Unknown = -99,
}

/// How a task ended. Its numbers are not those of [`Status`].
#[wire(number)]
pub enum DoneStatus {
    /// Cancelled.
    Cancelled = 4,
    /// Completed.
    Completed = 3,
    /// Rejected.
    Rejected = 2,
    /// A number that no page lists; it stands in `status_number`.
    Unknown = -99,
}

/// A successful answer that says nothing more.
#[wire(reply)]
#[derive(Eq)]
pub struct Empty {}

/// What is wrong with an id that becomes one segment of the path. It is encoded in any case; what is refused here
/// could mean another path to whoever decodes it on the way.
pub(super) fn segment_problems(field: &str, id: &str) -> Vec<Problem> {
    let mut problems = id_problems(field, id);
    if matches!(id, "." | "..") {
        problems.push(Problem::new(field, format!("is `{id}`, which addresses another path")));
    }
    if let Some((position, separator)) = key::position(id, |character| SEPARATORS.contains(&character)) {
        problems
            .push(Problem::new(field, format!("has a `{separator}` at character {position}; it must be a plain id")));
    }
    problems
}

/// What is wrong with an id.
pub(super) fn id_problems(field: &str, id: &str) -> Vec<Problem> {
    key::problems(field, id, LONGEST_ID)
}

/// What is wrong with a text of limited length, counted in Unicode scalar values. What Feishu counts is not
/// documented; an empty text is left to the server, since no page says whether it takes one.
pub(super) fn text_problems(field: &str, text: Option<&str>, longest: usize) -> Option<Problem> {
    let count = text.map_or(0, |text| text.chars().count());
    (count > longest).then(|| Problem::new(field, format!("has {count} characters; the server takes {longest}")))
}

/// Reads milliseconds since 1970-01-01 UTC from a decimal string, as documented, or from an integer. Anything else
/// (an empty string, most likely) is no time: one odd date must not make the rest of an answer unreadable.
pub(super) fn milliseconds(value: Value, _: &mut Option<Problem>) -> Option<Option<i64>> {
    Some(value.as_i64().or_else(|| value.as_str()?.parse().ok()))
}

/// Reads an id that is empty where there is nobody.
pub(super) fn non_empty(value: Value, problem: &mut Option<Problem>) -> Option<Option<String>> {
    Some(String::from_json(value, problem).filter(|text| !text.is_empty()))
}

const LONGEST_ID: usize = 128;
const SEPARATORS: [char; 5] = ['#', '%', '/', '?', '\\'];

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
    let Value::Object(fields) = value else { return Err(AN_ACTOR) };
    let mut fields = fields.into_iter();
    let (Some((kind, Value::String(id))), None) = (fields.next(), fields.next()) else { return Err(AN_ACTOR) };
    match UserIdType::ALL.iter().find(|known| known.as_str() == kind) {
        Some(UserIdType::OpenId) => Ok(User::OpenId(id)),
        Some(UserIdType::PeopleCorehrId) => Ok(User::PeopleCorehrId(id)),
        Some(UserIdType::UnionId) => Ok(User::UnionId(id)),
        Some(UserIdType::UserId) => Ok(User::UserId(id)),
        None => Err(AN_ACTOR),
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

    fn rules(problems: &[Problem]) -> Vec<&str> {
        problems.iter().map(|problem| problem.rule.as_str()).collect()
    }

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

    #[test]
    fn an_id_that_could_leave_its_segment_is_refused_with_the_reason() {
        for (id, expected) in [
            ("7328345170959681068", vec![]),
            ("id-with.dots_and~more", vec![]),
            ("流程", vec![]),
            ("...", vec![]),
            ("", vec!["is empty"]),
            (".", vec!["is `.`, which addresses another path"]),
            ("..", vec!["is `..`, which addresses another path"]),
            ("a/b", vec!["has a `/` at character 2; it must be a plain id"]),
            ("程\\b", vec!["has a `\\` at character 2; it must be a plain id"]),
            ("a?b#c", vec!["has a `?` at character 2; it must be a plain id"]),
            ("#", vec!["has a `#` at character 1; it must be a plain id"]),
            ("%2e", vec!["has a `%` at character 1; it must be a plain id"]),
            ("a\r\n", vec!["has a control character (U+000D, carriage return) at character 2"]),
            ("\u{feff}..", vec!["has a byte order mark (U+FEFF) at character 1"]),
            ("../ \t", vec!["has a space (U+0020) at character 4", "has a `/` at character 3; it must be a plain id"]),
        ] {
            assert_eq!(rules(&segment_problems("process_id", id)), expected, "{id:?}");
        }
    }

    #[test]
    fn an_id_has_at_most_128_bytes() {
        for (id, expected) in [
            ("7".repeat(127), vec![]),
            ("7".repeat(128), vec![]),
            ("7".repeat(129), vec!["has 129 bytes; at most 128 are taken"]),
            ("程".repeat(42), vec![]),
            ("程".repeat(43), vec!["has 129 bytes; at most 128 are taken"]),
        ] {
            assert_eq!(rules(&id_problems("user_id", &id)), expected, "{id}");
        }
    }

    #[test]
    fn a_text_is_counted_in_unicode_scalar_values() {
        // The family is five scalar values in one glyph, the flag two.
        for (unit, values) in [("a", 1), ("程", 1), ("😀", 1), ("🇨🇳", 2), ("👩‍👩‍👧", 5)] {
            for count in 499..=501 {
                let text = unit.repeat(count / values) + &"a".repeat(count % values);
                let problem = text_problems("reason", Some(&text), 500);
                assert_eq!(problem.is_some(), count > 500, "{count} of {unit}");
            }
        }
        assert_eq!(text_problems("reason", Some(""), 500), None);
        assert_eq!(text_problems("reason", None, 500), None);
        assert_eq!(
            text_problems("reason", Some(&"程".repeat(612)), 500),
            Some(Problem::new("reason", "has 612 characters; the server takes 500"))
        );
    }

    #[test]
    fn a_time_is_read_from_text_or_number_and_nothing_else() {
        for (json, expected) in [
            (r#""1766000000000""#, Some(1_766_000_000_000)),
            ("1766000000000", Some(1_766_000_000_000)),
            (r#""0""#, Some(0)),
            (r#""-1""#, Some(-1)),
            (r#""""#, None),
            ("null", None),
            (r#""2026-01-01""#, None),
            ("1766000000000.5", None),
            (r#""99999999999999999999""#, None),
            ("99999999999999999999", None),
            ("[1]", None),
        ] {
            assert_eq!(milliseconds(json.parse().unwrap(), &mut None), Some(expected), "{json}");
        }
    }

    #[test]
    fn both_spellings_of_a_language_are_read() {
        for json in [r#"{"zh_cn":"请假","en_us":"Leave"}"#, r#"{"zh-CN":"请假","en-US":"Leave","ja-JP":"休暇"}"#]
        {
            let text = I18nText::read(json.parse().unwrap()).unwrap();
            assert_eq!((text.zh_cn.as_str(), text.en_us.as_str()), ("请假", "Leave"), "{json}");
        }
        assert_eq!(I18nText::read(r#"{"zh_cn":null}"#.parse().unwrap()), Ok(I18nText::default()));
    }

    #[test]
    fn every_documented_number_has_its_name_and_no_other_has() {
        let names: Vec<(i64, &str)> = (-100..100)
            .map(|number| (number, Status::from_number(number).as_str()))
            .filter(|(_, name)| *name != "unknown")
            .collect();
        assert_eq!(
            names,
            [(1, "in_progress"), (2, "rejected"), (4, "withdrawn"), (8, "revoked"), (9, "completed"), (15, "revoking")]
        );
        assert_eq!(Status::from_number(i64::MAX), Status::Unknown);
        assert_eq!((TaskType::from_number(5), DoneStatus::from_number(4)), (TaskType::Form, DoneStatus::Cancelled));
    }
}
