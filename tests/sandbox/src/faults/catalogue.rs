//! The catalogue: every named fault, in one table.

use super::{Effect, Fault, body, business, cut, framing, redirect, status, surplus, token};

/// All faults, group by group.
pub(crate) fn all() -> impl Iterator<Item = &'static Fault> {
    let groups: [&'static [Fault]; 8] = [
        &cut::FAULTS,
        &framing::FAULTS,
        &surplus::FAULTS,
        &redirect::FAULTS,
        &status::FAULTS,
        &body::FAULTS,
        &token::FAULTS,
        &business::FAULTS,
    ];
    groups.into_iter().flatten()
}

/// The fault of a name, and what the end of the name says about its effect.
pub(crate) fn find(name: &str) -> Option<(&'static Fault, Option<bool>)> {
    if let Some(fault) = all().find(|fault| fault.name == name) {
        return Some((fault, None));
    }
    let (name, apply) = match name.strip_suffix("-not-applied") {
        Some(name) => (name, false),
        None => (name.strip_suffix("-applied")?, true),
    };
    all().find(|fault| fault.name == name && fault.effect == Effect::ByFlag).map(|fault| (fault, Some(apply)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = all().map(|fault| fault.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn the_end_of_a_name_sets_the_flag() {
        let found = |name| find(name).map(|(fault, apply)| (fault.name, apply));
        assert_eq!(found("cl-too-long"), Some(("cl-too-long", None)));
        assert_eq!(found("cl-too-long-applied"), Some(("cl-too-long", Some(true))));
        assert_eq!(found("cl-too-long-not-applied"), Some(("cl-too-long", Some(false))));
        assert_eq!(found("rst-after-applied"), Some(("rst-after-applied", None)));
        assert_eq!(found("429-reset2-applied"), None);
    }
}
