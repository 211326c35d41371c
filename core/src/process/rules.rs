//! The rules for ids and for texts of limited length.

use serde_json::Value;

use crate::error::Problem;
use crate::key;

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

/// What is wrong with a list of ids of which a call takes 1 to 20, each once.
pub(super) fn list_problems(field: &str, ids: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if ids.is_empty() || ids.len() > MOST_AT_ONCE {
        let rule = format!("has {} entries; the server takes 1 to {MOST_AT_ONCE}", ids.len());
        problems.push(Problem::new(field, rule));
    }
    for (place, id) in ids.iter().enumerate() {
        let place_of = format!("{field}[{place}]");
        problems.extend(id_problems(&place_of, id));
        if let Some(first) = ids[..place].iter().position(|other| other == id) {
            problems.push(Problem::new(&place_of, format!("stands at {field}[{first}] already")));
        }
    }
    problems
}

/// The one field of an object that has one.
pub(super) fn only(value: Value) -> Option<(String, Value)> {
    let Value::Object(fields) = value else { return None };
    let mut fields = fields.into_iter();
    fields.next().filter(|_| fields.next().is_none())
}

/// What is wrong with a text of limited length, counted in Unicode scalar values. What Feishu counts is not
/// documented; an empty text is left to the server, since no page says whether it takes one.
pub(super) fn text_problems(field: &str, text: Option<&str>, longest: usize) -> Option<Problem> {
    let count = text.map_or(0, |text| text.chars().count());
    (count > longest).then(|| Problem::new(field, format!("has {count} characters; the server takes {longest}")))
}

/// Of whoever acts on a process; what is counted is not documented.
pub(super) const LONGEST_REASON: usize = 500;
const LONGEST_ID: usize = 128;
/// People, or tasks, of one call.
const MOST_AT_ONCE: usize = 20;
const SEPARATORS: [char; 5] = ['#', '%', '/', '?', '\\'];

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(problems: &[Problem]) -> Vec<&str> {
        problems.iter().map(|problem| problem.rule.as_str()).collect()
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
}
