//! Every operation, as a host asks for it and as it ends: both made from the core's one list.

use feishu_corehr::{
    Endpoint, Error, GetProcess, ListProcesses, Outcome, Process, ProcessPage, WithdrawProcess, Withdrawn, operations,
};

macro_rules! enums {
    ($($name:ident: $request:ident -> $output:ident,)*) => {
        /// A call's operation and its arguments.
        #[derive(Debug, uniffi::Enum)]
        pub enum Request {
            $(
                /// The operation of this name.
                $request {
                    /// The arguments.
                    request: $request,
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
                    value: $output,
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
                        $request::output(outcome).map(|value| Output::$request { value })
                    },)*
                }
            }
        }
    };
}

operations!(enums);

/// Makes an output of how a call has ended.
pub(crate) type Leave = fn(Outcome) -> Result<Output, Error>;
