//! Every link of a page to something in the repository leads somewhere.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::path::{Path, PathBuf};

use feishu_corehr_tests::source::{files, root};

#[test]
fn every_relative_link_leads_to_a_file_and_to_a_heading_of_it() {
    let root = root();
    let paths = files("", ".md");
    assert!(paths.len() > 5, "the pages were found");
    let mut dead = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        dead.extend(dead_links(&path, &text).into_iter().map(|link| format!("{name}: {link}")));
    }
    assert_eq!(dead, Vec::<String>::new());
}

#[test]
fn a_dead_link_is_found() {
    let page = root().join("README.md");
    for (text, dead) in [
        ("[a](docs/policy.md)", None),
        ("[a](docs/policy.md#2-what-a-call-does) and [b](core)", None),
        ("[a](https://open.feishu.cn/nowhere), [b](mailto:a@b.test)", None),
        ("# A `code` heading, with: signs\n[a](#a-code-heading-with-signs)", None),
        ("`[a](nowhere.md)`\n```\n[a](nowhere.md)\n```", None),
        ("[a](docs/nowhere.md)", Some("docs/nowhere.md")),
        ("[a](docs/policy.md#nowhere)", Some("docs/policy.md#nowhere")),
        ("[a](#nowhere)", Some("#nowhere")),
        ("```\n# nowhere\n```\n[a](#nowhere)", Some("#nowhere")),
        ("[![a](nowhere.png)](docs)", Some("nowhere.png")),
    ] {
        assert_eq!(dead_links(&page, text), Vec::from_iter(dead.map(str::to_owned)), "{text}");
    }
}

fn dead_links(page: &Path, text: &str) -> Vec<String> {
    let prose = prose(text);
    let links = prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let is_dead = |link: &&str| {
        let is_elsewhere = link.starts_with("https://") || link.starts_with("http://") || link.starts_with("mailto:");
        !is_elsewhere && !leads_somewhere(page, text, link)
    };
    links.filter(is_dead).map(str::to_owned).collect()
}

fn leads_somewhere(page: &Path, text: &str, link: &str) -> bool {
    let (file, heading) = link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading)));
    let target = if file.is_empty() { page.to_owned() } else { page.parent().unwrap().join(file) };
    let has_heading = |heading: &str| match file {
        "" => headings(text).iter().any(|found| found == heading),
        _ => fs::read_to_string(&target).is_ok_and(|text| headings(&text).iter().any(|found| found == heading)),
    };
    exists(&target) && heading.is_none_or(has_heading)
}

/// Whether it is there and in the repository.
fn exists(target: &Path) -> bool {
    let found: Option<PathBuf> = target.canonicalize().ok();
    found.is_some_and(|found| found.starts_with(root().canonicalize().unwrap()))
}

/// The anchors that headings get: lower case, `-` for blanks, other signs left out.
fn headings(text: &str) -> Vec<String> {
    let mut is_code = false;
    let mut found = Vec::new();
    for line in text.lines() {
        is_code ^= line.trim_start().starts_with("```");
        let title = line.trim_start_matches('#');
        if is_code || title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let letters = title.trim().chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        found.push(letters.collect::<String>().to_lowercase().replace(' ', "-"));
    }
    found
}

/// The text without code.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let mut prose = String::new();
    for line in text.lines() {
        is_code ^= line.trim_start().starts_with("```");
        if !is_code {
            prose.extend(line.split('`').step_by(2));
            prose.push('\n');
        }
    }
    prose
}
