//! A client that reads and writes bytes, and judges nothing.

use std::time::Duration;

use feishu_corehr_sandbox::{LogEntry, Operation, Options, Sandbox, Settings};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// How a connection stood when reading ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    Fin,
    Open,
    Reset,
}

/// A reply with a `Content-Length`, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    pub(crate) fn code(&self) -> i64 {
        self.json()["code"].as_i64().expect("the code is an integer")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(its, _)| its.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// Nothing here takes so long; what never comes is to fail with a message, and not to hang.
const NET: Duration = Duration::from_secs(120);

/// What one read came to.
enum Piece {
    Bytes,
    End(End),
}

pub(crate) struct Connection {
    stream: TcpStream,
    pub(crate) bytes: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(sandbox: &Sandbox) -> Self {
        let url = sandbox.http_url();
        let address = url.strip_prefix("http://").expect("the address is HTTP's");
        let stream = TcpStream::connect(address).await.expect("the sandbox listens");
        Self { stream, bytes: Vec::new() }
    }

    pub(crate) async fn send(&mut self, request: &str) {
        // A connection that is already cut shows when it is read.
        let _ = self.stream.write_all(request.as_bytes()).await;
    }

    /// Reads until the other side closes.
    pub(crate) async fn read_to_end(&mut self) -> End {
        loop {
            if let Piece::End(end) = self.read_piece().await {
                return end;
            }
        }
    }

    /// Reads until these bytes have come, and not more than needed.
    pub(crate) async fn read_until(&mut self, mark: &[u8]) -> End {
        while !self.bytes.windows(mark.len()).any(|window| window == mark) {
            if let Piece::End(end) = self.read_piece().await {
                return end;
            }
        }
        End::Open
    }

    /// Reads until at least so many bytes have come.
    pub(crate) async fn read_at_least(&mut self, count: usize) {
        while self.bytes.len() < count {
            let piece = self.read_piece().await;
            assert!(matches!(piece, Piece::Bytes), "closed after {} bytes", self.bytes.len());
        }
    }

    async fn read_piece(&mut self) -> Piece {
        match timeout(NET, self.stream.read_buf(&mut self.bytes)).await {
            Ok(Ok(0)) => Piece::End(End::Fin),
            Ok(Ok(_)) => Piece::Bytes,
            Ok(Err(_)) => Piece::End(End::Reset),
            Err(_) => {
                let start = &self.bytes[..self.bytes.len().min(2000)];
                panic!("nothing more came after {}", String::from_utf8_lossy(start));
            }
        }
    }

    /// Whether nothing has come.
    pub(crate) fn is_silent(&self) -> bool {
        let mut byte = [0];
        self.bytes.is_empty() && self.stream.try_read(&mut byte).is_err()
    }

    pub(crate) async fn reply(&mut self) -> Reply {
        self.read_until(b"\r\n\r\n").await;
        let end = self.bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("the head is complete") + 4;
        let head = String::from_utf8(self.bytes[..end].to_vec()).expect("the head is text");
        let status = head[9..12].parse().expect("the status is a number");
        let mut reply = Reply { status, head, body: Vec::new() };
        let length: usize = reply.header("content-length").map_or(0, |text| text.parse().expect("a length"));
        self.read_at_least(end + length).await;
        reply.body = self.bytes[end..end + length].to_vec();
        self.bytes.drain(..end + length);
        reply
    }
}

/// A sandbox without rate limits.
pub(crate) async fn sandbox() -> Sandbox {
    start(Settings { limits: false, ..Settings::default() }).await
}

pub(crate) async fn start(settings: Settings) -> Sandbox {
    Sandbox::start(Options { settings, ..Options::default() }).await.expect("the sandbox starts")
}

pub(crate) async fn exchange(sandbox: &Sandbox, request: &str) -> Reply {
    let mut connection = Connection::open(sandbox).await;
    connection.send(request).await;
    connection.reply().await
}

/// A request with a JSON body, if it has one.
pub(crate) fn request(method: &str, path: &str, token: Option<&str>, body: &str) -> String {
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: sandbox\r\n{authorization}\
         Content-Type: application/json; charset=utf-8\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

pub(crate) const TOKEN_PATH: &str = "/open-apis/auth/v3/tenant_access_token/internal";

pub(crate) fn token_request(sandbox: &Sandbox) -> String {
    let body = serde_json::json!({"app_id": sandbox.app_id(), "app_secret": sandbox.app_secret()});
    request("POST", TOKEN_PATH, None, &body.to_string())
}

pub(crate) async fn token(sandbox: &Sandbox) -> String {
    let reply = exchange(sandbox, &token_request(sandbox)).await;
    reply.json()["tenant_access_token"].as_str().expect("a token").to_owned()
}

pub(crate) fn withdraw_request(process_id: &str, token: &str) -> String {
    let path = format!("/open-apis/corehr/v2/process_withdraw/{process_id}");
    request("PUT", &path, Some(token), r#"{"system_user":true}"#)
}

pub(crate) fn get_request(process_id: &str, token: &str) -> String {
    request("GET", &format!("/open-apis/corehr/v2/processes/{process_id}"), Some(token), "")
}

/// The status that a reader sees.
pub(crate) async fn read_status(sandbox: &Sandbox, process_id: &str, token: &str) -> i64 {
    exchange(sandbox, &get_request(process_id, token)).await.json()["data"]["status"].as_i64().expect("a status")
}

pub(crate) fn last(sandbox: &Sandbox, operation: Operation) -> LogEntry {
    let log = sandbox.log();
    log.into_iter().rev().find(|entry| entry.operation == operation).expect("the request is in the log")
}

/// Waits until the last entry of an operation is so.
pub(crate) async fn eventually(sandbox: &Sandbox, operation: Operation, so: impl Fn(&LogEntry) -> bool) -> LogEntry {
    let found = async {
        loop {
            let entry = sandbox.log().into_iter().rev().find(|entry| entry.operation == operation);
            if let Some(entry) = entry.filter(&so) {
                return entry;
            }
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(NET, found).await.expect("the log comes to say so")
}
