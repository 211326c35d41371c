//! Reading one HTTP/1.1 request from a socket, every header and byte as it came.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// No head and no body of this API is near these.
const HEAD_CAP: usize = 64 * 1024;
const BODY_CAP: usize = 4 * 1024 * 1024;
const HEADER_CAP: usize = 128;

/// A request as it was received.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) connection: u64,
    pub(crate) tls: bool,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the connection ends after the answer.
    pub(crate) last: bool,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(its, _)| its.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A request of which only the request line is known. `None` if it is not one.
    pub(crate) fn from_line(line: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        let mut words = line.trim_end().split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let mut received = Self { method: method.to_owned(), ..Self::default() };
        received.set_target(target);
        Some(received)
    }

    fn set_target(&mut self, target: &str) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        self.path = path.to_owned();
        self.query = query.to_owned();
    }
}

/// What reading came to.
pub(crate) enum Reading {
    /// The client closed the connection, between requests or within one.
    Closed,
    /// These bytes are no request; this is the status to answer with.
    Malformed(u16),
    Request(Received),
}

/// Reads up to the end of the request line, which is left in the buffer. `None` if the client left before.
pub(crate) async fn read_line<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut Vec<u8>) -> io::Result<Option<usize>> {
    loop {
        // Blank lines before a request are to be ignored.
        while buffer.starts_with(b"\r\n") {
            buffer.drain(..2);
        }
        if let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
            return Ok(Some(end + 1));
        }
        if buffer.len() > HEAD_CAP || more(stream, buffer).await? == 0 {
            return Ok(None);
        }
    }
}

/// Reads what is there, in pieces of a fair size. 0 at the end of the stream.
pub(crate) async fn more<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut Vec<u8>) -> io::Result<usize> {
    buffer.reserve(8 * 1024);
    stream.read_buf(buffer).await
}

/// Reads one request; what follows it stays in the buffer.
pub(crate) async fn read<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    buffer: &mut Vec<u8>,
) -> io::Result<Reading> {
    let (mut received, head_length) = loop {
        match parse_head(buffer) {
            Head::Complete(received, length) => break (received, length),
            Head::Malformed => return Ok(Reading::Malformed(400)),
            Head::Partial => {
                if buffer.len() > HEAD_CAP {
                    return Ok(Reading::Malformed(431));
                }
                if more(stream, buffer).await? == 0 {
                    return Ok(Reading::Closed);
                }
            }
        }
    };
    buffer.drain(..head_length);
    if received.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        stream.flush().await?;
    }
    let chunked = received.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
    let body = if chunked {
        read_chunks(stream, buffer).await?
    } else {
        match received.header("content-length").map_or(Ok(0), str::parse::<usize>) {
            Ok(length) if length <= BODY_CAP => take(stream, buffer, length).await?,
            Ok(_) => return Ok(Reading::Malformed(413)),
            Err(_) => return Ok(Reading::Malformed(400)),
        }
    };
    let Some(body) = body else { return Ok(Reading::Closed) };
    received.body = body;
    Ok(Reading::Request(received))
}

enum Head {
    Complete(Received, usize),
    Malformed,
    Partial,
}

fn parse_head(bytes: &[u8]) -> Head {
    let mut headers = [httparse::EMPTY_HEADER; HEADER_CAP];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Head::Partial,
        Err(_) => return Head::Malformed,
    };
    let mut received = Received { method: request.method.unwrap_or_default().to_owned(), ..Received::default() };
    received.set_target(request.path.unwrap_or_default());
    for header in request.headers.iter() {
        received.headers.push((header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned()));
    }
    let connection = received.header("connection").unwrap_or_default().to_ascii_lowercase();
    received.last = connection.contains("close") || (request.version == Some(0) && !connection.contains("keep-alive"));
    Head::Complete(received, length)
}

/// Takes exactly `length` bytes. `None` if the client left before.
async fn take<S: AsyncRead + Unpin>(
    stream: &mut S,
    buffer: &mut Vec<u8>,
    length: usize,
) -> io::Result<Option<Vec<u8>>> {
    while buffer.len() < length {
        if more(stream, buffer).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(buffer.drain(..length).collect()))
}

async fn read_chunks<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "chunk size is not one");
    let mut body = Vec::new();
    loop {
        let Some(end) = read_line(stream, buffer).await? else { return Ok(None) };
        let line: Vec<u8> = buffer.drain(..end).collect();
        let size = std::str::from_utf8(&line).map_err(|_| invalid())?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| invalid())?;
        if body.len() + size > BODY_CAP {
            return Err(invalid());
        }
        if size == 0 {
            break;
        }
        let Some(chunk) = take(stream, buffer, size + 2).await? else { return Ok(None) };
        body.extend_from_slice(&chunk[..size]);
    }
    // Trailers, up to the blank line.
    loop {
        while !buffer.contains(&b'\n') {
            if more(stream, buffer).await? == 0 {
                return Ok(None);
            }
        }
        let end = buffer.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line: Vec<u8> = buffer.drain(..end).collect();
        if line == b"\r\n" || line == b"\n" {
            return Ok(Some(body));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read_from(bytes: &[u8]) -> (Reading, Vec<u8>) {
        let (mut ours, mut theirs) = tokio::io::duplex(65_536);
        theirs.write_all(bytes).await.expect("the pipe is open");
        drop(theirs);
        let mut buffer = Vec::new();
        let reading = read(&mut ours, &mut buffer).await.expect("the pipe can be read");
        (reading, buffer)
    }

    #[tokio::test]
    async fn a_request_is_kept_as_it_came_and_the_next_one_stays() {
        let (reading, rest) =
            read_from(b"PUT /a/b?c=%20d HTTP/1.1\r\nHoSt: x\r\nContent-Length: 2\r\n\r\n{}GET / HTTP/1.1\r\n").await;
        let Reading::Request(received) = reading else { panic!("the request is complete") };
        assert_eq!((received.path.as_str(), received.query.as_str()), ("/a/b", "c=%20d"));
        assert_eq!(received.headers[0], ("HoSt".to_owned(), "x".to_owned()));
        assert_eq!(received.body, b"{}");
        assert_eq!(rest, b"GET / HTTP/1.1\r\n");
    }

    #[tokio::test]
    async fn a_chunked_body_is_put_together() {
        let head = b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        let (reading, rest) =
            read_from(&[head, b"1\r\n{\r\n1;x=y\r\n}\r\n0\r\nTrailer: t\r\n\r\n".to_vec()].concat()).await;
        let Reading::Request(received) = reading else { panic!("the request is complete") };
        assert_eq!(received.body, b"{}");
        assert!(rest.is_empty());
    }

    #[tokio::test]
    async fn a_cut_request_is_no_request() {
        let (reading, _) = read_from(b"PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{").await;
        assert!(matches!(reading, Reading::Closed));
        let (reading, _) = read_from(b"\x16\x03\x01\x02\x00\r\n\r\n").await;
        assert!(matches!(reading, Reading::Malformed(400)));
    }
}
