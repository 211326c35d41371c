//! Playing a vector: its client and its calls are the same on every stage, in virtual time and over sockets.

#![allow(clippy::result_large_err, reason = "the core's one error is a plain struct, and errors are rare")]

use std::collections::BTreeMap;

use feishu_corehr::{
    ActOptions, Action, BaseUrl, BaseUrlRules, CallOptions, Config, Credentials, Endpoint, Error, Header, HttpResponse,
    List, Machine, NameValue, Outcome, Pages, Quota, Request, Secret, Session,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::vector::{Answer, Call, Client, Reply};
use crate::{operations, outcome};

/// Where a machine is played.
pub trait Stage {
    /// Plays it to its end.
    fn play<M: Machine>(&mut self, machine: M) -> impl Future<Output = M::Output>;

    /// Lets time pass, and the wall clock jump.
    fn pause(&mut self, milliseconds: u64, wall_jump: i64) -> impl Future<Output = ()>;
}

/// Makes the client and plays the calls; what each ended with.
pub async fn perform(stage: &mut impl Stage, client: &Client, calls: &[Call], url: &str, seed: u64) -> Vec<Value> {
    let session = match session(client, url, seed) {
        Ok(session) => session,
        Err(error) => return vec![outcome::error(&error, &[])],
    };
    let mut outcomes = Vec::new();
    for call in calls {
        stage.pause(call.after_ms, call.wall_jump_ms).await;
        outcomes.push(match list(stage, &session, call).await {
            Some(walked) => walked,
            None => called(stage, &session, call).await,
        });
    }
    outcomes
}

/// Reads an answer by itself.
///
/// # Panics
/// When there is no such operation.
pub fn read(reply: &Reply) -> Value {
    let play = operations::play(&reply.operation).unwrap_or_else(|problem| panic!("{problem}"));
    let answer = feishu_corehr::read(play.operation, &response(&reply.answer));
    let result = answer.and_then(|answer| (play.decode)(&answer));
    result.map_or_else(|error| outcome::error(&error, &[]), |value| outcome::value(&value))
}

/// An answer as a transport hands it in, with the content type that the sandbox would give it.
///
/// # Panics
/// When its bytes are not base64.
pub fn response(answer: &Answer) -> HttpResponse {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    let (body, content_type) = match answer {
        Answer { json: Some(json), .. } => (json.to_string().into_bytes(), Some("application/json; charset=utf-8")),
        Answer { text: Some(text), .. } => (text.clone().into_bytes(), Some("text/plain")),
        Answer { base64: Some(base64), .. } => {
            (STANDARD.decode(base64).expect("base64"), Some("application/octet-stream"))
        }
        Answer { .. } => (Vec::new(), None),
    };
    let mut headers: BTreeMap<String, String> = answer.headers.clone();
    if let Some(content_type) = content_type {
        headers.entry("content-type".to_owned()).or_insert_with(|| content_type.to_owned());
    }
    HttpResponse {
        status: answer.status.unwrap_or(200),
        headers: headers.into_iter().map(|(name, value)| Header::new(&name, value)).collect(),
        body,
    }
}

fn session(client: &Client, url: &str, seed: u64) -> Result<Session, Error> {
    let is_default = client.base_url.is_none();
    let rules = BaseUrlRules {
        allow_other_hosts: client.allow_other_hosts,
        allow_insecure_loopback: client.allow_insecure_loopback || is_default,
    };
    let base_url = BaseUrl::parse(client.base_url.as_deref().unwrap_or(url), rules)?;
    let or = |value: &Option<String>, default: &str| value.clone().unwrap_or_else(|| default.to_owned());
    let credentials = match client.token_function {
        Some(_) => Credentials::Host,
        None => Credentials::App {
            app_id: or(&client.app_id, "cli_vector"),
            app_secret: Secret::new(or(&client.app_secret, "secret-of-the-vectors")),
        },
    };
    let quotas =
        client.quotas.iter().map(|(name, quota)| (name.clone(), Quota { calls: quota.calls, window: quota.window_ms }));
    let config = Config {
        rate_share: client.rate_share.unwrap_or(1.0),
        quotas: quotas.collect(),
        ..Config::new(base_url, credentials)
    };
    feishu_corehr::open(config, seed)
}

fn options(call: &Call) -> CallOptions {
    CallOptions {
        deadline: call.deadline_ms,
        token: call.token.clone().map(Secret::new),
        request_id: call.request_id.clone(),
        headers: call
            .headers
            .iter()
            .map(|(name, value)| NameValue { name: name.clone(), value: value.clone() })
            .collect(),
    }
}

/// Plays the call of any operation.
async fn called(stage: &mut impl Stage, session: &Session, call: &Call) -> Value {
    let play = operations::play(call.operation()).unwrap_or_else(|problem| panic!("{problem}"));
    let mut call = call.clone();
    let act = ActOptions {
        read_back: word(call.read_back.as_deref()).unwrap_or_default(),
        already: word(call.already(play.already).as_deref()).unwrap_or_default(),
        check_first: call.check_first,
    };
    let request = (play.request)(call.request(play.operation)).unwrap_or_else(|error| panic!("{error}"));
    let result = played(stage, session, &*request, options(&call), act).await.and_then(play.output);
    result.map_or_else(|error| outcome::error(&error, &[]), |value| outcome::value(&value))
}

async fn played(
    stage: &mut impl Stage,
    session: &Session,
    request: &dyn Request,
    options: CallOptions,
    act: ActOptions,
) -> Result<Outcome, Error> {
    stage.play(Action::new(session, request, options, act)?).await
}

/// Plays the call of a list; nothing where it is of no list.
async fn list(stage: &mut impl Stage, session: &Session, call: &Call) -> Option<Value> {
    macro_rules! listed {
        ($($name:ident: $request:ident,)*) => {
            match call.operation() {
                $(stringify!($name) => Some(walk::<feishu_corehr::$request>(stage, session, call).await),)*
                _ => None,
            }
        };
    }
    feishu_corehr::lists!(listed)
}

async fn walk<L>(stage: &mut impl Stage, session: &Session, call: &Call) -> Value
where
    L: List<Item: Serialize> + Endpoint<Output = <L as Endpoint>::Response> + DeserializeOwned,
{
    let listing: L = serde_json::from_value(call.request(&L::OPERATION)).unwrap_or_else(|error| panic!("{error}"));
    if call.one_page {
        // It is not sent.
        return listing.validate().map_or_else(|error| outcome::error(&error, &[]), |()| outcome::empty());
    }
    let mut pages = match Pages::new(listing) {
        Ok(pages) => pages,
        Err(error) => return outcome::error(&error, &[]),
    };
    let most = call.take.unwrap_or(usize::MAX);
    let mut items = Vec::new();
    // As iterators do: what stands for the page of the item that came last.
    let mut cursor = pages.cursor();
    while items.len() < most {
        cursor = pages.cursor();
        let request = match pages.next_request() {
            Ok(Some(request)) => request,
            Ok(None) => break,
            Err(error) => return outcome::error(&error, &items),
        };
        let played = played(stage, session, &request, options(call), ActOptions::default()).await;
        match played.and_then(L::output) {
            Ok(page) => {
                items.extend(pages.take(&page).iter().map(|item| serde_json::to_value(item).unwrap_or_default()))
            }
            Err(error) => return outcome::error(&error, &items),
        }
    }
    items.truncate(most);
    outcome::walk(&items, cursor.as_deref())
}

/// A value by its word.
fn word<T: serde::de::DeserializeOwned>(word: Option<&str>) -> Option<T> {
    let value = serde_json::from_value(word?.into());
    Some(value.unwrap_or_else(|error| panic!("{error}")))
}
