//! The core as it is: no schedule breaks an invariant, and a seed is a schedule.

use feishu_corehr_simulation::{Coverage, Options, campaign, simulate};

#[test]
fn no_invariant_breaks_in_20000_schedules_and_nine_of_ten_pairs_of_state_and_answer_are_visited() {
    let campaign = campaign(0, 20_000, 2, &Options::default());
    let found = campaign.found.map(|(seed, violation)| format!("seed {seed}: {violation}"));
    assert_eq!(found, None, "replay it with --seed and --trace");
    let (visited, all) = campaign.coverage.pairs();
    assert!(visited * 10 >= all * 9, "{visited} of {all} pairs visited");
}

#[test]
fn no_invariant_breaks_when_64_calls_share_one_world() {
    let options = Options { calls: Some(64), ..Options::default() };
    let found = campaign(1_000_000, 300, 2, &options).found;
    assert_eq!(found.map(|(seed, violation)| format!("seed {seed}: {violation}")), None);
}

#[test]
fn what_once_broke_an_invariant_breaks_none_any_more() {
    let list = include_str!("../known-seeds.txt");
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let seeds: Vec<u64> =
        lines.map(|line| line.split(" ").next().and_then(|seed| seed.parse().ok()).expect("a seed")).collect();
    assert!(seeds.len() >= 86, "{} seeds are known", seeds.len());
    for seed in seeds {
        let options = Options { is_plain: true, ..Options::default() };
        let violation = simulate(seed, &options, &mut Coverage::default()).violation;
        assert!(violation.is_none(), "seed {seed}: {}", violation.map_or_else(String::new, |found| found.to_string()));
    }
}

#[test]
fn the_same_seed_gives_the_same_schedule() {
    let options = Options { trace: true, ..Options::default() };
    let trace = |seed| simulate(seed, &options, &mut Coverage::default()).trace;
    for seed in 0..300 {
        assert_eq!(trace(seed), trace(seed));
    }
    assert_ne!(trace(3), trace(4));
}
