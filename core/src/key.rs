//! Texts that are keys and not prose: ids and page tokens. Whatever of them nobody can see is refused by name and place.

use crate::error::Problem;

/// What is wrong with a key of at most `longest` bytes.
///
/// It is made of visible ASCII and of letters; a key that is copied out of a file or a chat may have more in it than
/// one sees, and the server would look for another process, or for nobody.
pub(crate) fn problems(field: &str, key: &str, longest: usize) -> Vec<Problem> {
    if is_plain(key, longest) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    if key.is_empty() {
        problems.push(Problem::new(field, "is empty"));
    }
    if key.len() > longest {
        problems.push(Problem::new(field, format!("has {} bytes; at most {longest} are taken", key.len())));
    }
    problems.extend(stranger(key, is_of_a_key).map(|rule| Problem::new(field, rule)));
    problems
}

/// What is wrong with a key of visible ASCII and at most `longest` bytes.
pub(crate) fn ascii_problems(field: &str, key: &str, longest: usize) -> Vec<Problem> {
    if key.is_empty() {
        return vec![Problem::new(field, "is empty")];
    }
    if key.len() > longest {
        return vec![Problem::new(field, format!("has {} bytes; at most {longest} are taken", key.len()))];
    }
    stranger(key, |letter| letter.is_ascii_graphic()).map(|rule| Problem::new(field, rule)).into_iter().collect()
}

/// The first character that `matches`, and where it stands, counted from 1.
pub(crate) fn position(text: &str, matches: impl Fn(char) -> bool) -> Option<(usize, char)> {
    (1..).zip(text.chars()).find(|(_, letter)| matches(*letter))
}

/// Whether a key is like all of Feishu's, so that no rule needs a closer look.
fn is_plain(key: &str, longest: usize) -> bool {
    (1..=longest).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_of_a_key(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_graphic();
    }
    LETTERS.iter().any(|(first, last)| (*first..=*last).contains(&letter))
}

/// The first character that may not stand in a key, in words that follow the key's name.
pub(crate) fn stranger(key: &str, may_stand: impl Fn(char) -> bool) -> Option<String> {
    let (place, letter) = position(key, |letter| !may_stand(letter))?;
    let number = u32::from(letter);
    Some(match name(letter) {
        Some(name) => format!("has {name} (U+{number:04X}) at character {place}"),
        None if letter.is_control() => {
            let known = control(letter).map(|name| format!(", {name}")).unwrap_or_default();
            format!("has a control character (U+{number:04X}{known}) at character {place}")
        }
        None if letter.is_whitespace() => format!("has a space (U+{number:04X}) at character {place}"),
        None => format!("has the character U+{number:04X} at character {place}"),
    })
}

fn control(letter: char) -> Option<&'static str> {
    match letter {
        '\0' => Some("NUL"),
        '\t' => Some("tab"),
        '\n' => Some("line feed"),
        '\r' => Some("carriage return"),
        '\u{1b}' => Some("escape"),
        '\u{7f}' => Some("delete"),
        _ => None,
    }
}

/// What a character is called that looks like nothing, or like another one.
fn name(letter: char) -> Option<&'static str> {
    Some(match letter {
        ' ' => "a space",
        '\u{a0}' | '\u{202f}' => "a no-break space",
        '\u{ad}' => "a soft hyphen",
        '\u{34f}' => "a combining grapheme joiner",
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => "a Hangul filler",
        '\u{17b4}' | '\u{17b5}' => "an invisible vowel",
        '\u{180e}' => "a Mongolian vowel separator",
        '\u{200b}' => "a zero-width space",
        '\u{200c}' => "a zero-width non-joiner",
        '\u{200d}' => "a zero-width joiner",
        '\u{61c}' | '\u{200e}' | '\u{200f}' => "a direction mark",
        '\u{2028}' => "a line separator",
        '\u{2029}' => "a paragraph separator",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "a change of direction",
        '\u{2060}' => "a word joiner",
        '\u{2061}'..='\u{2064}' => "an invisible operator",
        '\u{2800}' => "an empty braille pattern",
        '\u{3000}' => "an ideographic space",
        '\u{180b}'..='\u{180d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => "a variation selector",
        '\u{feff}' => "a byte order mark",
        '\u{ff01}'..='\u{ff5e}' | '\u{ffe0}'..='\u{ffe6}' => "a full-width character",
        '\u{ff61}'..='\u{ffdc}' | '\u{ffe8}'..='\u{ffee}' => "a half-width character",
        '\u{fffd}' => "a replacement character",
        '\u{1d400}'..='\u{1d7ff}' => "a mathematical letter",
        '\u{e0000}'..='\u{e007f}' => "an invisible tag",
        '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{bc}'..='\u{be}' | '\u{2070}' | '\u{2074}'..='\u{2079}' => DIGIT,
        '\u{2080}'..='\u{2089}' | '\u{2150}'..='\u{2189}' | '\u{2460}'..='\u{249b}' => DIGIT,
        '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' | '\u{966}'..='\u{96f}' | '\u{e50}'..='\u{e59}' => DIGIT,
        '\u{3007}' | '\u{3021}'..='\u{3029}' => DIGIT,
        _ => return None,
    })
}

const DIGIT: &str = "a digit that is none of 0 to 9";

/// The letters of most scripts that somebody may name a process or a person in, none of which looks like nothing. The
/// whole of Unicode's letters would cost a page more than all of these rules.
const LETTERS: [(char, char); 27] = [
    // Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Devanagari, Thai, Georgian.
    ('\u{c0}', '\u{d6}'),
    ('\u{d8}', '\u{f6}'),
    ('\u{f8}', '\u{2af}'),
    ('\u{386}', '\u{386}'),
    ('\u{388}', '\u{3f5}'),
    ('\u{3f7}', '\u{481}'),
    ('\u{48a}', '\u{52f}'),
    ('\u{531}', '\u{556}'),
    ('\u{561}', '\u{587}'),
    ('\u{5d0}', '\u{5ea}'),
    ('\u{620}', '\u{64a}'),
    ('\u{671}', '\u{6d3}'),
    ('\u{904}', '\u{939}'),
    ('\u{e01}', '\u{e30}'),
    ('\u{e32}', '\u{e33}'),
    ('\u{e40}', '\u{e46}'),
    ('\u{10d0}', '\u{10fa}'),
    ('\u{1e00}', '\u{1fbc}'),
    // Kana, Bopomofo, Han, Yi, Hangul.
    ('\u{3005}', '\u{3006}'),
    ('\u{3041}', '\u{3096}'),
    ('\u{30a1}', '\u{30fa}'),
    ('\u{30fc}', '\u{30ff}'),
    ('\u{3105}', '\u{312f}'),
    ('\u{3400}', '\u{4dbf}'),
    ('\u{4e00}', '\u{a48c}'),
    ('\u{ac00}', '\u{d7a3}'),
    ('\u{20000}', '\u{3134a}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(key: &str) -> Vec<String> {
        problems("process_id", key, 128).into_iter().map(|problem| problem.rule).collect()
    }

    #[test]
    fn what_nobody_sees_is_refused_by_name_and_place() {
        for (key, expected) in [
            ("\u{feff}7", "has a byte order mark (U+FEFF) at character 1"),
            ("7\u{200b}", "has a zero-width space (U+200B) at character 2"),
            ("7\u{200c}7", "has a zero-width non-joiner (U+200C) at character 2"),
            ("7\u{200d}7", "has a zero-width joiner (U+200D) at character 2"),
            ("7\u{2060}", "has a word joiner (U+2060) at character 2"),
            ("7\u{ad}", "has a soft hyphen (U+00AD) at character 2"),
            ("\u{200e}7", "has a direction mark (U+200E) at character 1"),
            ("\u{202e}7", "has a change of direction (U+202E) at character 1"),
            ("7\u{fe0f}", "has a variation selector (U+FE0F) at character 2"),
            ("7\u{3164}", "has a Hangul filler (U+3164) at character 2"),
            ("7\u{2800}", "has an empty braille pattern (U+2800) at character 2"),
            ("7\u{e0041}", "has an invisible tag (U+E0041) at character 2"),
            ("\u{ff17}", "has a full-width character (U+FF17) at character 1"),
            ("ou\u{ff3f}a", "has a full-width character (U+FF3F) at character 3"),
            ("流\u{ff71}", "has a half-width character (U+FF71) at character 2"),
            ("\u{1d7d5}", "has a mathematical letter (U+1D7D5) at character 1"),
            ("\u{667}", "has a digit that is none of 0 to 9 (U+0667) at character 1"),
            ("\u{2077}", "has a digit that is none of 0 to 9 (U+2077) at character 1"),
            ("7\u{fffd}", "has a replacement character (U+FFFD) at character 2"),
            ("7\u{a0}", "has a no-break space (U+00A0) at character 2"),
            ("7\u{2009}", "has a space (U+2009) at character 2"),
            ("\u{3000}7", "has an ideographic space (U+3000) at character 1"),
            ("7\u{2028}", "has a line separator (U+2028) at character 2"),
            (" 7", "has a space (U+0020) at character 1"),
            ("7\n", "has a control character (U+000A, line feed) at character 2"),
            ("7\r\n", "has a control character (U+000D, carriage return) at character 2"),
            ("7\t", "has a control character (U+0009, tab) at character 2"),
            ("7\0", "has a control character (U+0000, NUL) at character 2"),
            ("7\u{7f}", "has a control character (U+007F, delete) at character 2"),
            ("7\u{85}", "has a control character (U+0085) at character 2"),
            ("e\u{301}", "has the character U+0301 at character 2"),
            ("\u{e000}", "has the character U+E000 at character 1"),
            ("😀", "has the character U+1F600 at character 1"),
        ] {
            assert_eq!(rules(key), [expected], "{key:?}");
        }
    }

    #[test]
    fn visible_ascii_and_letters_may_stand_in_a_key() {
        let graphic: String = ('!'..='~').collect();
        for key in [
            "7328345170959681068",
            "ou_a",
            "流程",
            "é",
            "Ж",
            "ώ",
            "שלום",
            "سلام",
            "नमत",
            "ไทย",
            "かな",
            "한국",
            &graphic,
        ] {
            assert_eq!(rules(key), [""; 0], "{key:?}");
        }
        for (first, last) in LETTERS {
            for letter in (first..=last).filter(|letter| letter.is_alphabetic()) {
                assert_eq!(name(letter), None, "{letter:?}");
            }
            assert!(first.is_alphabetic() && last.is_alphabetic(), "{first:?} {last:?}");
        }
        assert!(ascii_problems("app_id", &graphic, 128).is_empty());
        for (key, expected) in [
            ("", "is empty"),
            ("é", "has the character U+00E9 at character 1"),
            ("a b", "has a space (U+0020) at character 2"),
            ("\u{feff}a", "has a byte order mark (U+FEFF) at character 1"),
        ] {
            assert_eq!(ascii_problems("app_id", key, 128), [Problem::new("app_id", expected)], "{key:?}");
        }
        assert_eq!(ascii_problems("app_id", "abcde", 4)[0].rule, "has 5 bytes; at most 4 are taken");
    }
}
