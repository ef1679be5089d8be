//! Cuts the findings of a version into pages: a wrong list of units makes a million of them.

use super::{Row, Session, StoreError};

/// Findings that are answered at once.
const AT_ONCE: u64 = 20_000;

/// Some findings, by import and number, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingPage {
    /// The first and the last import.
    imports: (i64, i64),
    /// Of one import the first and the last number; `None` for all.
    numbers: Option<(i64, i64)>,
    count: u64,
}

impl FindingPage {
    /// The condition that rows of the page fulfil, by the names of their columns.
    pub(super) fn condition(&self, import: &str, number: &str) -> String {
        let (first, last) = self.imports;
        let imports = format!("{import} BETWEEN {first} AND {last}");
        self.numbers
            .map_or(imports.clone(), |(first, last)| format!("{imports} AND {number} BETWEEN {first} AND {last}"))
    }

    /// Whether findings of an import may be on it.
    #[must_use]
    pub const fn may_hold(&self, import: i64) -> bool {
        self.imports.0 <= import && import <= self.imports.1
    }
}

/// All findings page by page.
///
/// # Errors
/// The store cannot be read.
pub async fn finding_pages(session: &Session) -> Result<Vec<FindingPage>, StoreError> {
    let sql = "SELECT import, COUNT(*), COUNT(number), MIN(number), MAX(number) FROM findings \
               WHERE import IS NOT NULL GROUP BY import ORDER BY import";
    let mut pages: Vec<FindingPage> = Vec::new();
    for row in session.rows(sql).await?.iter() {
        add(&mut pages, row);
    }
    Ok(pages)
}

fn add(pages: &mut Vec<FindingPage>, row: Row<'_>) {
    let (import, count) = (row.integer(0).unwrap_or_default(), row.count(1));
    let numbers = row.integer(3).zip(row.integer(4)).filter(|_| row.count(2) == count && count > AT_ONCE);
    let Some((first, last)) = numbers else {
        // Small imports share a page.
        match pages.last_mut().filter(|page| page.numbers.is_none() && page.count + count <= AT_ONCE) {
            Some(page) => {
                page.imports.1 = import;
                page.count += count;
            }
            None => pages.push(FindingPage { imports: (import, import), numbers: None, count }),
        }
        return;
    };
    let starts = (first..=last).step_by(AT_ONCE as usize);
    pages.extend(starts.map(|start| FindingPage {
        imports: (import, import),
        numbers: Some((start, last.min(start + AT_ONCE as i64 - 1))),
        count: AT_ONCE,
    }));
}
