//! The list of successions: from a CSV file into the store, and back.

use std::path::Path;

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};

use super::{ListError, csv_list};
use cchc_model::Succession;
use cchc_store::{days, frame_of, texts};

static COLUMNS: [&str; 5] = ["from_code", "to_code", "date", "default", "split"];

/// Reads `from_code,to_code,date,default,split`. Without the last two columns a unit has one successor, undivided.
///
/// # Errors
/// The first thing that is wrong, with its row and column.
pub fn read_successions(path: &Path) -> Result<Vec<Succession>, ListError> {
    let mut list = Vec::new();
    for row in csv_list::rows(path, "list of successions", &COLUMNS, &COLUMNS[..3])? {
        let row = row?;
        let flag = |column, usual: bool| match row.text(column).to_lowercase().as_str() {
            "" => Ok(usual),
            "1" | "true" | "yes" | "x" => Ok(true),
            "0" | "false" | "no" => Ok(false),
            other => Err(row.fault(column, format!("'{other}' is neither 1 nor 0"))),
        };
        list.push(Succession {
            from: row.filled("from_code")?.to_owned(),
            to: row.filled("to_code")?.to_owned(),
            date: row.day("date", "2025-07-01")?,
            is_default: flag("default", true)?,
            split: flag("split", false)?,
        });
    }
    Ok(list)
}

/// The list as the stored table.
#[must_use]
pub fn successions_frame(list: &[Succession]) -> DataFrame {
    let text = |of: fn(&Succession) -> &str| list.iter().map(|one| of(one).to_owned()).collect::<Vec<String>>();
    let flag = |name: &str, of: fn(&Succession) -> bool| {
        Series::new(name.into(), list.iter().map(of).collect::<Vec<bool>>()).into_column()
    };
    frame_of(
        list.len(),
        vec![
            texts("from_code", &text(|one| &one.from)),
            texts("to_code", &text(|one| &one.to)),
            days("date", list.iter().map(|one| Some(one.date))),
            flag("is_default", |one| one.is_default),
            flag("split", |one| one.split),
        ],
    )
}
