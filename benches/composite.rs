//! Indices over a large province: 3 300 units × 60 indicators or sub-criteria × 12 periods; a composite index through all its
//! stages, an index of points from the rows of the indicator table. Both end with ranks.

use std::collections::BTreeMap;

use cchc::definitions::{Composite, PointsIndex};
use cchc::indices::points::{Figures, Judgements, columns, score};
use cchc::indices::{Column, Input, ValueTable, compose, ranks_by};
use cchc::model::{IndicatorRow, Measure, UnitRef};
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

/// Ten areas of six sub-criteria: linear, floor, target, tiers, relative to the best, improvement.
fn points_index() -> PointsIndex {
    let mut text = "kind = \"points\"\n\
         index = { id = \"bench-points\", name_vi = \"B\", name_en = \"B\", legal_basis = \"constructed\" }\n\
         points = { max = 300 }\n"
        .to_owned();
    for area in 0..PILLARS {
        text.push_str(&format!("[[item]]\ncode = \"p{area}\"\nname = \"p\"\nmax = 30\n"));
    }
    let rules = [
        "kind = \"linear\", input = ID",
        "kind = \"floor\", input = ID, floor = 0.5",
        "kind = \"target\", input = ID, target = 0.8",
        "kind = \"tiers\", input = ID, tiers = [{ from = 0.9, points = 5 }, { from = 0.5, points = 2 }, { points = 0 }]",
        "kind = \"relative_to_best\", input = ID",
        "kind = \"improvement\", input = ID, by = 0.1",
    ];
    for at in 0..INDICATORS {
        let rule = rules[at / PILLARS].replace("ID", &format!("\"i{at}\""));
        text.push_str(&format!(
            "[[item]]\ncode = \"i{at}\"\nparent = \"p{}\"\nname = \"i\"\nmax = 5\nrule = {{ {rule} }}\n",
            at % PILLARS
        ));
    }
    let known: Vec<String> = (0..INDICATORS).map(|at| format!("i{at}")).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    PointsIndex::parse("indices/bench-points.toml", &text, &known).expect("a definition without faults")
}

/// The rows of the indicator table of one period; one denominator in twenty is zero.
fn rows(units: &[UnitRef], period: u64) -> Vec<IndicatorRow> {
    let mut random = fastrand::Rng::with_seed(period);
    let mut rows = Vec::with_capacity(units.len() * INDICATORS);
    for unit in units {
        for at in 0..INDICATORS {
            let all = f64::from(random.u8(..) / 13 * 13);
            rows.push(IndicatorRow {
                unit: unit.clone(),
                period: format!("2024-{:02}", period + 1),
                indicator: format!("i{at}"),
                measure: Measure::ratio((random.f64() * (all + 1.0)).floor().min(all), all),
            });
        }
    }
    rows
}

fn points(criterion: &mut Criterion) {
    let index = points_index();
    let units: Vec<UnitRef> = (0..UNITS)
        .map(|at| UnitRef {
            unit_code: format!("X{at:05}"),
            unit_name: String::new(),
            kind: Some("commune".to_owned()),
        })
        .collect();
    let periods: Vec<Vec<IndicatorRow>> = (0..PERIODS).map(|period| rows(&units, period)).collect();
    let (inputs, improved) = (index.inputs(), index.improved());
    let mut group = criterion.benchmark_group("points");
    group.sample_size(10);
    group.bench_function(format!("{UNITS} units × {INDICATORS} sub-criteria × {PERIODS} periods"), |bench| {
        bench.iter(|| {
            let ranked = periods.iter().enumerate().map(|(at, now)| {
                let before = at.checked_sub(1).map_or(&[][..], |before| &periods[before]);
                let figures = Figures {
                    units: UNITS,
                    now: columns(&inputs, &units, now),
                    before: columns(&improved, &units, before),
                    directions: BTreeMap::new(),
                    kinds: units.iter().map(|_| "commune".to_owned()).collect(),
                    ..Figures::default()
                };
                let scoring = score(&index, &figures, &Judgements::new());
                let scores: Vec<Option<f64>> = scoring.totals.iter().map(|total| total.score).collect();
                ranks_by(&scores, index.rank)
            });
            ranked.collect::<Vec<_>>()
        });
    });
    group.finish();
}

criterion_group!(benches, stages, points);
criterion_main!(benches);
