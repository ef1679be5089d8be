//! Counts what became of the rows of each part, by the rows of its sheet.

use std::collections::BTreeMap;

use super::batch::{Batch, Part};
use super::{Account, RowsOf};

/// What became of one row of the batch; of the rows that one row of a sheet became, the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    Duplicate,
    Updated,
    Loaded,
}

/// The accounts of all parts.
pub(super) struct Accounts(Vec<Tally>);

enum Tally {
    /// Each row counts.
    One(Account),
    /// Row of the sheet → the greatest fate of the rows that it became.
    Several(BTreeMap<u32, Fate>),
}

impl Accounts {
    pub fn of(parts: &[Part]) -> Self {
        let empty = |part: &Part| match part.rows {
            RowsOf::One => Tally::One(Account::default()),
            RowsOf::Several => Tally::Several(BTreeMap::new()),
        };
        Self(parts.iter().map(empty).collect())
    }

    pub fn add(&mut self, batch: &Batch<'_>, row: u32, fate: Fate) {
        match &mut self.0[batch.part(row)] {
            Tally::One(account) => count(account, fate),
            Tally::Several(fates) => {
                let held = fates.entry(batch.row_number(row)).or_insert(fate);
                *held = fate.max(*held);
            }
        }
    }

    pub fn summed(self) -> Vec<Account> {
        let sum = |tally| match tally {
            Tally::One(account) => account,
            Tally::Several(fates) => {
                let mut account = Account::default();
                for fate in fates.into_values() {
                    count(&mut account, fate);
                }
                account
            }
        };
        self.0.into_iter().map(sum).collect()
    }
}

const fn count(account: &mut Account, fate: Fate) {
    match fate {
        Fate::Duplicate => account.duplicate += 1,
        Fate::Updated => account.updated += 1,
        Fate::Loaded => account.loaded += 1,
    }
}
