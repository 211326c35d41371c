//! The TCP front: reads requests, hands them to the app, and carries out its deliveries act by act.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::response::Response;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt as _;

use crate::answer::{Answer, Source};
use crate::delivery::{Act, Delivery};
use crate::log::Ticket;
use crate::request::{Reading, Received, more, read, read_line};
use crate::stage;
use crate::state::World;

/// No answer of the control endpoint is longer.
const CONTROL_CAP: usize = 1 << 30;
/// What a client may send ahead while it is being answered.
const AHEAD_CAP: usize = 8 * 1024 * 1024;

/// What every connection shares.
#[derive(Clone)]
pub(crate) struct Front {
    world: World,
    app: Router,
    connections: Arc<AtomicU64>,
}

impl Front {
    pub(crate) fn new(world: World, app: Router) -> Self {
        Self { world, app, connections: Arc::default() }
    }

    /// Serves a listener until it is dropped, and its connections with it.
    pub(crate) async fn listen(self, listener: TcpListener, tls: Option<Arc<ServerConfig>>) {
        let mut tasks = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                // So that ended connections do not pile up.
                Some(_) = tasks.join_next() => continue,
            };
            let Ok((stream, _)) = accepted else {
                // Out of file descriptors, for instance: others may end meanwhile.
                sleep(Duration::from_millis(10)).await;
                continue;
            };
            let front = self.clone();
            let number = self.connections.fetch_add(1, Ordering::Relaxed) + 1;
            match tls.clone() {
                Some(config) => tasks.spawn(async move { front.serve_encrypted(stream, config, number).await }),
                None => tasks.spawn(async move { front.serve(stream, number, false).await }),
            };
        }
    }

    async fn serve_encrypted(self, stream: TcpStream, config: Arc<ServerConfig>, number: u64) {
        // Nagle's delay would be paid twice in every handshake.
        let _ = stream.set_nodelay(true);
        if let Ok(stream) = TlsAcceptor::from(config).accept(stream).await {
            self.serve(stream, number, true).await;
        }
    }

    async fn serve<S: Socket>(self, stream: S, number: u64, tls: bool) {
        let _ = stream.tcp().set_nodelay(true);
        let connection = Connection { front: self, stream, buffer: Vec::new(), number, tls };
        // A client that goes away is everyday life here; the log has it already.
        let _ = connection.run().await;
    }
}

/// A stream over a TCP socket that can be asked for the socket.
trait Socket: AsyncRead + AsyncWrite + Unpin + Send {
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

struct Connection<S> {
    front: Front,
    stream: S,
    /// What was received and not yet read as a request.
    buffer: Vec<u8>,
    number: u64,
    tls: bool,
}

/// Whether a connection goes on after an act.
#[derive(Clone, Copy, Eq, PartialEq)]
enum After {
    ClientGone,
    Close,
    Drop,
    GoOn,
}

impl<S: Socket> Connection<S> {
    async fn run(mut self) -> io::Result<()> {
        let mut used = false;
        loop {
            let Some(line) = read_line(&mut self.stream, &mut self.buffer).await? else { return Ok(()) };
            if let Some(received) = Received::from_line(&self.buffer[..line])
                && let Some(delivery) = stage::interrupt(&self.front.world, &self.marked(received), used)
            {
                self.deliver(delivery).await?;
                return Ok(());
            }
            let received = match read(&mut self.stream, &mut self.buffer).await? {
                Reading::Closed => return Ok(()),
                Reading::Malformed(status) => {
                    let answer = Answer::text(status, "text/plain", "malformed request", Source::Invented);
                    self.deliver(Delivery::whole(&answer)).await?;
                    return self.stream.shutdown().await;
                }
                Reading::Request(received) => self.marked(received),
            };
            let last = received.last;
            let delivery = self.answer(received).await?;
            match self.deliver(delivery).await? {
                After::GoOn if !last => {}
                After::GoOn | After::Close => return self.stream.shutdown().await,
                After::ClientGone | After::Drop => return Ok(()),
            }
            used = true;
        }
    }

    fn marked(&self, received: Received) -> Received {
        Received { connection: self.number, tls: self.tls, ..received }
    }

    /// Asks the app.
    async fn answer(&self, mut received: Received) -> io::Result<Delivery> {
        let target = match received.query.as_str() {
            "" => received.path.clone(),
            query => format!("{}?{query}", received.path),
        };
        // The control endpoint reads the body from here, the API from the request as it came.
        let is_control = received.path.starts_with("/_sandbox");
        let body = if is_control { Body::from(std::mem::take(&mut received.body)) } else { Body::empty() };
        let request = Request::builder().method(received.method.as_str()).uri(target).extension(received).body(body);
        let request = request.map_err(io::Error::other)?;
        let Ok(mut response) = self.front.app.clone().oneshot(request).await;
        match response.extensions_mut().remove::<Delivery>() {
            Some(delivery) => Ok(delivery),
            None => written_out(response).await,
        }
    }

    /// Carries out the acts, and notes in the log when the client left before their end.
    async fn deliver(&mut self, delivery: Delivery) -> io::Result<After> {
        let ticket = delivery.ticket;
        for act in delivery.acts {
            let after = match self.carry_out(act).await {
                Ok(after) => after,
                Err(_) => After::ClientGone,
            };
            match after {
                After::GoOn => {}
                After::ClientGone => {
                    self.note_client_closed(ticket);
                    return Ok(After::ClientGone);
                }
                After::Close | After::Drop => return Ok(after),
            }
        }
        Ok(After::GoOn)
    }

    fn note_client_closed(&self, ticket: Option<Ticket>) {
        if let Some(ticket) = ticket {
            let world = &self.front.world;
            world.state().log.client_closed(ticket, world.now_ms());
        }
    }

    async fn carry_out(&mut self, act: Act) -> io::Result<After> {
        match act {
            Act::Close => {
                self.stream.shutdown().await?;
                Ok(After::Close)
            }
            Act::Drip { bytes, pause } => {
                for byte in bytes {
                    self.send(&[byte]).await?;
                    if self.wait(Some(pause)).await? == After::ClientGone {
                        return Ok(After::ClientGone);
                    }
                }
                Ok(After::GoOn)
            }
            Act::Endless(bytes) => loop {
                self.send(&bytes).await?;
            },
            Act::Reset => {
                self.stream.tcp().set_zero_linger()?;
                Ok(After::Drop)
            }
            Act::Send(bytes) => {
                self.send(&bytes).await?;
                Ok(After::GoOn)
            }
            Act::Stall => self.wait(None).await,
            Act::Vanish(time) => {
                sleep(time).await;
                Ok(After::Drop)
            }
            Act::Wait(pause) => self.wait(Some(pause)).await,
        }
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Waits, for ever if no time is given, and ends early when the client leaves.
    async fn wait(&mut self, time: Option<Duration>) -> io::Result<After> {
        let end = time.map(|time| Instant::now() + time);
        loop {
            let over = async {
                match end {
                    Some(end) => sleep_until(end).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = over => return Ok(After::GoOn),
                read = more(&mut self.stream, &mut self.buffer) => {
                    if read? == 0 || self.buffer.len() > AHEAD_CAP {
                        return Ok(After::ClientGone);
                    }
                }
            }
        }
    }
}

/// An ordinary response of the app as bytes.
async fn written_out(response: Response) -> io::Result<Delivery> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, CONTROL_CAP).await.map_err(io::Error::other)?;
    let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let headers = parts.headers.iter().map(header).filter(|(name, _)| name != "content-length").collect();
    let answer =
        Answer { status: parts.status.as_u16(), headers, body: body.into(), code: None, source: Source::Invented };
    Ok(Delivery::whole(&answer))
}
