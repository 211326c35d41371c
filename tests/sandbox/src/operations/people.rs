//! Who is named in a request about tasks: the operator, and other people.

use super::Call;
use super::body::Body;
use super::query::invalid;
use crate::answer::{Answer, Source};
use crate::processes::{Process, RUNNING};
use crate::state::State;
use crate::tasks;
use crate::users::{User, UserIdType};

/// Documented: people and tasks of one request.
const MOST: usize = 20;

/// A person of the tenant's.
pub(super) fn known(state: &State, kind: UserIdType, id: &str) -> Option<User> {
    state.demo.users.values().find(|user| user.id(kind) == id).cloned()
}

/// Whoever has that id; a script may name people whom nobody knows.
pub(super) fn any(state: &State, kind: UserIdType, id: &str) -> User {
    known(state, kind, id).unwrap_or_else(|| User::from_open_id(id))
}

/// 1 to 20 of something.
pub(super) fn counted<'a>(body: &'a Body, name: &str) -> Result<Vec<&'a str>, Answer> {
    let texts = body.texts(name)?;
    if texts.is_empty() || texts.len() > MOST || texts.iter().any(|text| text.is_empty()) {
        return Err(invalid(&format!("{name} must have 1 to 20 entries")));
    }
    Ok(texts)
}

/// The operator, where it is not the system, is named.
pub(super) fn operator(body: &Body) -> Result<Option<&str>, Answer> {
    let (operator, system_user) = (body.text("operator")?, body.flag("system_user")?);
    if operator.is_empty() && !system_user {
        return Err(invalid("operator is required unless system_user is true"));
    }
    Ok((!system_user).then_some(operator))
}

/// Who may act on a task is not documented: whose task it is, and administrators of the process. These pages have HTTP
/// 400 for 1161003.
pub(super) fn admitted(
    process: &Process,
    kind: UserIdType,
    operator: Option<&str>,
    tasks: &[(usize, usize)],
) -> Result<(), Answer> {
    let Some(operator) = operator else { return Ok(()) };
    let is_own = |(at, place): &(usize, usize)| {
        process
            .nodes
            .get(*at)
            .and_then(|node| node.tasks.get(*place))
            .is_some_and(|task| task.user.id(kind) == operator)
    };
    if tasks.iter().all(is_own) || process.is_administered_by(kind, operator) {
        return Ok(());
    }
    Err(Answer::refusal(400, 1_161_003, "no permission", Source::Official))
}

/// The process, if there is one; what these pages answer to another id is not documented.
pub(super) fn process<'a>(state: &'a State, call: &Call<'_>) -> Result<&'a Process, Answer> {
    state
        .processes
        .truth(call.process_id)
        .ok_or_else(|| Answer::refusal(400, 1_160_101, "process does not exist", Source::Invented))
}

/// Where a task stands that is to do.
pub(super) fn open_task(process: &Process, approver_id: &str) -> Option<(usize, usize)> {
    let (at, place) = tasks::find(&process.nodes, approver_id)?;
    let is_open = process.status == RUNNING && process.nodes[at].tasks[place].status == tasks::TO_DO;
    is_open.then_some((at, place))
}
