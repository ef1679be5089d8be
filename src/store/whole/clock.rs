//! How old a file is by the clock of the disk that it is on, which may be another machine's.

use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::{StoreError, io, temporary_in};

/// Files below this age may still be looked for.
const DAY: Duration = Duration::from_hours(24);
/// Clocks of a disk and of a program differ a little.
const TOLERANCE: Duration = Duration::from_mins(2);

/// The moment that a disk gives to a file that is written now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock(Option<SystemTime>);

/// How old a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    /// A day or more.
    Old,
    /// Less than a day, or not known.
    Young,
    /// It was changed later than now: the clock ran back, or is wrong.
    Later,
}

impl Clock {
    /// Asks the disk of a folder by a file that is gone at once.
    pub fn of(folder: &Path) -> Result<Self, StoreError> {
        let file = temporary_in(folder).map_err(io(folder))?;
        Ok(Self(file.as_file().metadata().and_then(|metadata| metadata.modified()).ok()))
    }

    /// The age of a file.
    pub fn age(&self, file: &Metadata) -> Age {
        let Some((now, modified)) = self.0.zip(file.modified().ok()) else { return Age::Young };
        match now.duration_since(modified) {
            Ok(age) if age >= DAY => Age::Old,
            Err(later) if later.duration() > TOLERANCE => Age::Later,
            Ok(_) | Err(_) => Age::Young,
        }
    }
}
