//! What wakes an event loop from another thread.

#[cfg(unix)]
use std::io::{Read, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::Builder;

use pyo3::prelude::*;

/// A socket pair: the engine's thread writes to one end, without the GIL; the loop watches the other one.
#[cfg(unix)]
pub(crate) struct Waker {
    near: std::os::unix::net::UnixStream,
    far: std::os::unix::net::UnixStream,
}

#[cfg(unix)]
impl Waker {
    pub(crate) fn new() -> std::io::Result<Self> {
        let (near, far) = std::os::unix::net::UnixStream::pair()?;
        near.set_nonblocking(true)?;
        far.set_nonblocking(true)?;
        Ok(Self { near, far })
    }

    pub(crate) fn fileno(&self) -> Option<i32> {
        Some(std::os::fd::AsRawFd::as_raw_fd(&self.near))
    }

    pub(crate) fn wake(&self) {
        // A full socket is readable already.
        let _ = (&self.far).write(&[1]);
    }

    /// Makes the socket unreadable until the next wake.
    pub(crate) fn clear(&self) {
        let _ = (&self.near).read(&mut [0; 64]);
    }
}

/// Where there are no socket pairs, a [`WakerThread`] calls the loop.
#[cfg(not(unix))]
pub(crate) struct Waker;

#[cfg(not(unix))]
impl Waker {
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    pub(crate) fn fileno(&self) -> Option<i32> {
        None
    }

    pub(crate) fn wake(&self) {}

    pub(crate) fn clear(&self) {}
}

/// A thread that calls a loop which cannot watch a socket. The engine's own thread could not: it would have to wait for
/// the GIL, while its sockets wait for it.
pub(crate) struct WakerThread(SyncSender<()>);

impl WakerThread {
    /// Several wakes before `call` has begun become one call.
    pub(crate) fn new(call: Py<PyAny>) -> std::io::Result<Self> {
        let (sender, wakes) = sync_channel(1);
        let run = move || {
            for () in wakes {
                // It fails when the loop is closed, and then nobody waits.
                if !Python::try_attach(|py| call.call0(py).is_ok()).unwrap_or(false) {
                    break;
                }
            }
            Python::try_attach(|_| drop(call));
        };
        Builder::new().name("feishu-corehr-wake".to_owned()).spawn(run)?;
        Ok(Self(sender))
    }

    pub(crate) fn wake(&self) {
        // A full channel holds a wake already.
        let _ = self.0.try_send(());
    }
}
