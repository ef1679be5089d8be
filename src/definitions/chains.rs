//! Chains of formulas that read formulas: how long they may be.

/// Formulas that read each other in a row: the longest that is shipped has three.
pub const LONGEST_CHAIN: usize = 20;

/// The first of what stands at the start of a chain that is too long, or that is part of a circle; `reads` holds for each
/// what it reads itself.
pub fn too_long(reads: &[Vec<usize>]) -> Option<usize> {
    let mut above: Vec<bool> = vec![true; reads.len()];
    // After each round only those are left that lead one step further.
    for _ in 0..=LONGEST_CHAIN {
        above = reads.iter().map(|read| read.iter().any(|at| above[*at])).collect();
    }
    above.iter().position(|is_above| *is_above)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each reads the next.
    fn chain(length: usize) -> Vec<Vec<usize>> {
        (0..=length).map(|at| if at < length { vec![at + 1] } else { Vec::new() }).collect()
    }

    #[test]
    fn chains_up_to_the_limit_pass_and_longer_ones_and_circles_do_not() {
        assert_eq!(too_long(&chain(LONGEST_CHAIN)), None);
        assert_eq!(too_long(&chain(LONGEST_CHAIN + 1)), Some(0));
        assert_eq!(too_long(&chain(3000)), Some(0));
        assert_eq!(too_long(&[vec![1], vec![0]]), Some(0));
        assert_eq!(too_long(&[vec![], vec![0], vec![0, 1]]), None);
    }
}
