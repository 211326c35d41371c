//! The project's own Rust files as words: comments are gone, and a string is one word.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A Rust file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path from the root of the project, with `/`.
    pub path: String,
    /// Its words in order: names, punctuation marks one by one, brackets, literals. A doc comment is the literal of
    /// a `doc` attribute.
    pub words: Vec<String>,
}

impl Source {
    /// Reads the text of a file.
    ///
    /// # Panics
    /// When it is not Rust.
    pub fn parse(path: &str, text: &str) -> Self {
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut words = Vec::new();
        flatten(tokens, &mut words);
        Self { path: path.to_owned(), words }
    }

    /// All Rust files below a folder of the project, by path.
    ///
    /// # Panics
    /// When a file cannot be read.
    pub fn all(folder: &str) -> Vec<Self> {
        let root = root();
        let paths = files(folder, ".rs");
        let read = |path: &PathBuf| {
            let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let relative = path.strip_prefix(&root).unwrap_or(path);
            Self::parse(&relative.to_string_lossy().replace('\\', "/"), &text)
        };
        paths.iter().map(read).collect()
    }

    /// The same file without its items for tests only.
    #[must_use]
    pub fn without_tests(&self) -> Self {
        let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
        let (mut words, mut rest) = (Vec::new(), self.words.as_slice());
        while let Some((word, after)) = rest.split_first() {
            if rest.len() >= mark.len() && rest.iter().zip(mark).all(|(word, expected)| word == expected) {
                rest = after_item(&rest[mark.len()..]);
            } else {
                words.push(word.clone());
                rest = after;
            }
        }
        Self { path: self.path.clone(), words }
    }
}

/// The root of the project.
///
/// # Panics
/// When this crate does not stand in a folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the folder of the project").to_owned()
}

/// The project's own files below a folder of it whose names end like that, by path.
pub fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    collect(&root().join(folder), end, &mut paths);
    paths.sort();
    paths
}

fn collect(folder: &Path, end: &str, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            // Neither built nor installed things are the project's own.
            if !name.starts_with('.') && !matches!(name.as_str(), "target" | "node_modules") {
                collect(&path, end, paths);
            }
        } else if name.ends_with(end) {
            paths.push(path);
        }
    }
}

fn flatten(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::None => ("", ""),
                };
                words.push(open.to_owned());
                flatten(group.stream(), words);
                words.push(close.to_owned());
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => words.push(token.to_string()),
        }
    }
}

/// What follows the first item of `words`, which ends with its first block or semicolon outside other brackets.
fn after_item(words: &[String]) -> &[String] {
    let mut depth = 0;
    for (index, word) in words.iter().enumerate() {
        match word.as_str() {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(word.as_str(), "}" | ";") {
            return &words[index + 1..];
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_words_and_tests_can_be_left_out() {
        let text = r#"
            //! [link](crate::a)
            use crate::b; // crate::c
            #[cfg(test)]
            use crate::d;
            const TEXT: &str = "crate::e; }";
            #[cfg(test)]
            #[derive(Debug)]
            mod tests { fn f() { "}"; } }
            struct Last;
        "#;
        let words = |source: Source| source.words.join(" ");
        let all = Source::parse("a.rs", text);
        let shown = words(all.without_tests());
        assert!(shown.ends_with(r#"use crate : : b ; const TEXT : & str = "crate::e; }" ; struct Last ;"#), "{shown}");
        assert!(words(all).contains("crate : : d"));
    }

    #[test]
    fn this_file_is_found() {
        assert!(Source::all("tests").iter().any(|source| source.path == "tests/src/source.rs"));
    }
}
