//! The units of a province: the list that a workspace counts for, official lists, successions, and the book of names.

mod book;
mod csv_list;
mod error;
mod list;
mod official;
mod successions;

pub use book::{Lost, MergedUnits, UnitBook, UnitBookError, change_units};
pub use error::ListError;
pub use list::{publish_unit_list, read_unit_list, stored_units, units_frame};
pub use official::{History, OfficialError, official_units, province_code};
pub use successions::{read_successions, successions_frame};
