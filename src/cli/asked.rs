//! What people write for periods and days, read the same in every command.

use std::sync::LazyLock;

use chrono::NaiveDate;

use cchc_definitions::ReadingWords;
use cchc_model::{Period, PeriodError};
use cchc_normalise::asked_period;

/// The words of periods: arguments are read before a workspace is opened.
static WORDS: LazyLock<ReadingWords> = LazyLock::new(ReadingWords::shipped);

/// A period: `2025-Q1`, `Quý I/2025`, `T3/2025`, `01/01/2025..31/03/2025`; anything else is a usage error.
pub(super) fn period(text: &str) -> Result<Period, String> {
    let plain = || text.parse().map_err(|error: PeriodError| error.to_string());
    asked_period(text, &WORDS.periods).map_or_else(plain, Ok)
}

/// A day: `2025-04-01` or `01/04/2025`.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    let read = |pattern: &&str| NaiveDate::parse_from_str(text.trim(), pattern).ok();
    ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]
        .iter()
        .find_map(read)
        .ok_or_else(|| format!("'{text}' is no day; write 2025-04-01 or 01/04/2025"))
}
