//! Tells how delimited text is written, by its first records: the delimiter, and how many fields a record has.

use csv::ReaderBuilder;

use super::tally::Tally;

/// Delimiters; of two that fit equally well the first is taken.
const DELIMITERS: [u8; 4] = *b"\t;|,";
/// Bytes and records from which the delimiter is detected.
pub(super) const SAMPLE_BYTES: u64 = 1 << 16;
const SAMPLE_RECORDS: usize = 50;
/// Rows that must have as many fields before that is the rule of the file.
const USUAL_RECORDS: usize = 3;

/// A reader of records of any width.
pub(super) fn settings(delimiter: u8) -> ReaderBuilder {
    let mut settings = ReaderBuilder::new();
    settings.has_headers(false).flexible(true).delimiter(delimiter);
    settings
}

/// The delimiter that a first line `sep=;` names, and the bytes of that line.
pub(super) fn declared_delimiter(sample: &[u8]) -> (Option<u8>, usize) {
    let end = sample.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(sample.len(), |at| {
        // CR LF is one line end.
        at + 1 + usize::from(sample[at..].starts_with(b"\r\n"))
    });
    let line = &sample[..end];
    let text = line.trim_ascii_end();
    let text = text.strip_prefix(b"\"").and_then(|t| t.strip_suffix(b"\"")).unwrap_or(text);
    // Trimming eats a declared tab.
    let tab = line.starts_with(b"sep=\t").then_some(b'\t');
    match text {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] => (Some(*delimiter), line.len()),
        _ if tab.is_some() => (tab, line.len()),
        _ => (None, 0),
    }
}

/// Takes the delimiter that gives the largest share of records of one width, then the wider heading.
pub(super) fn sniff_delimiter(sample: &[u8]) -> u8 {
    let judged = DELIMITERS.map(|delimiter| (judge(sample, delimiter), delimiter));
    // `max_by_key` takes the last of equals; reversed, that is the first in the list.
    let best = judged.iter().rev().max_by_key(|(merit, _)| *merit);
    best.map_or(b',', |(merit, delimiter)| if merit.0 == 0 { b',' } else { *delimiter })
}

/// Records in a thousand that have the commonest width over 1, width of the first, commonest width.
///
/// A share, not a count: quotes that a wrong delimiter does not see let line breaks make records.
fn judge(sample: &[u8], delimiter: u8) -> (usize, usize, usize) {
    let mut reader = settings(delimiter).from_reader(sample);
    let widths: Vec<usize> =
        reader.byte_records().take(SAMPLE_RECORDS).map_while(Result::ok).map(|r| r.len()).collect();
    let count = |width: usize| widths.iter().filter(|other| **other == width).count();
    let commonest = widths.iter().copied().filter(|width| *width > 1).max_by_key(|width| (count(*width), *width));
    match (commonest, widths.first()) {
        (Some(width), Some(first)) => (count(width) * 1_000 / widths.len(), *first, width),
        _ => (0, 0, 0),
    }
}

/// Fields that nearly all records of the sample have; the most if they do not agree.
///
/// A heading row may be longer than all rows below it, which is no fault of the rows.
pub(super) fn usual_fields(sample: &[u8], delimiter: u8) -> usize {
    let mut widths = widths(sample, delimiter);
    if sample.len() as u64 >= SAMPLE_BYTES {
        // The last one was cut.
        widths.pop();
    }
    let most = widths.iter().copied().max().unwrap_or(0);
    let rows = widths.get(1..).unwrap_or_default();
    let usual = rows.iter().copied().find(|width| {
        let same = rows.iter().filter(|other| *other == width).count();
        same >= USUAL_RECORDS && same * 10 >= rows.len() * 9
    });
    usual.unwrap_or(most)
}

/// Fields of each record; where a quote swallows records, fields of the lines that hold a whole record.
fn widths(sample: &[u8], delimiter: u8) -> Vec<usize> {
    let is_cut = sample.len() as u64 >= SAMPLE_BYTES;
    let mut tally = Tally::new(delimiter, u64::MAX);
    tally.take(sample);
    if !is_cut {
        tally.finish();
    }
    let records = |text: &[u8]| -> Vec<usize> {
        settings(delimiter).from_reader(text).byte_records().map_while(Result::ok).map(|record| record.len()).collect()
    };
    if tally.fault().is_none() {
        return records(sample);
    }
    sample.split_inclusive(|byte| *byte == b'\n').filter(|line| is_whole(line, delimiter)).flat_map(records).collect()
}

/// Whether no quote that a text opens is left open.
pub(super) fn is_whole(text: &[u8], delimiter: u8) -> bool {
    let mut tally = Tally::new(delimiter, u64::MAX);
    tally.take(text);
    tally.finish();
    tally.fault().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_of_even_records_wins() {
        assert_eq!(sniff_delimiter(b"a;b;c\n1,0;2,0;3,0\n4,5;1,5;2,5\n"), b';');
        assert_eq!(sniff_delimiter(b"a\tb\n1,2\t2\n"), b'\t');
        assert_eq!(sniff_delimiter(b"a;b, c\n\"x\ny\";1,0\n\"x,\ny\";1,0\n"), b';');
        assert_eq!(sniff_delimiter(b"a,b\n\"x;y\",2\n"), b',');
        assert_eq!(sniff_delimiter(b"a|b\n1|2\n"), b'|');
        assert_eq!(sniff_delimiter(b"a\n1\n"), b',');
    }

    #[test]
    fn a_heading_row_longer_than_all_rows_is_told_from_one_short_row() {
        assert_eq!(usual_fields(b"a,b,c\n1,2\n3,4\n5,6\n", b','), 2);
        assert_eq!(usual_fields(b"a,b,c\n1,2,3\n3,4\n5,6,7\n", b','), 3);
        assert_eq!(usual_fields(b"a,b,c\n1,2\n", b','), 3);
    }
}
