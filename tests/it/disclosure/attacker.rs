//! The attacker: bounds of every hidden count by linear programming over all that is shown.

use std::collections::BTreeMap;

/// What is known of a set of tables: counts by name, hidden ones as none, and sums between them.
#[derive(Debug, Default, Clone)]
pub struct Known {
    pub counts: BTreeMap<String, Option<f64>>,
    pub sums: Vec<(String, Vec<String>)>,
}

impl Known {
    /// Learns a count; what one table shows, another cannot hide.
    pub fn learn(&mut self, name: &str, count: Option<f64>) {
        let known = self.counts.entry(name.to_owned()).or_default();
        if let (Some(known), Some(count)) = (&known, count) {
            assert!((*known - count).abs() < 1e-9, "{name} is {known} and {count}");
        }
        *known = known.or(count);
    }

    /// Learns that a count is the sum of others, if all of them are counts of the tables.
    pub fn adds_up(&mut self, whole: &str, parts: &[String]) {
        if self.counts.contains_key(whole) && parts.iter().all(|part| self.counts.contains_key(part)) {
            self.sums.push((whole.to_owned(), parts.to_vec()));
        }
    }

    /// The least and the greatest that a count can be, as far as `enough` from the truth.
    pub fn bounds(&self, name: &str, truth: &Known, enough: f64) -> (f64, f64) {
        self.freedom(truth).bounds(name, self, enough)
    }

    /// The small counts of the truth that can be told to be small, or to less than that.
    pub fn recovered(&self, truth: &Known, below: f64) -> Vec<String> {
        let freedom = self.freedom(truth);
        let small = |count: &Option<f64>| count.is_some_and(|count| count > 0.0 && count < below);
        let names = truth.counts.iter().filter(|(_, count)| small(count)).map(|(name, _)| name);
        let found = names.filter_map(|name| {
            let (least, most) = freedom.bounds(name, self, below - 1.0);
            let truth = truth.counts[name].unwrap_or_default();
            (most - truth < below - 1.0 - 1e-6).then(|| format!("{name} is {truth}, known to be {least} to {most}"))
        });
        found.collect()
    }

    fn freedom(&self, truth: &Known) -> Freedom {
        let hidden = self.counts.iter().filter(|(_, count)| count.is_none()).map(|(one, _)| one);
        let places: BTreeMap<String, usize> = hidden.enumerate().map(|(at, one)| (one.clone(), at)).collect();
        let rows = self.sums.iter().map(|(whole, parts)| {
            let mut row = vec![0.0; places.len()];
            for (one, sign) in parts.iter().map(|part| (part, 1.0)).chain([(whole, -1.0)]) {
                if let Some(at) = places.get(one) {
                    row[*at] += sign;
                }
            }
            row
        });
        let moves = null_space(rows.collect(), places.len());
        let held = places.keys().map(|one| truth.counts[one].unwrap_or_default()).collect();
        Freedom { places, moves, held }
    }
}

/// How hidden counts can move.
struct Freedom {
    places: BTreeMap<String, usize>,
    moves: Vec<Vec<f64>>,
    held: Vec<f64>,
}

impl Freedom {
    fn bounds(&self, name: &str, known: &Known, enough: f64) -> (f64, f64) {
        if let Some(count) = known.counts[name] {
            return (count, count);
        }
        let at = self.places[name];
        let far = |direction: f64| furthest(&self.moves, &self.held, at, direction, enough);
        (self.held[at] - far(-1.0), self.held[at] + far(1.0))
    }
}

/// The moves of hidden counts that leave all sums as they are: of each count a row, of each free move a column.
fn null_space(mut rows: Vec<Vec<f64>>, width: usize) -> Vec<Vec<f64>> {
    let mut pivots: Vec<usize> = Vec::new();
    let mut next = 0;
    for column in 0..width {
        let Some(found) = (next..rows.len()).find(|row| rows[*row][column].abs() > 1e-9) else { continue };
        rows.swap(next, found);
        let pivot = rows[next][column];
        rows[next].iter_mut().for_each(|value| *value /= pivot);
        let row = rows[next].clone();
        for (at, other) in rows.iter_mut().enumerate() {
            let factor = other[column];
            if at != next && factor != 0.0 {
                other.iter_mut().zip(&row).for_each(|(value, part)| *value -= factor * part);
            }
        }
        pivots.push(column);
        next += 1;
    }
    let free: Vec<usize> = (0..width).filter(|column| !pivots.contains(column)).collect();
    let of = |count: usize| -> Vec<f64> {
        match pivots.iter().position(|pivot| *pivot == count) {
            Some(row) => free.iter().map(|column| -rows[row][*column]).collect(),
            None => free.iter().map(|column| f64::from(u8::from(*column == count))).collect(),
        }
    };
    (0..width).map(of).collect()
}

/// How far a count can move in a direction while no count falls below zero: the simplex method, from where all stand.
fn furthest(moves: &[Vec<f64>], held: &[f64], at: usize, direction: f64, enough: f64) -> f64 {
    let free = moves.first().map_or(0, Vec::len);
    // Each free move may go both ways; of every count: what it loses is at most what it has.
    let both = |row: &[f64], sign: f64| -> Vec<f64> {
        row.iter().map(|value| sign * value).chain(row.iter().map(|value| -sign * value)).collect()
    };
    let mut table: Vec<Vec<f64>> = moves.iter().map(|row| both(row, -1.0)).collect();
    let mut limits = held.to_vec();
    let (mut gain, mut gained) = (both(&moves[at], direction), 0.0);
    for turn in 0..20_000 {
        let better = |column: &usize| gain[*column] > 1e-9;
        let entering = if turn < 400 {
            (0..2 * free).filter(better).max_by(|left, right| gain[*left].total_cmp(&gain[*right]))
        } else {
            (0..2 * free).find(better)
        };
        let Some(column) = entering.filter(|_| gained < enough) else { return gained };
        let ratio = |row: &usize| limits[*row] / table[*row][column];
        let leaving = (0..table.len()).filter(|row| table[*row][column] > 1e-9);
        let Some(row) = leaving.min_by(|left, right| ratio(left).total_cmp(&ratio(right)).then(left.cmp(right))) else {
            return f64::INFINITY;
        };
        // The leaving count takes the column of the entering one.
        let pivot = table[row][column];
        table[row].iter_mut().for_each(|value| *value /= pivot);
        table[row][column] = 1.0 / pivot;
        limits[row] /= pivot;
        let (line, limit) = (table[row].clone(), limits[row]);
        for other in (0..table.len()).filter(|other| *other != row) {
            let factor = table[other][column];
            if factor != 0.0 {
                table[other].iter_mut().zip(&line).for_each(|(value, part)| *value -= factor * part);
                table[other][column] = -factor * line[column];
                limits[other] = (limits[other] - factor * limit).max(0.0);
            }
        }
        let factor = gain[column];
        gain.iter_mut().zip(&line).for_each(|(value, part)| *value -= factor * part);
        gain[column] = -factor * line[column];
        gained += factor * limit;
    }
    gained
}

#[test]
fn the_attacker_finds_a_count_that_was_hidden_alone_and_not_one_of_two() {
    let mut truth = Known::default();
    for (name, count) in [("late", 3.0), ("early", 40.0), ("all", 43.0)] {
        truth.learn(name, Some(count));
    }
    truth.adds_up("all", &["late".to_owned(), "early".to_owned()]);
    let hide = |names: &[&str]| {
        let mut known = truth.clone();
        for name in names {
            known.counts.insert((*name).to_owned(), None);
        }
        known
    };
    assert_eq!(hide(&["late"]).bounds("late", &truth, 100.0), (3.0, 3.0));
    assert_eq!(hide(&["late", "early"]).bounds("late", &truth, 100.0), (0.0, 43.0));
}
