//! What holds for the whole of `feishu-corehr`, and what the tests of that have in common.

pub mod source;
