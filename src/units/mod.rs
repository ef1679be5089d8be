//! The units of a province: the list that a workspace counts for, official lists, successions, and the book of names.

mod book;
mod list;
mod official;
mod successions;

pub use book::{Lost, MergedUnits, UnitBook, UnitBookError, change_units};
pub use list::{UnitListError, read_unit_list, stored_units, units_frame};
pub use official::{History, OfficialError, official_units, province_code};
pub use successions::{SuccessionListError, read_successions, successions_frame};
