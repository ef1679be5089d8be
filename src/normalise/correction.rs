//! The columns of a corrected file that are ours: what was wrong with a row, what to do, and where the row first stood.

use std::sync::LazyLock;

use super::text::clean;
use cchc_model::fold_name;

/// Heading of the column that says what is wrong.
pub const WRONG: &str = "Lỗi";
/// Heading of the column that says what to do.
pub const TO_DO: &str = "Cách sửa";
/// Headings of the columns that say where a row first stood: file, sheet, row.
pub const ORIGIN: [&str; 3] = ["Tệp gốc", "Trang gốc", "Dòng gốc"];

/// All of them, folded: the origin first.
static FOLDED: LazyLock<[String; 5]> = LazyLock::new(|| [ORIGIN[0], ORIGIN[1], ORIGIN[2], WRONG, TO_DO].map(fold_name));

/// Digits of a file's SHA-256 that name it: enough to tell any two files of a workspace apart.
const DIGITS: usize = 16;

/// Where a row of a corrected file stood in the file from which it was refused.
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

    /// The cells below [`ORIGIN`]; people see the file's name, programs read what follows it.
    #[must_use]
    pub fn cells(&self, name: &str) -> [String; 3] {
        [format!("{name} [{}]", self.file), self.sheet.clone(), self.row.to_string()]
    }

    /// Reads the cells below [`ORIGIN`].
    #[must_use]
    pub fn read(cells: [&str; 3]) -> Option<Self> {
        let file = cells[0].trim().strip_suffix(']')?.rsplit_once('[')?.1;
        let named = file.len() == DIGITS && file.bytes().all(|byte| byte.is_ascii_hexdigit());
        let row = cells[2].trim().parse().ok()?;
        named.then(|| Self { file: file.to_owned(), sheet: clean(cells[1]).into_owned(), row })
    }
}

/// The columns that hold [`ORIGIN`], if a sheet has all three.
#[must_use]
pub fn origin_columns(headings: &[String]) -> Option<[usize; 3]> {
    let at = |wanted: &String| headings.iter().position(|heading| fold_name(heading) == *wanted);
    Some([at(&FOLDED[0])?, at(&FOLDED[1])?, at(&FOLDED[2])?])
}

/// Which columns of a sheet are the unit's own, where ours may stand among them.
#[must_use]
pub fn own_columns(headings: &[String]) -> Vec<bool> {
    let is_corrected = origin_columns(headings).is_some();
    headings.iter().map(|heading| !(is_corrected && is_ours(&fold_name(heading)))).collect()
}

/// Whether folded headings are those of a corrected file.
pub(super) fn is_corrected<'a>(folded: &(impl Iterator<Item = &'a str> + Clone)) -> bool {
    FOLDED[..ORIGIN.len()].iter().all(|ours| folded.clone().any(|name| name == ours))
}

/// Whether a folded heading of a corrected file is one of ours.
pub(super) fn is_ours(folded: &str) -> bool {
    FOLDED.iter().any(|ours| ours == folded)
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
