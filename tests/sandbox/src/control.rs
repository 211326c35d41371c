//! The control endpoint under `/_sandbox`, for those who do not hold a [`Sandbox`](crate::Sandbox) in their hands.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::Error;
use crate::faults::{FaultOrder, catalogue};
use crate::processes::Process;
use crate::script::Script;
use crate::settings::SettingsChange;
use crate::state::{App, World};

pub(crate) fn routes(world: World) -> Router<World> {
    Router::new()
        .route("/", get(start))
        .route("/reset", post(reset))
        .route("/settings", get(settings).post(change_settings))
        .route("/apps", post(add_apps))
        .route("/processes", post(add_processes))
        .route("/processes/{process_id}", get(process))
        .route("/tokens/revoke", post(revoke_tokens))
        .route("/log", get(log))
        .route("/faults", get(faults).post(order_faults).delete(clear_faults))
        .route("/script", get(steps_left).post(load_script))
        .fallback(|| async { (StatusCode::NOT_FOUND, "no such control path\n") })
        .with_state(world)
}

/// The answer of a control request; every failure says why, with HTTP 400.
type Control = Result<Response, Error>;

async fn start(State(world): State<World>) -> Control {
    Ok(json(&world.state().demo))
}

async fn reset(State(world): State<World>) -> Control {
    world.reset();
    Ok(json(&json!({})))
}

async fn settings(State(world): State<World>) -> Control {
    Ok(json(&world.state().settings))
}

async fn change_settings(State(world): State<World>, body: Bytes) -> Control {
    let change: SettingsChange = parse(&body)?;
    world.state().settings.change(change);
    settings(State(world)).await
}

async fn add_apps(State(world): State<World>, body: Bytes) -> Control {
    let OneOrMore(apps) = parse::<OneOrMore<App>>(&body)?;
    for app in apps {
        world.state().apps.insert(app.app_id.clone(), app);
    }
    Ok(json(&json!({})))
}

async fn add_processes(State(world): State<World>, body: Bytes) -> Control {
    let OneOrMore(processes) = parse::<OneOrMore<Process>>(&body)?;
    let mut state = world.state();
    let ids: Vec<_> = processes.into_iter().map(|process| state.processes.add(process)).collect();
    Ok(json(&json!({"process_ids": ids})))
}

async fn process(State(world): State<World>, Path(process_id): Path<String>) -> Control {
    match world.state().processes.truth(&process_id) {
        Some(process) => Ok(json(process)),
        None => Ok((StatusCode::NOT_FOUND, "no such process\n").into_response()),
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Revocation {
    same_again: bool,
}

async fn revoke_tokens(State(world): State<World>, body: Bytes) -> Control {
    let revocation: Revocation = if body.is_empty() { Revocation::default() } else { parse(&body)? };
    world.state().tokens.revoke_all(revocation.same_again);
    Ok(json(&json!({})))
}

async fn log(State(world): State<World>) -> Control {
    Ok(json(&world.state().log.entries()))
}

async fn faults() -> Control {
    Ok(json(&catalogue::all().collect::<Vec<_>>()))
}

async fn order_faults(State(world): State<World>, body: Bytes) -> Control {
    let OneOrMore(orders) = parse::<OneOrMore<FaultOrder>>(&body)?;
    for order in &orders {
        world.state().faults.place(order)?;
    }
    Ok(json(&json!({})))
}

async fn clear_faults(State(world): State<World>) -> Control {
    world.state().faults.clear();
    Ok(json(&json!({})))
}

async fn load_script(State(world): State<World>, body: Bytes) -> Control {
    let script: Script = parse(&body)?;
    world.state().script.load(&script)?;
    steps_left(State(world)).await
}

async fn steps_left(State(world): State<World>) -> Control {
    Ok(json(&json!({"steps_left": world.state().script.steps_left()})))
}

/// One thing, or a list of them.
struct OneOrMore<T>(Vec<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for OneOrMore<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By hand, so that the error names the field and not "any variant".
        let value = serde_json::Value::deserialize(deserializer)?;
        let values = if let serde_json::Value::Array(values) = value { values } else { vec![value] };
        let things = values.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
        things.map(Self).map_err(serde::de::Error::custom)
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| Error::Invalid(error.to_string()))
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response(),
        Err(error) => Error::Invalid(error.to_string()).into_response(),
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, format!("{self}\n")).into_response()
    }
}
