//! Raw text by column, the input of the normaliser, one batch at a time.

use crate::marks::Mark;

/// Many short texts in one buffer.
#[derive(Debug, Clone, Default)]
pub struct TextColumn {
    bytes: String,
    ends: Vec<usize>,
}

impl TextColumn {
    /// Appends one text.
    #[inline]
    pub fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    /// The text of a row.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.bytes[start..self.ends[row]]
    }

    /// All texts in order.
    #[must_use = "an iterator does nothing by itself"]
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.ends.len()).map(|row| self.get(row))
    }

    /// Number of texts.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of all texts.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Removes all texts, but keeps their memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Some rows of one sheet: the mapped columns in the order of the source's columns, and the number of each row.
#[derive(Debug, Clone, Default)]
pub struct RawBatch {
    /// Row numbers as the spreadsheet shows them.
    pub rows: Vec<u32>,
    /// One per column of the source; `None` where the sheet lacks it.
    pub columns: Vec<Option<TextColumn>>,
    /// Per row which record of its sheet row it is; empty where a row is a record.
    pub records: Vec<u32>,
    /// What the container says of some of its rows and cells.
    pub marks: Vec<Mark>,
}

impl RawBatch {
    /// An empty batch with the wanted columns, in the memory of this one.
    #[must_use]
    pub fn cleared(mut self, wanted: impl Iterator<Item = bool>) -> Self {
        self.rows.clear();
        self.records.clear();
        self.marks.clear();
        let mut old = std::mem::take(&mut self.columns).into_iter();
        self.columns = wanted
            .map(|wanted| {
                let mut column = old.next().flatten().unwrap_or_default();
                column.clear();
                wanted.then_some(column)
            })
            .collect();
        self
    }
}
