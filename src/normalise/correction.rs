//! The columns that this program adds to a corrected file: what was wrong with a row, what to do, and where it came from.

use crate::text::clean;
use cchc_definitions::CorrectedHeadings;
use cchc_model::fold_name;

/// Digits of a file's SHA-256 that name it: enough to distinguish all files of a workspace.
const DIGITS: usize = 16;

/// The address of a row of a corrected file in the file from which it was refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The first digits of the file's SHA-256.
    pub file: String,
    /// The sheet, empty where the container has none.
    pub sheet: String,
    /// The row in it.
    pub row: u32,
}

impl Origin {
    /// The address of a row of a file.
    #[must_use]
    pub fn new(sha256: &str, sheet: &str, row: u32) -> Self {
        Self { file: sha256.chars().take(DIGITS).collect(), sheet: sheet.to_owned(), row }
    }

    /// The cells below the headings of the origin; people see the file's name, programs read what follows it.
    #[must_use]
    pub fn cells(&self, name: &str) -> [String; 3] {
        [format!("{name} [{}]", self.file), self.sheet.clone(), self.row.to_string()]
    }

    /// Reads the cells below the headings of the origin.
    #[must_use]
    pub fn read(cells: [&str; 3]) -> Option<Self> {
        let file = cells[0].trim().strip_suffix(']')?.rsplit_once('[')?.1;
        let named = file.len() == DIGITS && file.bytes().all(|byte| byte.is_ascii_hexdigit());
        let row = cells[2].trim().parse().ok()?;
        named.then(|| Self { file: file.to_owned(), sheet: clean(cells[1]).into_owned(), row })
    }
}

/// The columns with the address of the refused row, if a sheet has all three.
#[must_use]
pub fn origin_columns(headings: &[String], ours: &CorrectedHeadings) -> Option<[usize; 3]> {
    let folded: Vec<String> = headings.iter().map(|heading| fold_name(heading)).collect();
    let at = |ours: &String| folded.iter().position(|heading| *heading == fold_name(ours));
    let [file, sheet, row] = &ours.origin;
    Some([at(file)?, at(sheet)?, at(row)?])
}

/// Which columns of a sheet are the unit's own, and not added by this program.
#[must_use]
pub fn own_columns(headings: &[String], ours: &CorrectedHeadings) -> Vec<bool> {
    let folded = FoldedHeadings::of(ours);
    let is_corrected = origin_columns(headings, ours).is_some();
    headings.iter().map(|heading| !(is_corrected && folded.is_ours(&fold_name(heading)))).collect()
}

/// The headings of a corrected file that are ours, folded.
pub(super) struct FoldedHeadings {
    origin: [String; 3],
    others: [String; 2],
}

impl FoldedHeadings {
    pub fn of(ours: &CorrectedHeadings) -> Self {
        Self {
            origin: ours.origin.each_ref().map(|heading| fold_name(heading)),
            others: [fold_name(&ours.wrong), fold_name(&ours.to_do)],
        }
    }

    /// Whether folded headings are those of a corrected file.
    pub fn is_corrected<'a>(&self, folded: &(impl Iterator<Item = &'a str> + Clone)) -> bool {
        self.origin.iter().all(|ours| folded.clone().any(|name| name == ours))
    }

    /// Whether a folded heading of a corrected file is one of ours.
    pub fn is_ours(&self, folded: &str) -> bool {
        self.origin.iter().chain(&self.others).any(|ours| ours == folded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_its_cells() {
        let sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        let origin = Origin::new(sha256, "Danh sách", 17);
        let cells = origin.cells("hồ sơ [1].xlsx");
        assert_eq!(cells, ["hồ sơ [1].xlsx [0123456789abcdef]", "Danh sách", "17"]);
        assert_eq!(Origin::read(cells.each_ref().map(String::as_str)), Some(origin));
        assert_eq!(Origin::read(["hồ sơ [1].xlsx", "Danh sách", "17"]), None);
        assert_eq!(Origin::read(["a [0123456789abcdef]", "", "mười"]), None);
    }
}
