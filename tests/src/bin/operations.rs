//! Prints the page of all operations, `docs/operations.md`.

#![allow(clippy::print_stdout, reason = "it prints")]

use feishu_corehr::{OPERATIONS, Operation, Replay};

fn main() {
    println!("# The operations");
    println!();
    println!("Every operation of this library, with what Feishu's pages say of it. Written by `cargo xtask gen`.");
    println!();
    println!("| Python, Rust | JavaScript, Kotlin, Java, Swift | request | scope | quota | after a lost answer |");
    println!("|---|---|---|---|---|---|");
    for operation in OPERATIONS {
        println!("{}", row(operation));
    }
}

fn row(operation: &Operation) -> String {
    let Operation { name, method, path, scope, quota, .. } = operation;
    let lost = match operation.replay {
        Replay::Never => "never sent again; effect unknown",
        Replay::Proved => "the process is read, and what it shows decides",
        Replay::Read | Replay::Token => "sent again",
    };
    let (calls, seconds) = (quota.calls, quota.window / 1_000);
    let window = if seconds == 1 { "a second".to_owned() } else { format!("{seconds} seconds") };
    format!(
        "| `{name}` | `{}` | `{} {path}` | `{scope}` | {calls} in {window} | {lost} |",
        camel_case(name),
        method.as_str()
    )
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| text + &word[..1].to_uppercase() + &word[1..])
}
