//! What wakes an event loop from another thread.

#[cfg(unix)]
use std::io::{Read, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::Builder;

use pyo3::prelude::*;

/// A socket pair: one end is written by the engine's thread, without Python; the other wakes the loop.
#[cfg(unix)]
pub(crate) struct Bell {
    near: std::os::unix::net::UnixStream,
    far: std::os::unix::net::UnixStream,
}

#[cfg(unix)]
impl Bell {
    pub(crate) fn new() -> std::io::Result<Self> {
        let (near, far) = std::os::unix::net::UnixStream::pair()?;
        near.set_nonblocking(true)?;
        far.set_nonblocking(true)?;
        Ok(Self { near, far })
    }

    pub(crate) fn fileno(&self) -> Option<i32> {
        Some(std::os::fd::AsRawFd::as_raw_fd(&self.near))
    }

    pub(crate) fn ring(&self) {
        // A full socket has rung already.
        let _ = (&self.far).write(&[1]);
    }

    pub(crate) fn quiet(&self) {
        let _ = (&self.near).read(&mut [0; 64]);
    }
}

/// Where there are no socket pairs, a [`Ringer`] calls the loop.
#[cfg(not(unix))]
pub(crate) struct Bell;

#[cfg(not(unix))]
impl Bell {
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    pub(crate) fn fileno(&self) -> Option<i32> {
        None
    }

    pub(crate) fn ring(&self) {}

    pub(crate) fn quiet(&self) {}
}

/// A thread that calls a loop which cannot watch a socket. It is a thread of its own: Python may be busy, and the
/// engine's thread has sockets to look after, and may be at its end.
pub(crate) struct Ringer(SyncSender<()>);

impl Ringer {
    /// `call` is called once for any number of rings while it has not begun.
    pub(crate) fn new(call: Py<PyAny>) -> std::io::Result<Self> {
        let (sender, rings) = sync_channel(1);
        let run = move || {
            for () in rings {
                // It fails when the loop is closed, and then nobody waits.
                if !Python::try_attach(|py| call.call0(py).is_ok()).unwrap_or(false) {
                    break;
                }
            }
            Python::try_attach(|_| drop(call));
        };
        Builder::new().name("feishu-corehr-ring".to_owned()).spawn(run)?;
        Ok(Self(sender))
    }

    pub(crate) fn ring(&self) {
        // A full channel has rung already.
        let _ = self.0.try_send(());
    }
}
