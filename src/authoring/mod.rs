//! What writes definitions: sources proposed from a file, and sheets of criteria turned into indices and back.

mod index_sheet;
mod proposal;

pub use index_sheet::{CellFault, Draft, DraftItem, Heading, IndexSheetError, Reading, definition, read_index_sheet};
pub use proposal::{Asked, Proposal, ProposalError, Wanted, missing_columns, propose};
