//! Plain types: units, periods, values, findings, and the schemas of the tables.

mod encoding;
mod finding;
mod interval;
mod likeness;
mod period;
mod personal;
mod policy;
mod results;
mod shown;
mod succession;
mod table;
mod unit;
mod units_as_of;
mod value;
mod vietnamese;

pub use encoding::Encoding;
pub use finding::{Finding, Level};
pub use likeness::{Likeness, Suggestion};
pub use period::{Period, PeriodError};
pub use personal::{Mask, PersonWords, Personal, Where, is_masked, masked_value};
pub use policy::{
    Compare, Disclosure, DueOnDayOff, FinishedBeforeReceived, MissingDue, MixedDates, PUBLIC_BELOW, Pause, Policies,
    SameUnit, Withdrawn,
};
pub use results::{
    ClassReason, FileAccount, Form06Row, Held, IndicatorRow, LateDossier, NamedItem, NotSent, RankRow, UnitRef,
};
pub use shown::{escaped, is_control, one_line};
pub use succession::{Carry, Succession};
pub use table::{ColumnType, PROVENANCE, Span, TABLES, Table, TableColumn};
pub use unit::{Resolved, Unit, UnitIndex, fold_name};
pub use units_as_of::UnitsAsOf;
pub use value::{Measure, Status};
pub use vietnamese::sort_key;
