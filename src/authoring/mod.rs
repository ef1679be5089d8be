//! What writes definitions: sources proposed from a file, and sheets of criteria turned into indices and back.

mod index_sheet;
mod proposal;

pub use index_sheet::{
    CellFault, DefinitionHead, Draft, DraftItem, IndexSheetError, SheetReading, definition, read_index_sheet,
};
pub use proposal::{MissingColumn, Proposal, ProposalError, ProposalOptions, missing_columns, propose};
