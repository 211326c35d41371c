//! What is written into forms.

use feishu_corehr_macros::wire;
#[cfg(feature = "web")]
use serde_json::{Map, Value};

use super::form::{ObjectValue, RecordValue};
use super::rules::id_problems;
use super::types::I18nText;
use crate::error::Problem;
#[cfg(feature = "web")]
use crate::wire::{FromJson, inside, wrong};

/// A value to write into a form: of one kind.
///
/// In JSON it is what Feishu takes, an object with one member, like `{"text_value": "…"}`.
#[wire(request)]
pub enum NewFormValue {
    /// A boolean.
    #[serde(rename = "bool_value")]
    Boolean(bool),
    /// A date, in days since 1970-01-01. In JSON a text of digits.
    #[serde(rename = "date_value")]
    Date(
        #[serde(with = "integer")]
        #[tsify(type = "string")]
        i64,
    ),
    /// A moment, in milliseconds since 1970-01-01 UTC. In JSON a text of digits.
    #[serde(rename = "date_time_value")]
    DateTime(
        #[serde(with = "integer")]
        #[tsify(type = "string")]
        i64,
    ),
    /// A department, by an id of the kind that `department_id_type` names.
    #[serde(rename = "department_value")]
    Department(String),
    /// An employee, by a user id of the kind that `user_id_type` names.
    #[serde(rename = "employment_value")]
    Employment(String),
    /// The id of an enum's option.
    #[serde(rename = "enum_value")]
    Enum(String),
    /// A file that was uploaded before.
    #[serde(rename = "file_value")]
    File(NewFile),
    /// A text in two languages.
    #[serde(rename = "i18n_value")]
    I18n(I18nText),
    /// A list: the keys of its values among the `sub_values`, at most 10,000.
    #[serde(rename = "list_values")]
    Items(Vec<String>),
    /// A number in decimal digits, as `-12.50`.
    #[serde(rename = "number_value")]
    Number(String),
    /// An object of the master data.
    #[serde(rename = "object_value")]
    Object(ObjectValue),
    /// A record, by its fields; each names the key of its value among the `sub_values`.
    #[serde(rename = "record_values")]
    Record(Vec<RecordValue>),
    /// A text.
    #[serde(rename = "text_value")]
    Text(String),
}

/// A file to write into a form.
#[wire(request)]
#[derive(Eq, Hash)]
pub struct NewFile {
    /// The file, as CoreHR's upload has named it.
    pub open_file_id: String,
    /// Its name with its suffix, in place of that of the upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Its size in bytes, at most 52,428,800, in place of that of the upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
}

/// A value that another one points at by its key.
#[wire(request)]
#[derive(Eq, Hash)]
pub struct NewSubValue {
    /// What records and lists call it.
    pub key: String,
    /// The value.
    pub value: NewFormValue,
}

/// A variable to write into a form.
#[wire(request)]
#[derive(Eq, Hash)]
pub struct NewFormVariable {
    /// Its name in the API.
    pub variable_api_name: String,
    /// Its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable_value: Option<NewFormValue>,
    /// What records and lists in it point at, at most 100,000.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sub_values: Vec<NewSubValue>,
}

impl NewFormVariable {
    /// Every rule that the variables in a request's field of that name break: at most 100,000 variables.
    pub fn problems(field: &str, variables: &[Self]) -> Vec<Problem> {
        let mut problems = Vec::new();
        count(field, variables.len(), MOST_VARIABLES, &mut problems);
        for (index, variable) in variables.iter().enumerate() {
            let place = |inner: &str| format!("{field}[{index}].{inner}");
            problems.extend(id_problems(&place("variable_api_name"), &variable.variable_api_name));
            if let Some(value) = &variable.variable_value {
                value.problems(&place("variable_value"), &mut problems);
            }
            count(&place("sub_values"), variable.sub_values.len(), MOST_VARIABLES, &mut problems);
            for (index, sub) in variable.sub_values.iter().enumerate() {
                if sub.key.is_empty() {
                    problems.push(Problem::new(&place(&format!("sub_values[{index}].key")), "is empty"));
                }
                sub.value.problems(&place(&format!("sub_values[{index}].value")), &mut problems);
            }
        }
        problems
    }
}

impl NewFormValue {
    fn problems(&self, place: &str, problems: &mut Vec<Problem>) {
        match self {
            Self::Department(id) => problems.extend(id_problems(&format!("{place}.department_value"), id)),
            Self::Employment(id) => problems.extend(id_problems(&format!("{place}.employment_value"), id)),
            Self::File(file) => {
                problems.extend(id_problems(&format!("{place}.file_value.open_file_id"), &file.open_file_id));
                if let Some(length) = file.length.filter(|length| *length > LONGEST_FILE) {
                    let rule = format!("is {length} bytes; the server takes {LONGEST_FILE}");
                    problems.push(Problem::new(&format!("{place}.file_value.length"), rule));
                }
            }
            Self::Items(items) => count(&format!("{place}.list_values"), items.len(), MOST_ITEMS, problems),
            Self::Number(text) if !is_decimal(text) => {
                let rule = "is no decimal number, as `-12.50` is one";
                problems.push(Problem::new(&format!("{place}.number_value"), rule));
            }
            Self::Boolean(_)
            | Self::Date(_)
            | Self::DateTime(_)
            | Self::Enum(_)
            | Self::I18n(_)
            | Self::Number(_)
            | Self::Object(_)
            | Self::Record(_)
            | Self::Text(_) => {}
        }
    }
}

fn count(field: &str, count: usize, most: usize, problems: &mut Vec<Problem>) {
    if count > most {
        problems.push(Problem::new(field, format!("has {count} items; the server takes {most}")));
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, part].iter().all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Of the variables of a request, and of the sub-values of a variable.
const MOST_VARIABLES: usize = 100_000;
const MOST_ITEMS: usize = 10_000;
/// In bytes.
const LONGEST_FILE: u32 = 52_428_800;

/// What is written as a text of digits, and read from a number, too.
mod integer {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use serde_json::Value;

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
    pub(super) fn serialize<S: Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        read(&Value::deserialize(deserializer)?)
            .ok_or_else(|| D::Error::custom("must be an integer, as a text or a number"))
    }

    pub(super) fn read(value: &Value) -> Option<i64> {
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }
}

#[cfg(feature = "web")]
impl FromJson for NewFormValue {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        let mut members = if let Value::Object(members) = value { members } else { Map::new() }.into_iter();
        let (Some((name, member)), None) = (members.next(), members.next()) else {
            *problem = Some(Problem::new("", "must be an object with one value, like `{\"text_value\": \"…\"}`"));
            return None;
        };
        let mut odd = None;
        let read = Self::member(&name, member, &mut odd);
        *problem = odd.map(|odd| inside(&name, odd));
        read
    }
}

#[cfg(feature = "web")]
impl NewFormValue {
    fn member(name: &str, value: Value, odd: &mut Option<Problem>) -> Option<Self> {
        match name {
            "bool_value" => FromJson::from_json(value, odd).map(Self::Boolean),
            "date_value" => digits(&value, odd).map(Self::Date),
            "date_time_value" => digits(&value, odd).map(Self::DateTime),
            "department_value" => FromJson::from_json(value, odd).map(Self::Department),
            "employment_value" => FromJson::from_json(value, odd).map(Self::Employment),
            "enum_value" => FromJson::from_json(value, odd).map(Self::Enum),
            "file_value" => FromJson::from_json(value, odd).map(Self::File),
            "i18n_value" => strict(value, &["zh_cn", "en_us"], odd).map(Self::I18n),
            "list_values" => FromJson::from_json(value, odd).map(Self::Items),
            "number_value" => FromJson::from_json(value, odd).map(Self::Number),
            "object_value" => strict(value, &["wk_id", "wk_api_name"], odd).map(Self::Object),
            "record_values" => {
                let fields = Vec::<Field>::from_json(value, odd)?;
                Some(Self::Record(fields.into_iter().map(|Field(field)| field).collect()))
            }
            "text_value" => FromJson::from_json(value, odd).map(Self::Text),
            _ => {
                *odd = Some(Problem::new("", "is no kind of value that can be written"));
                None
            }
        }
    }
}

/// A field of a record, which has nothing else.
#[cfg(feature = "web")]
struct Field(RecordValue);

#[cfg(feature = "web")]
impl FromJson for Field {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        strict(value, &["variable_api_name", "sub_value_key", "record_id"], problem).map(Self)
    }
}

#[cfg(feature = "web")]
fn digits(value: &Value, problem: &mut Option<Problem>) -> Option<i64> {
    let number = integer::read(value);
    if number.is_none() {
        *problem = Some(wrong("an integer, as a text or a number", value));
    }
    number
}

/// Reads what answers have, too, without what a caller may have misspelt.
#[cfg(feature = "web")]
fn strict<T: FromJson>(value: Value, names: &[&str], problem: &mut Option<Problem>) -> Option<T> {
    let strange = value.as_object().and_then(|fields| fields.keys().find(|name| !names.contains(&name.as_str())));
    if let Some(name) = strange {
        *problem = Some(Problem::new(name, "is not known here"));
        return None;
    }
    T::from_json(value, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(value: NewFormValue) -> NewFormVariable {
        NewFormVariable { variable_api_name: "a".into(), variable_value: Some(value), sub_values: Vec::new() }
    }

    fn all() -> [(NewFormValue, &'static str); 13] {
        use NewFormValue as Of;
        let text = String::from;
        [
            (Of::Boolean(false), r#"{"bool_value":false}"#),
            (Of::Date(-1), r#"{"date_value":"-1"}"#),
            (Of::DateTime(1_766_000_000_000), r#"{"date_time_value":"1766000000000"}"#),
            (Of::Department(text("od_1")), r#"{"department_value":"od_1"}"#),
            (Of::Employment(text("ou_1")), r#"{"employment_value":"ou_1"}"#),
            (Of::Enum(text("e")), r#"{"enum_value":"e"}"#),
            (
                Of::File(NewFile { open_file_id: text("f"), file_name: None, length: Some(7) }),
                r#"{"file_value":{"open_file_id":"f","length":7}}"#,
            ),
            (
                Of::I18n(I18nText { zh_cn: text("甲"), en_us: text("A") }),
                r#"{"i18n_value":{"zh_cn":"甲","en_us":"A"}}"#,
            ),
            (Of::Items(vec![text("k")]), r#"{"list_values":["k"]}"#),
            (Of::Number(text("-12.50")), r#"{"number_value":"-12.50"}"#),
            (
                Of::Object(ObjectValue { wk_id: text("1"), wk_api_name: text("job") }),
                r#"{"object_value":{"wk_id":"1","wk_api_name":"job"}}"#,
            ),
            (
                Of::Record(vec![RecordValue {
                    variable_api_name: text("city"),
                    sub_value_key: text("k"),
                    record_id: text("1"),
                }]),
                r#"{"record_values":[{"variable_api_name":"city","sub_value_key":"k","record_id":"1"}]}"#,
            ),
            (Of::Text(String::new()), r#"{"text_value":""}"#),
        ]
    }

    #[test]
    fn every_kind_is_written_as_its_page_says_and_read_back() {
        for (value, json) in all() {
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
            assert_eq!(serde_json::from_str::<NewFormValue>(json).unwrap(), value);
            let sub = NewSubValue { key: "k".into(), value: value.clone() };
            let written = serde_json::to_string(&NewFormVariable { sub_values: vec![sub], ..variable(value) }).unwrap();
            let expected = format!(
                r#"{{"variable_api_name":"a","variable_value":{json},"sub_values":[{{"key":"k","value":{json}}}]}}"#
            );
            assert_eq!(written, expected);
        }
        let bare = NewFormVariable { variable_api_name: "a".into(), variable_value: None, sub_values: Vec::new() };
        assert_eq!(serde_json::to_string(&bare).unwrap(), r#"{"variable_api_name":"a"}"#);
    }

    #[test]
    fn two_kinds_none_and_what_is_unknown_cannot_be_written() {
        for json in [
            "{}",
            "null",
            r#""a""#,
            r#"{"text_value":"a","bool_value":true}"#,
            r#"{"user_value":"ou_1"}"#,
            r#"{"date_value":"today"}"#,
            r#"{"date_value":1.5}"#,
            r#"{"number_value":1}"#,
            r#"{"object_value":{"id":"1"}}"#,
            r#"{"file_value":{"open_file_id":"f","mime_type":"text/plain"}}"#,
            r#"{"record_values":[{"key":"k"}]}"#,
        ] {
            assert!(serde_json::from_str::<NewFormValue>(json).is_err(), "{json}");
            #[cfg(feature = "web")]
            assert!(NewFormValue::read(json.parse().unwrap()).is_err(), "{json}");
        }
        #[cfg(feature = "web")]
        for (value, json) in all() {
            assert_eq!(NewFormValue::read(json.parse().unwrap()), Ok(value), "{json}");
        }
    }

    #[test]
    fn every_rule_is_told_with_its_place() {
        let file = |length| NewFile { open_file_id: "f".into(), file_name: None, length };
        let rules = |variables: &[NewFormVariable]| -> Vec<String> {
            let problems = NewFormVariable::problems("values", variables);
            problems.into_iter().map(|problem| format!("{} {}", problem.field, problem.rule)).collect()
        };
        for (value, _) in all() {
            assert_eq!(rules(&[variable(value)]), [""; 0]);
        }
        assert_eq!(rules(&[variable(NewFormValue::File(file(Some(52_428_800))))]), [""; 0]);
        for text in ["", "-", ".5", "5.", "1e3", "1,000", "+1", "NaN", "１"] {
            let expected = "values[0].variable_value.number_value is no decimal number, as `-12.50` is one";
            assert_eq!(rules(&[variable(NewFormValue::Number(text.into()))]), [expected], "{text}");
        }
        let sub = NewSubValue { key: String::new(), value: NewFormValue::Department("a b".into()) };
        let several = [
            variable(NewFormValue::Items(vec![String::new(); 10_001])),
            NewFormVariable { variable_api_name: String::new(), sub_values: vec![sub], variable_value: None },
            variable(NewFormValue::File(file(Some(52_428_801)))),
        ];
        assert_eq!(
            rules(&several),
            [
                "values[0].variable_value.list_values has 10001 items; the server takes 10000",
                "values[1].variable_api_name is empty",
                "values[1].sub_values[0].key is empty",
                "values[1].sub_values[0].value.department_value has a space (U+0020) at character 2",
                "values[2].variable_value.file_value.length is 52428801 bytes; the server takes 52428800",
            ]
        );
        let many = vec![variable(NewFormValue::Boolean(true)); 100_001];
        assert_eq!(rules(&many), ["values has 100001 items; the server takes 100000"]);
    }
}
