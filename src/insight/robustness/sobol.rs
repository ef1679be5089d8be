//! How much of the spread of an outcome each choice makes: Sobol indices by Saltelli's design over a Sobol sequence.

/// First-order and total index of each choice.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    /// The share of the variance that the choice makes alone.
    pub first_order: Vec<f64>,
    /// The share that it makes alone and together with others.
    pub total: Vec<f64>,
}

/// Direction numbers by Joe and Kuo, one line a dimension from the second on.
static DIRECTIONS: &str = include_str!("joe-kuo.txt");

/// Most choices: each needs two dimensions of the sequence.
pub const MOST_CHOICES: usize = 10;

/// Points of a Sobol sequence, of 32 bits, without scrambling; the first is 0.
///
/// # Panics
/// There are more dimensions than direction numbers.
#[must_use]
pub fn sobol_points(dimensions: usize, count: usize) -> Vec<Vec<f64>> {
    let directions: Vec<[u32; 32]> = (0..dimensions).map(directions).collect();
    let mut state = vec![0_u32; dimensions];
    let mut points = Vec::with_capacity(count);
    for number in 0..count as u32 {
        points.push(state.iter().map(|bits| f64::from(*bits) / 2_f64.powi(32)).collect());
        // The next point in Gray code differs in one direction: that of the lowest zero of the number.
        let changed = number.trailing_ones() as usize;
        for (bits, directions) in state.iter_mut().zip(&directions) {
            *bits ^= directions[changed.min(31)];
        }
    }
    points
}

fn directions(dimension: usize) -> [u32; 32] {
    let mut found = [0_u32; 32];
    if dimension == 0 {
        for (bit, direction) in found.iter_mut().enumerate() {
            *direction = 1 << (31 - bit);
        }
        return found;
    }
    let line = DIRECTIONS.lines().filter(|line| !line.starts_with('#')).nth(dimension - 1);
    let numbers: Vec<u32> =
        line.map_or_else(Vec::new, |line| line.split(' ').filter_map(|word| word.parse().ok()).collect());
    let [_, degree, polynomial, initial @ ..] = numbers.as_slice() else {
        panic!("there are direction numbers of 21 dimensions");
    };
    let degree = *degree as usize;
    for bit in 0..32 {
        found[bit] = if bit < degree {
            initial[bit] << (31 - bit)
        } else {
            let mut direction = found[bit - degree] ^ (found[bit - degree] >> degree);
            for step in 1..degree {
                if polynomial >> (degree - 1 - step) & 1 == 1 {
                    direction ^= found[bit - step];
                }
            }
            direction
        };
    }
    found
}

/// The points at which [`sensitivity`] needs the outcome: of each number two points, and for each choice the first with that
/// coordinate of the second. `base` is best a power of two.
#[must_use]
pub fn saltelli_design(choices: usize, base: usize) -> Vec<Vec<f64>> {
    let mut design = Vec::with_capacity(base * (choices + 2));
    for point in sobol_points(2 * choices, base) {
        let (first, second) = point.split_at(choices);
        design.push(first.to_vec());
        design.push(second.to_vec());
        for choice in 0..choices {
            let mut mixed = first.to_vec();
            mixed[choice] = second[choice];
            design.push(mixed);
        }
    }
    design
}

/// The indices of the outcomes at the points of the design. Without any spread all are 0.
///
/// First order: the mean of f(B) (f(AB) − f(A)) (Saltelli et al. 2010); total: half the mean of (f(A) − f(AB))² (Jansen 1999);
/// both over the variance of f(A) and f(B).
#[must_use]
pub fn sensitivity(choices: usize, outcomes: &[f64]) -> Sensitivity {
    let rows: Vec<&[f64]> = outcomes.chunks_exact(choices + 2).collect();
    let count = rows.len() as f64;
    // Outcomes around zero lose fewer digits, and the indices stay the same.
    let mean = rows.iter().map(|row| row[0] + row[1]).sum::<f64>() / (2.0 * count);
    let spread = |value: f64| (value - mean) * (value - mean);
    let variance = rows.iter().map(|row| spread(row[0]) + spread(row[1])).sum::<f64>() / (2.0 * count);
    let share = |sum: f64| if variance > 0.0 { sum / count / variance } else { 0.0 };
    let first = |choice: usize| rows.iter().map(|row| (row[1] - mean) * (row[2 + choice] - row[0])).sum::<f64>();
    let total = |choice: usize| rows.iter().map(|row| (row[0] - row[2 + choice]).powi(2) / 2.0).sum::<f64>();
    Sensitivity {
        first_order: (0..choices).map(|choice| share(first(choice))).collect(),
        total: (0..choices).map(|choice| share(total(choice))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn the_indices_of_ishigami_are_the_known_ones() {
        let ishigami = |point: &Vec<f64>| {
            let [x, y, z] = [0, 1, 2].map(|at: usize| (2.0 * point[at] - 1.0) * PI);
            x.sin() + 7.0 * y.sin().powi(2) + 0.1 * z.powi(4) * x.sin()
        };
        let outcomes: Vec<f64> = saltelli_design(3, 1 << 14).iter().map(ishigami).collect();
        let found = sensitivity(3, &outcomes);
        let near =
            |found: &[f64], known: [f64; 3]| found.iter().zip(known).all(|(found, known)| (found - known).abs() < 0.01);
        assert!(near(&found.first_order, [0.314, 0.442, 0.0]), "{found:?}");
        assert!(near(&found.total, [0.558, 0.442, 0.244]), "{found:?}");
    }

    #[test]
    fn the_sequence_fills_every_dimension_evenly() {
        let points = sobol_points(21, 64);
        for dimension in 0..21 {
            let mut cells: Vec<usize> = points.iter().map(|point| (point[dimension] * 64.0) as usize).collect();
            cells.sort_unstable();
            assert_eq!(cells, (0..64).collect::<Vec<_>>(), "dimension {dimension}");
        }
        assert_eq!(points[1], [0.5; 21]);
        // By SciPy 1.x: scipy.stats.qmc.Sobol(21, scramble=False).
        let of_scipy: [u8; 21] = [59, 41, 37, 59, 49, 19, 11, 51, 39, 11, 1, 5, 37, 55, 7, 31, 51, 27, 3, 9, 61];
        assert_eq!(points[37], of_scipy.map(|part| f64::from(part) / 64.0));
    }
}
