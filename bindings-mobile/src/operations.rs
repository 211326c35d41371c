//! Every call, as a host asks for it and as it ends: made from the core's one list.

use feishu_corehr::{Endpoint, Error, HttpResponse, Outcome, calls, no_operation, operations};

macro_rules! enums {
    ($($name:ident: $request:ident -> $output:ident,)*) => {
        /// A call's operation and its arguments.
        #[derive(Debug, uniffi::Enum)]
        pub enum Request {
            $(
                /// The operation of this name.
                $request {
                    /// The arguments.
                    request: feishu_corehr::$request,
                },
            )*
        }

        /// What a call gives.
        #[derive(Debug, uniffi::Enum)]
        pub enum Output {
            $(
                /// The end of the operation of this name.
                $request {
                    /// What was read, or what is known of an act.
                    value: feishu_corehr::$output,
                },
            )*
        }

        impl Request {
            /// The request as the core takes it.
            pub(crate) fn erased(&self) -> &dyn feishu_corehr::Request {
                match self {
                    $(Self::$request { request } => request,)*
                }
            }

            /// What makes this operation's output of how a call has ended.
            pub(crate) fn leave(&self) -> Leave {
                match self {
                    $(Self::$request { .. } => |outcome| {
                        feishu_corehr::$request::output(outcome).map(|value| Output::$request { value })
                    },)*
                }
            }
        }
    };
}

macro_rules! decoded {
    ($($name:ident: $request:ident -> $output:ident,)*) => {
        /// What an answer by itself says.
        #[derive(Debug, uniffi::Enum)]
        pub enum Decoded {
            $(
                /// An answer to the operation of this name.
                $request {
                    /// What was read.
                    value: <feishu_corehr::$request as Endpoint>::Response,
                },
            )*
        }

        impl Decoded {
            /// Reads an answer to the operation of that name.
            pub(crate) fn read(operation: &str, response: &HttpResponse) -> Result<Self, Error> {
                match operation {
                    $(stringify!($name) => {
                        let reply = feishu_corehr::read(&feishu_corehr::$request::OPERATION, response)?;
                        feishu_corehr::$request::decode(&reply).map(|value| Self::$request { value })
                    })*
                    _ => Err(Error::invalid(operation, vec![no_operation()])),
                }
            }
        }
    };
}

calls!(enums);
operations!(decoded);

/// Makes an output of how a call has ended.
pub(crate) type Leave = fn(Outcome) -> Result<Output, Error>;
