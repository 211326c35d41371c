//! Words that the project does not use.

use feishu_corehr_tests::source::Source;

/// Words of a type's name that say nothing about what it is.
const EMPTY_WORDS: &[&str] = &["Dto", "Ffi", "Helper", "Impl", "Js", "Manager", "Wrapper"];

/// Where a text for people may hold the `Debug` form of something, and why: `file: literal`.
const DEBUG_IN_TEXT: &[&str] = &[
    // The `Debug` form of a header is its line with the secret hidden.
    r#"core/src/http.rs: "{header:?}""#,
];

#[test]
fn types_are_named_by_what_they_are() {
    for folder in ["bindings-mobile", "bindings-python", "bindings-wasm", "core", "tests", "xtask"] {
        assert_eq!(empty_words(&Source::all(folder)), Vec::<String>::new());
    }
}

#[test]
fn a_getter_of_the_core_is_named_by_what_it_gives() {
    assert_eq!(getters(&Source::all("core/src")), Vec::<String>::new());
}

#[test]
fn a_module_with_parts_stands_beside_its_folder() {
    assert_eq!(mod_files(&Source::all(".")), Vec::<String>::new());
}

#[test]
fn messages_for_people_hold_no_debug_form() {
    let found: Vec<String> = debug_forms(&Source::all("core/src"));
    assert_eq!(found, DEBUG_IN_TEXT, "and no exception is left over");
}

#[test]
fn bad_names_are_found() {
    let source = |text| [Source::parse("core/src/a.rs", text)];
    for (text, expected) in [
        ("pub struct TokenManager;", "core/src/a.rs: TokenManager"),
        ("pub(crate) enum FfiError { A }", "core/src/a.rs: FfiError"),
        ("trait JsClient {}", "core/src/a.rs: JsClient"),
        ("pub type SessionDto = u8;", "core/src/a.rs: SessionDto"),
        ("union ImplUnion { a: u8 }", "core/src/a.rs: ImplUnion"),
    ] {
        assert_eq!(empty_words(&source(text)), [expected], "{text}");
    }
    assert!(empty_words(&source("struct JsonReader; struct Implicit; fn wrapper() {} // struct AHelper")).is_empty());
    assert_eq!(getters(&source("impl A { pub fn get_name(&self) {} }")), ["core/src/a.rs: get_name"]);
    assert!(getters(&source("fn forget_it() {} fn get() {} fn f() { x.get_ref() }")).is_empty());
    assert_eq!(mod_files(&[Source::parse("core/src/process/mod.rs", "")]), ["core/src/process/mod.rs"]);
    assert!(mod_files(&[Source::parse("core/src/process/amod.rs", "")]).is_empty());
    for text in [r#"fn f() { format!("{:?}", a); }"#, r##"fn f() { write!(f, r#"{a:#?}"#) }"##] {
        assert_eq!(debug_forms(&source(text)).len(), 1, "{text}");
    }
    let test = r#"/// `{:?}` #[doc = "x"] fn f() {} "#.replace("#[", "\n#[")
        + r#"#[cfg(test)] mod tests { fn f() { panic!("{a:?}") } } fn g() { debug_assert!(a, "{a:?}"); assert!(b, "{}", b) }"#;
    assert!(debug_forms(&source(&test)).is_empty());
}

/// Types whose name has one of the empty words.
fn empty_words(sources: &[Source]) -> Vec<String> {
    let has_one = |name: &&String| words(name).iter().any(|word| EMPTY_WORDS.contains(&word.as_str()));
    named_after(sources, &["enum", "struct", "trait", "type", "union"], has_one)
}

/// Functions called `get_…`.
fn getters(sources: &[Source]) -> Vec<String> {
    named_after(sources, &["fn"], |name| name.starts_with("get_"))
}

/// Files called `mod.rs`.
fn mod_files(sources: &[Source]) -> Vec<String> {
    let paths = sources.iter().map(|source| source.path.clone());
    paths.filter(|path| path.rsplit('/').next() == Some("mod.rs")).collect()
}

/// Literals that format something by `Debug`, outside tests, documentation and assertions that a debug build makes.
fn debug_forms(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let source = source.without_tests();
        let mut is_assertion = false;
        for (index, word) in source.words.iter().enumerate() {
            let before = |back: usize| index.checked_sub(back).map(|index| source.words[index].as_str());
            is_assertion = match word.as_str() {
                ";" => false,
                "!" if before(1).is_some_and(|name| name.starts_with("debug_assert")) => true,
                _ => is_assertion,
            };
            let is_text = word.ends_with('"') || word.ends_with('#') && word.len() > 1;
            let is_documentation = before(1) == Some("=") && before(2) == Some("doc");
            if is_text && !is_documentation && !is_assertion && (word.contains(":?}") || word.contains(":#?}")) {
                found.push(format!("{}: {word}", source.path));
            }
        }
    }
    found
}

/// What stands after one of the keywords and is `wanted`, with its file.
fn named_after(sources: &[Source], keywords: &[&str], wanted: impl Fn(&&String) -> bool) -> Vec<String> {
    let names = |source: &Source| -> Vec<String> {
        let pairs = source.words.windows(2).filter(|pair| keywords.contains(&pair[0].as_str()));
        pairs.map(|pair| &pair[1]).filter(&wanted).map(|name| format!("{}: {name}", source.path)).collect()
    };
    sources.iter().flat_map(names).collect()
}

/// The words of a name in `CamelCase`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if !letter.is_uppercase() => word.push(letter),
            Some(_) | None => words.push(letter.into()),
        }
    }
    words
}
