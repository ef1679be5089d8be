//! Whether a workspace is whole: digests of its files, seals of its versions, the journal of writes, and what follows.

mod check;
mod clock;
mod digest;
mod fault;
mod journal;
mod published;
mod record;
mod repair;
mod seal;

pub use digest::{Digests, FileDigest};
pub use fault::{FaultKind, Faults, StoreFault};
pub use repair::Repair;

pub(crate) use check::check;
pub(crate) use clock::{Age, Clock};
pub(crate) use digest::{DataFile, Depth, digests_of, key, sha256, verify};
pub(crate) use journal::{JOURNAL, Journal, Writing};
pub(crate) use published::{Published, file_of};
pub(crate) use record::{RECORDS, record_fault, record_of};
pub(crate) use repair::{plan, repair};
pub(crate) use seal::sealed;
