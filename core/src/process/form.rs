//! What stands in forms and flows, as it is read.

use feishu_corehr_macros::wire;
use serde_json::Value;

use super::types::{I18nText, milliseconds as integer};
use crate::endpoint::{Operation, Reply};
use crate::error::{Error, Problem};
use crate::wire::FromJson;

/// Which kind of value a [`FormValue`] is.
#[wire(word)]
#[derive(Default)]
pub enum ValueKind {
    /// `boolean` has it.
    Boolean,
    /// `days` has it.
    Date,
    /// `milliseconds` has it.
    DateTime,
    /// `text` has the department's id, of the kind that `department_id_type` asked for.
    Department,
    /// Nothing was set.
    #[default]
    Empty,
    /// `text` has the employee, as a user id of the kind that `user_id_type` asked for.
    Employment,
    /// `text` has the id of the option.
    Enum,
    /// `file` has it.
    File,
    /// `i18n` has it.
    I18n,
    /// `items` has it: each stands for one of the `sub_values`.
    List,
    /// `text` has it, in decimal digits: it may be longer than any number type.
    Number,
    /// `object` has it.
    Object,
    /// `records` has it: each points at one of the `sub_values`.
    Record,
    /// `text` has it.
    Text,
    /// Of no known kind, of two kinds at once, or not what its kind should be: `unknown` has it.
    Unknown,
    /// `text` has the user's id, of the kind that `user_id_type` asked for.
    User,
}

/// A value: of one kind, and in the one field that this kind names.
#[wire(reply)]
#[derive(Eq)]
pub struct FormValue {
    /// Which kind it is.
    pub kind: ValueKind,
    /// A text, a decimal number, or the id of an enum's option, a user, a department or an employee.
    pub text: Option<String>,
    /// A boolean.
    pub boolean: Option<bool>,
    /// A date, in days since 1970-01-01.
    pub days: Option<i64>,
    /// A moment, in milliseconds since 1970-01-01 UTC.
    pub milliseconds: Option<i64>,
    /// A text in two languages.
    pub i18n: Option<I18nText>,
    /// An object of the master data.
    pub object: Option<ObjectValue>,
    /// A record, by its fields.
    pub records: Vec<RecordValue>,
    /// A list: each is a key of `sub_values`, or else an index in it, or else a text.
    pub items: Vec<String>,
    /// A file.
    pub file: Option<FileValue>,
    /// A value of an unknown kind, as JSON.
    pub unknown: Option<String>,
}

/// An object of the master data.
#[wire(reply)]
#[derive(Eq, Hash, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ObjectValue {
    /// Its id.
    pub wk_id: String,
    /// The name of what it is: `job`, `job_level` and the like.
    pub wk_api_name: String,
}

/// One field of a record.
#[wire(reply)]
#[derive(Eq, Hash, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordValue {
    /// The field's name.
    pub variable_api_name: String,
    /// The key of its value among the `sub_values`.
    pub sub_value_key: String,
    /// The record.
    pub record_id: String,
}

/// A file in a form, as it is read.
#[wire(reply)]
#[derive(Eq)]
pub struct FileValue {
    /// The file.
    pub open_file_id: String,
    /// Its name.
    pub file_name: String,
    /// Its size in bytes. Pages and types differ on whether it is a number or a text; both are read.
    #[wire(with = integer)]
    pub length: Option<i64>,
    /// Its media type.
    pub mime_type: String,
}

/// A value that another one points at.
#[wire(reply)]
#[derive(Eq)]
pub struct SubValue {
    /// What records and lists call it.
    pub key: String,
    /// The value.
    #[wire(with = form_value)]
    pub value: FormValue,
}

/// A variable of a form or a flow.
#[wire(reply)]
#[derive(Eq)]
pub struct FormVariable {
    /// Its name in the API, unique in its flow.
    pub variable_api_name: String,
    /// Its name for people; only a form has it.
    pub variable_name: I18nText,
    /// Its value.
    #[wire(with = form_value)]
    pub variable_value: FormValue,
    /// What records and lists in it point at.
    pub sub_values: Vec<SubValue>,
}

/// What a process's form or flow holds.
#[wire(reply)]
#[derive(Eq)]
pub struct FormVariables {
    /// The process.
    pub process_id: String,
    /// The variables.
    pub field_variable_values: Vec<FormVariable>,
    /// The log id of the answer.
    #[wire(skip)]
    pub log_id: Option<String>,
    /// The answer's `data` as received, as JSON: with fields that this version does not know.
    #[wire(skip)]
    pub raw: String,
}

impl FormVariables {
    /// Reads an answer. Whether it is about the process that was asked for, only a call can judge.
    pub(super) fn of(reply: &Reply, operation: &Operation) -> Result<Self, Error> {
        let mut variables: Self = reply.read(operation)?;
        variables.log_id.clone_from(&reply.log_id);
        variables.raw.clone_from(&reply.data);
        Ok(variables)
    }
}

fn form_value(value: Value, _: &mut Option<Problem>) -> Option<FormValue> {
    Some(FormValue::of(value))
}

impl FormValue {
    /// Reads a value. Whoever makes a form decides what stands in it: so whatever is odd becomes `Unknown`, and the rest
    /// of the form is read all the same.
    fn of(value: Value) -> Self {
        let set: Vec<(&String, &Value)> =
            value.as_object().into_iter().flatten().filter(|(_, member)| !member.is_null()).collect();
        let read = match (&value, set.as_slice()) {
            (Value::Null, _) | (Value::Object(_), []) => Some(Self::default()),
            (_, [(name, member)]) => Self::member(name, (*member).clone()),
            _ => None,
        };
        read.unwrap_or_else(|| Self { kind: ValueKind::Unknown, unknown: Some(value.to_string()), ..Self::default() })
    }

    fn member(name: &str, value: Value) -> Option<Self> {
        if let Some((_, kind)) = TEXTS.iter().find(|(known, _)| *known == name) {
            let Value::String(text) = value else { return None };
            return Some(Self { kind: *kind, text: Some(text), ..Self::default() });
        }
        let mut read = Self::default();
        read.kind = match name {
            "bool_value" => {
                read.boolean = Some(value.as_bool()?);
                ValueKind::Boolean
            }
            "date_value" => {
                read.days = Some(integer(value, &mut None)??);
                ValueKind::Date
            }
            "date_time_value" => {
                read.milliseconds = Some(integer(value, &mut None)??);
                ValueKind::DateTime
            }
            "i18n_value" => {
                read.i18n = Some(I18nText::read(value).ok()?);
                ValueKind::I18n
            }
            "object_value" => {
                read.object = Some(ObjectValue::read(value).ok()?);
                ValueKind::Object
            }
            "record_values" => {
                read.records = Vec::read(value).ok()?;
                ValueKind::Record
            }
            "list_values" => {
                read.items = Vec::read(value).ok()?;
                ValueKind::List
            }
            "file_value" => {
                read.file = Some(FileValue::read(value).ok()?);
                ValueKind::File
            }
            _ => return None,
        };
        Some(read)
    }
}

/// The members of a value that are texts.
const TEXTS: [(&str, ValueKind); 6] = [
    ("department_value", ValueKind::Department),
    ("employment_value", ValueKind::Employment),
    ("enum_value", ValueKind::Enum),
    ("number_value", ValueKind::Number),
    ("text_value", ValueKind::Text),
    ("user_value", ValueKind::User),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{FromJson, parsed};

    fn value(json: &str) -> FormValue {
        FormValue::of(parsed(json).expect("JSON"))
    }

    #[test]
    fn every_kind_is_read_into_its_own_field() {
        let of = |kind| FormValue { kind, ..FormValue::default() };
        let text = |kind, text: &str| FormValue { text: Some(text.into()), ..of(kind) };
        let object = ObjectValue { wk_id: "1".into(), wk_api_name: "job".into() };
        let record = RecordValue { variable_api_name: "city".into(), sub_value_key: "k".into(), record_id: "2".into() };
        let file = |length| FileValue {
            open_file_id: "f".into(),
            file_name: "a.txt".into(),
            length,
            mime_type: "text/plain".into(),
        };
        let i18n = I18nText { zh_cn: "甲".into(), en_us: "A".into() };
        for (json, expected) in [
            ("null", of(ValueKind::Empty)),
            ("{}", of(ValueKind::Empty)),
            (r#"{"text_value":null,"list_values":null}"#, of(ValueKind::Empty)),
            (r#"{"text_value":""}"#, text(ValueKind::Text, "")),
            (r#"{"text_value":"a","bool_value":null}"#, text(ValueKind::Text, "a")),
            (r#"{"number_value":"-0012345678901234567890.50"}"#, text(ValueKind::Number, "-0012345678901234567890.50")),
            (r#"{"enum_value":"e"}"#, text(ValueKind::Enum, "e")),
            (r#"{"user_value":"7"}"#, text(ValueKind::User, "7")),
            (r#"{"department_value":"8"}"#, text(ValueKind::Department, "8")),
            (r#"{"employment_value":"9"}"#, text(ValueKind::Employment, "9")),
            (r#"{"bool_value":false}"#, FormValue { boolean: Some(false), ..of(ValueKind::Boolean) }),
            (r#"{"date_value":"-1"}"#, FormValue { days: Some(-1), ..of(ValueKind::Date) }),
            (
                r#"{"date_time_value":"1766000000000"}"#,
                FormValue { milliseconds: Some(1_766_000_000_000), ..of(ValueKind::DateTime) },
            ),
            (r#"{"i18n_value":{"zh-CN":"甲","en-US":"A"}}"#, FormValue { i18n: Some(i18n), ..of(ValueKind::I18n) }),
            (
                r#"{"object_value":{"wk_id":"1","wk_api_name":"job","new":1}}"#,
                FormValue { object: Some(object), ..of(ValueKind::Object) },
            ),
            (
                r#"{"record_values":[{"variable_api_name":"city","sub_value_key":"k","record_id":"2"}]}"#,
                FormValue { records: vec![record], ..of(ValueKind::Record) },
            ),
            (r#"{"record_values":[]}"#, of(ValueKind::Record)),
            (r#"{"list_values":["a","0"]}"#, FormValue { items: vec!["a".into(), "0".into()], ..of(ValueKind::List) }),
            (
                r#"{"file_value":{"open_file_id":"f","file_name":"a.txt","length":7,"mime_type":"text/plain"}}"#,
                FormValue { file: Some(file(Some(7))), ..of(ValueKind::File) },
            ),
            (
                r#"{"file_value":{"open_file_id":"f","file_name":"a.txt","length":"7","mime_type":"text/plain"}}"#,
                FormValue { file: Some(file(Some(7))), ..of(ValueKind::File) },
            ),
        ] {
            assert_eq!(value(json), expected, "{json}");
        }
    }

    #[test]
    fn what_is_of_no_kind_of_two_or_not_what_it_should_be_keeps_its_json() {
        for json in [
            r#"{"color_value":"red"}"#,
            r#"{"bool_value":true,"text_value":"a"}"#,
            r#"{"text_value":7}"#,
            r#"{"number_value":7}"#,
            r#"{"bool_value":"true"}"#,
            r#"{"date_value":""}"#,
            r#"{"date_time_value":"2026-01-01"}"#,
            r#"{"list_values":["a",7]}"#,
            r#"{"list_values":{}}"#,
            r#"{"record_values":[7]}"#,
            r#"{"object_value":"1"}"#,
            r#"{"file_value":[]}"#,
            r#""a""#,
            "[1]",
            "7",
        ] {
            let expected = FormValue { kind: ValueKind::Unknown, unknown: Some(json.into()), ..FormValue::default() };
            assert_eq!(value(json), expected, "{json}");
        }
    }

    #[test]
    fn a_variable_is_read_with_what_its_values_point_at() {
        let json = r#"{"variable_api_name":"items","variable_name":{"zh_cn":"明细"},"variable_value":{"list_values":["k"]},
            "sub_values":[{"key":"k","value":{"text_value":"a"}},{"key":"l"}],"new":1}"#;
        let variable = FormVariable::read(parsed(json).expect("JSON")).expect("a variable");
        assert_eq!(variable.variable_name.zh_cn, "明细");
        let kinds: Vec<ValueKind> = variable.sub_values.iter().map(|sub| sub.value.kind).collect();
        assert_eq!((variable.variable_value.kind, kinds), (ValueKind::List, vec![ValueKind::Text, ValueKind::Empty]));
        for (json, field) in [
            (r#"{"variable_api_name":7}"#, "variable_api_name"),
            (r#"{"sub_values":{}}"#, "sub_values"),
            (r#"{"sub_values":[{"key":7}]}"#, "sub_values[0].key"),
        ] {
            let problem = FormVariable::read(parsed(json).expect("JSON")).expect_err("wrong");
            assert_eq!(problem.field, field);
        }
    }
}
