//! What wakes an event loop from another thread, without Python.

#[cfg(unix)]
use std::io::{Read, Write};

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

/// Where there are no socket pairs, the loop is called by the mailbox's `ring_by`.
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
