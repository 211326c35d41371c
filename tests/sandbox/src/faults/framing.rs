//! Framing: bytes that are not well-formed HTTP, or too many of them.

use std::time::Duration;

use flate2::{Compress, Compression, Crc, FlushCompress};

use super::{Blow, Effect, Fault, Group, Shape};
use crate::answer::{Answer, Source};
use crate::delivery::{Act, Delivery, Outcome};

pub(super) static FAULTS: [Fault; 20] = [
    row("cl-too-long", "F26", cl_too_long).does("Content-Length is 100 bytes more than come, then FIN"),
    row("cl-too-short", "F27", cl_too_short).does("Content-Length is half of the body; the rest follows it"),
    row("cl-negative", "", |blow| lines(blow, "Content-Length: -1\r\n")).does("Content-Length is negative"),
    row("cl-conflict", "", |blow| lines(blow, "Content-Length: 3\r\nContent-Length: 4\r\n"))
        .does("two different Content-Length headers"),
    row("fin-ended", "", fin_ended).does("a whole body without a length, which FIN ends"),
    row("chunk-no-end", "F28", chunk_no_end).does("a chunk, no last chunk, FIN"),
    row("chunk-size-overflow", "F29", chunk_size_overflow).does("a chunk size of more than 64 bits"),
    row("drip-1B/s", "F30", drip).does("the body comes byte by byte, with the duration between two").lasting_ms(1000),
    row("drip-head-1B/s", "F30", drip_head).does("the head, too, comes byte by byte").lasting_ms(1000),
    row("endless-body", "F31", endless).does("a body that goes on until the client leaves"),
    row("gzip-bomb", "F32", gzip_bomb).does("256 MiB in about 300 KiB of gzip"),
    row("gzip-corrupt", "F33", gzip_corrupt).does("said to be gzip, and is not"),
    row("1xx-flood", "F34", informational_flood).does("a thousand heads with status 100 before the answer"),
    row("header-flood", "F35", header_flood).does("two megabytes of headers before the body"),
    row("cl+te", "F36", both_lengths).does("Content-Length and Transfer-Encoding at once"),
    row("header-nul", "F37", |blow| header_line(blow, "X-Nul: a\0b\r\n")).does("a NUL byte in a header"),
    row("header-obsfold", "F37", |blow| header_line(blow, "X-Fold: a\r\n b\r\n")).does("a folded header line"),
    row("header-nul-obsfold", "F37", |blow| header_line(blow, "X-Fold: a\r\n b\0c\r\n"))
        .does("a folded header line with a NUL byte"),
    row("204", "F38", |blow| Delivery::whole(&Answer::empty(204, blow.source))).does("status 204, no body"),
    row("200-empty", "F39", |blow| Delivery::whole(&Answer::empty(200, blow.source))).does("status 200, empty body"),
];

const fn row(name: &'static str, number: &'static str, made: fn(&Blow<'_>) -> Delivery) -> Fault {
    Fault::new(name, number, Group::Framing, Source::Invented, Effect::ByFlag, Shape::Made(made), "")
}

/// The head, the body, and what comes then; the client cannot read it as an answer.
fn broken(answer: &Answer, head: Vec<u8>, body: &[u8], end: Option<Act>) -> Delivery {
    let mut acts = vec![Act::Send([head.as_slice(), body].concat())];
    let outcome = if end.is_some() { Outcome::Cut } else { Outcome::Answered };
    acts.extend(end);
    Delivery { code: None, ..Delivery::of(answer, acts) }.with_outcome(outcome)
}

fn cl_too_long(blow: &Blow<'_>) -> Delivery {
    let answer = &blow.answer;
    broken(answer, answer.head_of_length(answer.body.len() + 100), &answer.body, Some(Act::Close))
}

fn cl_too_short(blow: &Blow<'_>) -> Delivery {
    let answer = &blow.answer;
    broken(answer, answer.head_of_length(answer.body.len() / 2), &answer.body, None)
}

fn fin_ended(blow: &Blow<'_>) -> Delivery {
    let answer = blow.honest();
    let whole = [answer.head_with(""), answer.body.clone()].concat();
    Delivery::of(&answer, vec![Act::Send(whole), Act::Close])
}

fn lines(blow: &Blow<'_>, lines: &str) -> Delivery {
    broken(&blow.answer, blow.answer.head_with(lines), &blow.answer.body, Some(Act::Close))
}

fn chunk_no_end(blow: &Blow<'_>) -> Delivery {
    broken(&blow.answer, chunked(&blow.answer, ""), &chunk(&blow.answer.body), Some(Act::Close))
}

fn chunk_size_overflow(blow: &Blow<'_>) -> Delivery {
    let body = [b"FFFFFFFFFFFFFFFFF\r\n", blow.answer.body.as_slice()].concat();
    broken(&blow.answer, chunked(&blow.answer, ""), &body, Some(Act::Close))
}

fn drip(blow: &Blow<'_>) -> Delivery {
    let answer = blow.honest();
    let pause = Duration::from_millis(blow.ms);
    Delivery::of(&answer, vec![Act::Send(answer.head()), Act::Drip { bytes: answer.body.clone(), pause }])
}

fn drip_head(blow: &Blow<'_>) -> Delivery {
    let answer = blow.honest();
    let bytes = [answer.head(), answer.body.clone()].concat();
    Delivery::of(&answer, vec![Act::Drip { bytes, pause: Duration::from_millis(blow.ms) }])
}

fn endless(blow: &Blow<'_>) -> Delivery {
    let start = [chunked(&blow.answer, ""), chunk(br#"{"code":0,"msg":""#)].concat();
    let acts = vec![Act::Send(start), Act::Endless(chunk(&[b'a'; 64 * 1024]))];
    Delivery { code: None, ..Delivery::of(&blow.answer, acts) }.with_outcome(Outcome::Stalled)
}

fn gzip_bomb(blow: &Blow<'_>) -> Delivery {
    let answer = blow.with_body(bomb()).with_header("Content-Encoding", "gzip");
    Delivery::whole(&answer)
}

fn gzip_corrupt(blow: &Blow<'_>) -> Delivery {
    // The header of gzip, then a block of the reserved type 3.
    let body = [GZIP_HEADER.as_slice(), &[0xff; 40]].concat();
    Delivery::whole(&blow.with_body(body).with_header("Content-Encoding", "gzip"))
}

fn informational_flood(blow: &Blow<'_>) -> Delivery {
    before_head(&blow.honest(), "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000).as_bytes())
}

fn header_flood(blow: &Blow<'_>) -> Delivery {
    let mut flood = String::new();
    for number in 0..20_000 {
        flood.push_str(&format!("X-Flood-{number}: {}\r\n", "a".repeat(85)));
    }
    header_line(blow, &flood)
}

/// An answer with these lines among its headers.
fn header_line(blow: &Blow<'_>, lines: &str) -> Delivery {
    let answer = blow.honest();
    let head = answer.head_with(&format!("{lines}Content-Length: {}\r\n", answer.body.len()));
    Delivery::of(&answer, vec![Act::Send([head, answer.body.clone()].concat())])
}

fn both_lengths(blow: &Blow<'_>) -> Delivery {
    let answer = blow.honest();
    let body = [chunk(&answer.body), b"0\r\n\r\n".to_vec()].concat();
    let head = chunked(&answer, "Content-Length: 5\r\n");
    Delivery::of(&answer, vec![Act::Send([head, body].concat())])
}

fn before_head(answer: &Answer, bytes: &[u8]) -> Delivery {
    Delivery::of(answer, vec![Act::Send([bytes, &answer.head(), &answer.body].concat())])
}

fn chunked(answer: &Answer, more: &str) -> Vec<u8> {
    answer.head_with(&format!("{more}Transfer-Encoding: chunked\r\n"))
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
const BOMB_BLOCKS: u32 = 256;
const BLOCK: usize = 1 << 20;

/// A gzip file of 256 MiB of spaces. One block is compressed, closed off by a full flush, and repeated.
fn bomb() -> Vec<u8> {
    let plain = vec![b' '; BLOCK];
    let mut block = Vec::with_capacity(16 * 1024);
    let mut compress = Compress::new(Compression::best(), false);
    // The buffer is larger than what a megabyte of spaces becomes, so one call does it.
    if compress.compress_vec(&plain, &mut block, FlushCompress::Full).is_err() {
        return GZIP_HEADER.to_vec();
    }
    let mut of_block = Crc::new();
    of_block.update(&plain);
    let mut whole = Crc::new();
    let mut file = GZIP_HEADER.to_vec();
    for _ in 0..BOMB_BLOCKS {
        file.extend_from_slice(&block);
        whole.combine(&of_block);
    }
    // An empty last block, the checksum, and the length modulo 2^32.
    file.extend_from_slice(&[3, 0]);
    file.extend_from_slice(&whole.sum().to_le_bytes());
    file.extend_from_slice(&whole.amount().to_le_bytes());
    file
}
