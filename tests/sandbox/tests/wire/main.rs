//! The sandbox as it is seen from a raw socket.

mod client;
mod control;
mod encryption;
mod faults;
mod operations;
mod scripts;
mod sequences;
mod tasks;
mod tokens;
