//! The values of a form as plain nested data: what records and lists point at stands in their place.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::form::{FormValue, FormVariable, RecordValue, SubValue, ValueKind};
use crate::error::{Error, ErrorKind};
use crate::wire;

/// The variables as plain nested data, by name: a record is an object of its fields, a list an array, and what they
/// point at stands in its place.
///
/// Texts, numbers, options and ids are strings, a date is its days and a moment its milliseconds since 1970-01-01 UTC,
/// an empty value is null, and a value of an unknown kind is its own JSON. A record with several record ids is an array
/// of objects; what points at nothing is null in a record, and its own text in a list.
///
/// Values that are nested more than 32 deep, as in a circle, and more than 1,000,000 values are an error.
pub fn plain_values(variables: &[FormVariable]) -> Result<Map<String, Value>, Error> {
    let mut left = MOST_VALUES;
    let resolved = variables.iter().map(|variable| {
        let mut keys = BTreeMap::new();
        for sub in &variable.sub_values {
            keys.entry(sub.key.as_str()).or_insert(&sub.value);
        }
        let mut resolver = Resolver { keys, values: &variable.sub_values, left };
        let value = resolver.plain(&variable.variable_value, 0);
        left = resolver.left;
        let value = value.map_err(|rule| {
            let summary = format!("the values of `{}` {rule}", variable.variable_api_name);
            Error::new(ErrorKind::BadEnvelope, summary)
        });
        Ok((variable.variable_api_name.clone(), value?))
    });
    resolved.collect()
}

/// Deeper than any form that was seen; the callers of any language can walk through it.
const DEEPEST: u32 = 32;
/// Ten times what one variable may have; lists that point at lists could stand for any number.
const MOST_VALUES: u32 = 1_000_000;

/// What records and lists of one variable point at.
struct Resolver<'a> {
    keys: BTreeMap<&'a str, &'a FormValue>,
    values: &'a [SubValue],
    /// How many more values may be written.
    left: u32,
}

impl<'a> Resolver<'a> {
    fn plain(&mut self, value: &'a FormValue, depth: u32) -> Result<Value, &'static str> {
        if depth > DEEPEST {
            return Err("are nested more than 32 deep: they may go round in a circle");
        }
        self.left = self.left.checked_sub(1).ok_or("are more than 1000000, each counted wherever it is pointed at")?;
        Ok(match value.kind {
            ValueKind::Boolean => value.boolean.into(),
            ValueKind::Date => value.days.into(),
            ValueKind::DateTime => value.milliseconds.into(),
            ValueKind::Department
            | ValueKind::Employment
            | ValueKind::Enum
            | ValueKind::Number
            | ValueKind::Text
            | ValueKind::User => value.text.clone().into(),
            ValueKind::Empty => Value::Null,
            ValueKind::File => written(&value.file),
            ValueKind::I18n => written(&value.i18n),
            ValueKind::List => {
                let items = value.items.iter().map(|item| match self.pointed(item) {
                    Some(found) => self.plain(found, depth + 1),
                    None => Ok(item.clone().into()),
                });
                items.collect::<Result<Vec<_>, _>>()?.into()
            }
            ValueKind::Object => written(&value.object),
            ValueKind::Record => self.record(&value.records, depth)?,
            ValueKind::Unknown => value.unknown.as_deref().and_then(|json| wire::parsed(json).ok()).unwrap_or_default(),
        })
    }

    /// What an element of a list points at: by key as the pages of writing say, else by index as those of reading do.
    fn pointed(&self, item: &str) -> Option<&'a FormValue> {
        self.keys.get(item).copied().or_else(|| {
            let is_index = item.bytes().all(|byte| byte.is_ascii_digit());
            let index: usize = item.parse().ok().filter(|_| is_index)?;
            self.values.get(index).map(|sub| &sub.value)
        })
    }

    /// A record; several where the record id changes, or a field comes again.
    fn record(&mut self, fields: &'a [RecordValue], depth: u32) -> Result<Value, &'static str> {
        let mut records = vec![Map::new()];
        let mut of = fields.first().map(|field| &field.record_id);
        for field in fields {
            let value = match self.keys.get(field.sub_value_key.as_str()).copied() {
                Some(found) => self.plain(found, depth + 1)?,
                None => Value::Null,
            };
            let name = &field.variable_api_name;
            match records.last_mut().filter(|last| of == Some(&field.record_id) && !last.contains_key(name)) {
                Some(last) => _ = last.insert(name.clone(), value),
                None => records.push(Map::from_iter([(name.clone(), value)])),
            }
            of = Some(&field.record_id);
        }
        let mut records: Vec<Value> = records.into_iter().map(Value::Object).collect();
        Ok(if records.len() == 1 { records.swap_remove(0) } else { records.into() })
    }
}

/// Our own types have text keys, so this cannot fail.
fn written(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::FromJson;

    fn plain(variables: &str) -> Result<String, Error> {
        let variables = Vec::<FormVariable>::read(wire::parsed(variables).expect("JSON")).expect("variables");
        plain_values(&variables).map(|values| Value::Object(values).to_string())
    }

    /// One variable `a` of this value, with these sub-values.
    fn one(value: &str, sub_values: &str) -> Result<String, Error> {
        plain(&format!(r#"[{{"variable_api_name":"a","variable_value":{value},"sub_values":[{sub_values}]}}]"#))
    }

    #[test]
    fn every_kind_becomes_plain_data() {
        for (value, expected) in [
            ("null", "null"),
            (r#"{"text_value":"x"}"#, r#""x""#),
            (r#"{"number_value":"1.50"}"#, r#""1.50""#),
            (r#"{"enum_value":"e"}"#, r#""e""#),
            (r#"{"user_value":"7"}"#, r#""7""#),
            (r#"{"department_value":"8"}"#, r#""8""#),
            (r#"{"employment_value":"9"}"#, r#""9""#),
            (r#"{"bool_value":true}"#, "true"),
            (r#"{"date_value":"20440"}"#, "20440"),
            (r#"{"date_time_value":"1766000000000"}"#, "1766000000000"),
            (r#"{"i18n_value":{"zh_cn":"甲"}}"#, r#"{"en_us":"","zh_cn":"甲"}"#),
            (r#"{"object_value":{"wk_id":"1","wk_api_name":"job"}}"#, r#"{"wk_api_name":"job","wk_id":"1"}"#),
            (
                r#"{"file_value":{"open_file_id":"f","length":"7"}}"#,
                r#"{"file_name":"","length":7,"mime_type":"","open_file_id":"f"}"#,
            ),
            (r#"{"color_value":["red"]}"#, r#"{"color_value":["red"]}"#),
            (r#"{"list_values":[]}"#, "[]"),
            (r#"{"record_values":[]}"#, "{}"),
        ] {
            assert_eq!(one(value, ""), Ok(format!(r#"{{"a":{expected}}}"#)));
        }
    }

    #[test]
    fn what_records_and_lists_point_at_stands_in_their_place() {
        let field = |name: &str, key: &str, record: &str| {
            format!(r#"{{"variable_api_name":"{name}","sub_value_key":"{key}","record_id":"{record}"}}"#)
        };
        let record = |fields: &[String]| format!(r#"{{"record_values":[{}]}}"#, fields.join(","));
        let subs = format!(
            r#"{{"key":"k1","value":{}}},{{"key":"k2","value":{{"text_value":"Y"}}}},{{"key":"1","value":{{"text_value":"key"}}}}"#,
            record(&[field("city", "k2", "9")])
        );
        for (value, expected) in [
            (r#"{"list_values":["k1","k2"]}"#.to_owned(), r#"[{"city":"Y"},"Y"]"#),
            // A key comes before an index, an index before a text.
            (
                r#"{"list_values":["0","1","2","3","-1","+1","","x"]}"#.to_owned(),
                r#"[{"city":"Y"},"key","key","3","-1","+1","","x"]"#,
            ),
            (record(&[field("city", "k2", "9"), field("none", "0", "9")]), r#"{"city":"Y","none":null}"#),
            (record(&[field("city", "k2", "8"), field("city", "1", "9")]), r#"[{"city":"Y"},{"city":"key"}]"#),
            (record(&[field("city", "k2", ""), field("city", "1", "")]), r#"[{"city":"Y"},{"city":"key"}]"#),
            (
                record(&[field("a", "k2", "8"), field("b", "1", "8"), field("a", "1", "9"), field("b", "k2", "9")]),
                r#"[{"a":"Y","b":"key"},{"a":"key","b":"Y"}]"#,
            ),
        ] {
            assert_eq!(one(&value, &subs), Ok(format!(r#"{{"a":{expected}}}"#)), "{value}");
        }
        let doubled = r#"{"key":"k","value":{"text_value":"first"}},{"key":"k","value":{"text_value":"second"}}"#;
        assert_eq!(one(r#"{"list_values":["k","1"]}"#, doubled), Ok(r#"{"a":["first","second"]}"#.into()));
    }

    /// Lists that each point `width` times at the next one, `depth` of them.
    fn nested(depth: usize, width: usize) -> String {
        let list = |to: usize| {
            let items = vec![format!(r#""k{to}""#); width].join(",");
            format!(r#"{{"list_values":[{items}]}}"#)
        };
        let subs = (1..depth).map(|at| format!(r#"{{"key":"k{at}","value":{}}}"#, list(at + 1)));
        let last = format!(r#"{{"key":"k{depth}","value":{{"text_value":"x"}}}}"#);
        let subs = subs.chain([last]).collect::<Vec<_>>().join(",");
        one(&list(1), &subs).map_or_else(|error| error.summary.clone(), |text| format!("{} bytes", text.len()))
    }

    #[test]
    fn a_circle_and_what_is_too_deep_or_too_many_end_with_an_error() {
        for subs in [
            r#"{"key":"k","value":{"list_values":["k"]}}"#,
            r#"{"key":"k","value":{"list_values":["k","k","k"]}}"#,
            r#"{"key":"k","value":{"list_values":["0"]}}"#,
            r#"{"key":"k","value":{"list_values":["l"]}},{"key":"l","value":{"list_values":["k"]}}"#,
            r#"{"key":"k","value":{"record_values":[{"variable_api_name":"b","sub_value_key":"k","record_id":"1"}]}}"#,
        ] {
            let error = one(r#"{"list_values":["k"]}"#, subs).expect_err("a circle");
            let expected = "the values of `a` are nested more than 32 deep: they may go round in a circle";
            assert_eq!((error.kind, error.summary.as_str()), (ErrorKind::BadEnvelope, expected));
        }
        assert_eq!(nested(32, 1), format!("{} bytes", 6 + 2 * 32 + 3));
        assert_eq!(nested(33, 1), "the values of `a` are nested more than 32 deep: they may go round in a circle");
        let many = "the values of `a` are more than 1000000, each counted wherever it is pointed at";
        assert_eq!(nested(31, 2), many);
        assert!(nested(16, 2).ends_with("bytes"));
    }

    #[test]
    fn all_variables_together_have_one_limit() {
        let items = vec![r#""k""#; 600_000].join(",");
        let variable = |name: &str| {
            format!(
                r#"{{"variable_api_name":"{name}","variable_value":{{"list_values":[{items}]}},
                    "sub_values":[{{"key":"k","value":{{"text_value":""}}}}]}}"#
            )
        };
        assert!(plain(&format!("[{}]", variable("a"))).is_ok());
        let both = plain(&format!("[{},{}]", variable("a"), variable("b"))).expect_err("too many");
        assert!(both.summary.starts_with("the values of `b` are more than"), "{both}");
    }
}
