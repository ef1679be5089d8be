//! How many more counts are hidden than had to be, on tables so small that all ways can be tried.

use cchc_disclosure::{Cell, Line, Standing, Tables, is_small, suppress};

use super::attacker::Known;

/// Three units and their sum by three columns and theirs.
fn tables(random: &mut fastrand::Rng) -> Tables {
    let leaf = |at: usize| Line { leaves: vec![at], family: 0, cost: 1 };
    let all = Line { leaves: vec![0, 1, 2], family: 0, cost: 1 };
    let mut tables = Tables::new(vec![leaf(0), leaf(1), leaf(2), all], vec![1; 4]);
    tables.add_sum(3, &[0, 1, 2]);
    let mut sums = [0; 4];
    for line in 0..3 {
        let mut row: Vec<i64> =
            (0..3).map(|_| if random.u32(0..4) == 0 { random.i64(1..5) } else { random.i64(5..60) }).collect();
        row.push(row.iter().sum());
        for (slot, value) in row.into_iter().enumerate() {
            sums[slot] += value;
            tables.set(line, slot, Cell { value, standing: Standing::Open });
        }
    }
    for (slot, value) in sums.into_iter().enumerate() {
        tables.set(3, slot, Cell { value, standing: Standing::Open });
    }
    tables
}

fn known(tables: &Tables, hidden: &[bool]) -> Known {
    let name = |line: usize, slot: usize| format!("{line} {slot}");
    let mut known = Known::default();
    for line in 0..4 {
        for slot in 0..4 {
            let value = tables.cell(line, slot).map(|cell| cell.value as f64);
            known.learn(&name(line, slot), value.filter(|_| !hidden[tables.at(line, slot)]));
        }
    }
    for at in 0..4 {
        known.adds_up(&name(at, 3), &[name(at, 0), name(at, 1), name(at, 2)]);
        known.adds_up(&name(3, at), &[name(0, at), name(1, at), name(2, at)]);
    }
    known
}

/// The fewest counts that have to be hidden, tried in order of their number.
fn fewest(tables: &Tables, truth: &Known) -> usize {
    let small: Vec<bool> =
        (0..16).map(|at| tables.cell(at / 4, at % 4).is_some_and(|cell| is_small(cell.value, 5))).collect();
    let free: Vec<usize> = (0..16).filter(|at| !small[*at]).collect();
    let mut ways: Vec<u32> = (0..1 << free.len()).collect();
    ways.sort_by_key(|way| way.count_ones());
    let safe = ways.into_iter().find(|way| {
        let mut hidden = small.clone();
        free.iter().enumerate().filter(|(bit, _)| way >> bit & 1 == 1).for_each(|(_, at)| hidden[*at] = true);
        known(tables, &hidden).recovered(truth, 5.0).is_empty()
    });
    let more = safe.expect("all hidden is safe").count_ones() as usize;
    more + small.iter().filter(|small| **small).count()
}

#[test]
fn on_small_tables_hardly_more_is_hidden_than_must_be() {
    let mut random = fastrand::Rng::with_seed(3);
    let (mut ours, mut best) = (0, 0);
    let mut seen = 0;
    while seen < 12 {
        let tables = tables(&mut random);
        let small =
            (0..16).filter(|at| tables.cell(at / 4, at % 4).is_some_and(|cell| is_small(cell.value, 5))).count();
        if !(1..=3).contains(&small) {
            continue;
        }
        seen += 1;
        let truth = known(&tables, &[false; 16]);
        let found = suppress(&tables, 5);
        assert_eq!(known(&tables, &found.hidden).recovered(&truth, 5.0), Vec::<String>::new());
        ours += found.hidden.iter().filter(|hidden| **hidden).count();
        best += fewest(&tables, &truth);
    }
    eprintln!("hidden {ours}, at best {best}");
    assert!(ours * 4 <= best * 5, "{ours} counts hidden where {best} are enough");
}
