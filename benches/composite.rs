//! A composite index over a large province: 3 300 units × 60 indicators × 12 periods through all stages and ranked.

use std::collections::BTreeMap;

use cchc::definitions::Composite;
use cchc::indices::{Column, Input, ValueTable, compose};
use criterion::{Criterion, criterion_group, criterion_main};

const UNITS: usize = 3300;
const PILLARS: usize = 10;
const INDICATORS: usize = 60;
const PERIODS: u64 = 12;

/// Ten pillars of six indicators; one in six runs the other way, one in ten is divided by the population.
fn definition(weigh: &str) -> Composite {
    let mut text = format!(
        "kind = \"composite\"\n\
         index = {{ id = \"bench\", name_vi = \"B\", name_en = \"B\", legal_basis = \"constructed\" }}\n\
         screen = {{ min_available = 0.5 }}\n\
         impute = {{ method = \"group_median\", group = \"region\" }}\n\
         treat = {{ method = \"winsorise\" }}\n\
         scale = {{ method = \"min_max\" }}\n\
         weigh = {{ method = \"{weigh}\" }}\n"
    );
    for pillar in 0..PILLARS {
        text.push_str(&format!("[[node]]\nid = \"p{pillar}\"\n"));
    }
    for at in 0..INDICATORS {
        text.push_str(&format!("[[indicator]]\nid = \"i{at}\"\nparent = \"p{}\"\n", at % PILLARS));
        if at % 6 == 5 {
            text.push_str("direction = \"lower\"\n");
        }
        if at % 10 == 9 {
            text.push_str("denominator = \"people\"\nper = 1000\n");
        }
    }
    Composite::parse("indices/bench.toml", &text).expect("a definition without faults")
}

/// Values with a long tail, one in twenty missing.
fn values(seed: u64) -> ValueTable {
    let mut random = fastrand::Rng::with_seed(seed);
    let units: Vec<String> = (0..UNITS).map(|at| format!("X{at:05}")).collect();
    let mut column = |id: String| Column {
        id,
        values: (0..UNITS).map(|_| (random.u8(..) > 12).then(|| (random.f64() * 4.0).exp())).collect(),
    };
    let mut columns: Vec<Column> = (0..INDICATORS).map(|at| column(format!("i{at}"))).collect();
    columns.push(Column { id: "people".to_owned(), values: (0..UNITS).map(|at| Some(1000.0 + at as f64)).collect() });
    ValueTable::new(units, columns).expect("a table")
}

fn stages(criterion: &mut Criterion) {
    let tables: Vec<ValueTable> = (0..PERIODS).map(values).collect();
    let groups = tables[0].units().iter().map(|unit| (unit.clone(), unit[4..].to_owned())).collect();
    let groups: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::from([("region".to_owned(), groups)]);
    let on = "2024-12-31".parse().expect("a day");
    let mut group = criterion.benchmark_group("composite");
    group.sample_size(10);
    for weigh in ["given", "principal_component_squared"] {
        let index = definition(weigh);
        group.bench_function(
            format!("{UNITS} units × {INDICATORS} indicators × {PERIODS} periods, {weigh}"),
            |bench| {
                bench.iter(|| {
                    let ranked = tables.iter().map(|values| {
                        let input = Input { values, groups: &groups, earlier: &[], on };
                        compose(&index, input).expect("an index").ranks("bench", index.rank).expect("ranks")
                    });
                    ranked.collect::<Vec<_>>()
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
