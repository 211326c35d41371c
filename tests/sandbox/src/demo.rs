//! The demo tenant: one app, four users, and a process for every situation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::processes::{Process, Processes};
use crate::users::{Text, User};

/// The id of the demo app, unless another is chosen.
pub(crate) const APP_ID: &str = "cli_a1b2c3d4e5f6a7b8";
/// The secret of the demo app, unless another is chosen.
pub(crate) const APP_SECRET: &str = "sandboxsandboxsandboxsandbox0001";
pub(crate) const FLOW_DEFINITION: &str = "people_7000000000000000000_7100000000000000000";
/// Nothing can be started of it.
pub(crate) const DISABLED_FLOW_DEFINITION: &str = "people_7000000000000000000_7100000000000000001";

const MINUTE_MS: i64 = 60_000;

/// What the demo tenant holds: ids by situation, and users by role.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Demo {
    /// Process ids by situation: `running`, `completed`, ….
    pub processes: BTreeMap<String, String>,
    /// The running processes asked for with `--demo-processes`.
    pub more: Vec<String>,
    /// Users by role: `initiator`, `process_administrator`, `document_administrator`, `stranger`.
    pub users: BTreeMap<String, User>,
}

pub(crate) fn initiator() -> User {
    User::from_open_id("ou_91791271921729102012").named("甲", "A")
}

pub(crate) fn process_administrator() -> User {
    User::from_open_id("ou_5bcc7b1d1f3b4f6f9d2c0a4e8d7c6b5a").named("乙", "B")
}

pub(crate) fn document_administrator() -> User {
    User::from_open_id("ou_0c9e8d7f6a5b4c3d2e1f0a9b8c7d6e5f").named("丙", "C")
}

fn stranger() -> User {
    User::from_open_id("ou_ffeeddccbbaa99887766554433221100").named("丁", "D")
}

/// Fills the tenant.
pub(crate) fn fill(processes: &mut Processes, more: usize) -> Demo {
    let mut demo = Demo::default();
    let roles = [
        ("initiator", initiator()),
        ("process_administrator", process_administrator()),
        ("document_administrator", document_administrator()),
        ("stranger", stranger()),
    ];
    demo.users.extend(roles.map(|(role, user)| (role.to_owned(), user)));
    let now = clock::wall_ms();
    for (number, (situation, process)) in (1..).zip(situations()) {
        let created = now - (60 - number) * MINUTE_MS;
        let id = match process.process_id.as_str() {
            "" => format!("74{number:017}"),
            given => given.to_owned(),
        };
        processes.add(Process { process_id: id.clone(), create_time: created, modify_time: created, ..process });
        demo.processes.insert(situation.to_owned(), id);
    }
    for number in 1..=more {
        let process = Process { process_id: format!("76{number:017}"), ..Process::default() };
        demo.more.push(processes.add(process));
    }
    demo
}

fn situations() -> Vec<(&'static str, Process)> {
    let plain = Process::default;
    let of_others = || Process {
        initiator: Some(stranger()),
        process_administrators: Vec::new(),
        document_administrators: Vec::new(),
        ..plain()
    };
    vec![
        ("running", plain()),
        ("running_of_another", of_others()),
        ("running_administered", Process { process_administrators: vec![initiator()], ..of_others() }),
        ("running_document_administered", Process { document_administrators: vec![initiator()], ..of_others() }),
        ("running_of_the_system", Process { initiator: None, ..plain() }),
        // The id of the official page's sample request.
        ("running_sample", Process { process_id: "7328345170959681068".into(), ..plain() }),
        ("rejected", Process { status: 2, ..plain() }),
        ("withdrawn", Process { status: 4, ..plain() }),
        ("revoked", Process { status: 8, ..plain() }),
        ("completed", Process { status: 9, ..plain() }),
        ("revoking", Process { status: 15, ..plain() }),
        ("rich", Process { rich: true, process_name: Text::new("年假更正", "Annual leave correction"), ..plain() }),
    ]
}
