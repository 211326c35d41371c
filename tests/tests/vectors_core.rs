//! Every vector on the core, in virtual time.

#![allow(clippy::print_stdout, reason = "the counts are for people")]

use feishu_corehr_tests::comparison::{Report, differences};
use feishu_corehr_tests::library;
use feishu_corehr_tests::vector::{Runtime, Vector};
use feishu_corehr_tests::virtual_time;

/// Jitter may not decide what comes out: every script is played with each of these.
const SEEDS: [u64; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

#[test]
fn the_core_does_what_every_vector_wants() {
    let vectors = library::read().unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    let mut report = Report::default();
    for vector in vectors.iter().filter(|vector| vector.is_for(Runtime::Core)) {
        report.add(vector, &found(vector), None);
    }
    println!("{:?}", library::counts(&vectors));
    report.conclude(Runtime::Core);
}

fn found(vector: &Vector) -> Vec<String> {
    let seeds = if vector.script.is_some() { &SEEDS[..] } else { &SEEDS[..1] };
    seeds
        .iter()
        .map(|seed| differences(vector, &virtual_time::play(vector, *seed), Runtime::Core))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}
