//! Every way of breaking the core on purpose is noticed.

use std::io::{self, Write as _};

use feishu_corehr::seeded::SeededFault;
use feishu_corehr_simulation::{Options, campaign};

/// So many schedules must be enough for each fault.
const SCHEDULES: u64 = 10_000;

#[test]
fn every_seeded_fault_is_noticed_within_10000_schedules() {
    let mut missed = Vec::new();
    let mut output = io::stdout().lock();
    for fault in SeededFault::ALL {
        let options = Options { fault: Some(fault), ..Options::default() };
        let found = campaign(0, SCHEDULES, 1, &options).found;
        let (schedules, text) = match &found {
            Some((seed, violation)) => ((seed + 1).to_string(), violation.to_string()),
            None => ("-".to_owned(), "not noticed".to_owned()),
        };
        let fault = format!("{fault:?}");
        let text: String = text.chars().take(90).collect();
        writeln!(output, "{fault:<26} {schedules:>6}  {text}").expect("stdout takes it");
        if found.is_none() {
            missed.push(fault);
        }
    }
    assert_eq!(missed, Vec::<String>::new(), "not noticed within {SCHEDULES} schedules");
}
