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
fn the_same_seed_gives_the_same_schedule() {
    let options = Options { trace: true, ..Options::default() };
    let trace = |seed| simulate(seed, &options, &mut Coverage::default()).trace;
    for seed in 0..300 {
        assert_eq!(trace(seed), trace(seed));
    }
    assert_ne!(trace(3), trace(4));
}
