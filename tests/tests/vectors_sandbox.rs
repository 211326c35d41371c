//! Every vector that a socket can show, on the core's example over reqwest, against sandboxes.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use feishu_corehr_tests::comparison::{Report, differences};
use feishu_corehr_tests::exceptions::{self, Excuse};
use feishu_corehr_tests::library;
use feishu_corehr_tests::reqwest_client::Reqwest;
use feishu_corehr_tests::socket;
use feishu_corehr_tests::vector::{Runtime, Vector};

/// Most vectors wait most of the time.
const THREADS: usize = 16;

#[test]
fn the_rust_example_does_what_every_vector_wants() {
    let vectors = library::read().unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    let excused = exceptions::of(Runtime::Rust);
    let wanted: Vec<&Vector> =
        vectors.iter().filter(|vector| vector.is_for(Runtime::Rust) && vector.reply.is_none()).collect();
    let (next, report) = (AtomicUsize::new(0), Mutex::new(Report::default()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| play_some(&wanted, &excused, &next, &report));
        }
    });
    report.into_inner().unwrap().conclude(Runtime::Rust);
}

/// One thread's share: whatever is the next vector.
fn play_some(vectors: &[&Vector], excused: &BTreeMap<String, Excuse>, next: &AtomicUsize, report: &Mutex<Report>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let transport = Reqwest::new(|builder| builder).unwrap();
    while let Some(vector) = vectors.get(next.fetch_add(1, Ordering::Relaxed)) {
        let run = runtime.block_on(socket::play(vector, &transport));
        let found = differences(vector, &run, Runtime::Rust);
        report.lock().unwrap().add(vector, &found, excused.get(&vector.name).copied());
    }
}
