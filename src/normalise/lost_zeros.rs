//! Finds codes that have lost a leading zero: shorter than those that begin with one.

/// Codes of more digits than this are not looked at.
const LONGEST: usize = 24;

/// What the codes of digits alone look like: where some begin with 0 and all of those are equally long, a shorter one
/// has lost a zero.
#[derive(Debug, Clone, Default)]
pub(super) struct CodeLengths {
    /// By number of digits: how many codes, the first row, whether one begins with 0.
    lengths: [(u64, u32, bool); LONGEST + 1],
}

impl CodeLengths {
    pub fn count(&mut self, code: &str, row: u32) {
        let Some((count, first, padded)) = self.lengths.get_mut(code.len()) else { return };
        if *count == 0 {
            *first = row;
        }
        *count += 1;
        *padded |= code.starts_with('0');
    }

    /// How many codes are too short, the first row of one, and how long the others are.
    pub fn shortened(&self) -> Option<(u64, u32, usize)> {
        let mut padded = (0..=LONGEST).filter(|length| self.lengths[*length].2);
        let width = padded.next().filter(|_| padded.next().is_none())?;
        if self.lengths[width + 1..].iter().any(|(count, ..)| *count > 0) {
            return None;
        }
        let short = self.lengths[..width].iter().filter(|(count, ..)| *count > 0);
        let (count, row) = short.fold((0, u32::MAX), |(all, row), (count, first, _)| (all + count, row.min(*first)));
        (count > 0).then_some((count, row, width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortened(codes: &[&str]) -> Option<(u64, u32, usize)> {
        let mut lengths = CodeLengths::default();
        (2..).zip(codes).for_each(|(row, code)| lengths.count(code, row));
        lengths.shortened()
    }

    #[test]
    fn a_zero_is_lost_where_others_of_one_length_have_theirs() {
        assert_eq!(shortened(&["000123", "123456", "4567", "98765"]), Some((2, 4, 6)));
        assert_eq!(shortened(&["000123", "123456"]), None);
        assert_eq!(shortened(&["1", "22", "333"]), None, "numbers without padding have any length");
        assert_eq!(shortened(&["0123", "12345", "99"]), None, "longer codes say that the length is not fixed");
        assert_eq!(shortened(&["0123", "01234", "99"]), None);
    }
}
