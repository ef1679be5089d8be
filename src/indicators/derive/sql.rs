//! SQL with the same result as the arithmetic, over the table `indicators`, so that anyone can check it with `cchc sql`.

use cchc_definitions::{Derived, Expressed, Indicator, Sums};
use cchc_model::Period;

use crate::By;

/// How an indicator is made of others in a period, for one unit or sum, or for all where `unit` is empty. A comment says
/// first what the statement computes.
pub(crate) fn statement(indicator: &Indicator, derived: &Derived, period: &Period, by: By, unit: &str) -> String {
    let (numerator, denominator) = derived.parts();
    let formula = if denominator.is_empty() { numerator } else { format!("{numerator} / {denominator}") };
    let grouped = if by.is_by_unit() { "" } else { "; by group: of the figures of each group" };
    format!("/* {}: {formula}{grouped} */\n{}", indicator.id, select(derived, period, unit))
}

fn select(derived: &Derived, period: &Period, unit: &str) -> String {
    let of_unit = |alias: &str| {
        if unit.is_empty() { String::new() } else { format!(" AND {alias}.unit_code = '{}'", unit.replace('\'', "''")) }
    };
    match derived {
        Derived::UnitShare { of, bounds, kinds } => format!(
            "SELECT kind, COUNT(*) FILTER (WHERE {}) AS numerator, COUNT(*) AS denominator\n\
             FROM indicators WHERE indicator = '{of}' AND period = '{period}' AND status = 'ok' AND unit_code NOT LIKE '*%'{}\n\
             GROUP BY kind",
            bounds.sql("value"),
            within(kinds, unit)
        ),
        Derived::UnitMean { of, weights: None, kinds } => format!(
            "SELECT kind, SUM(value) AS numerator, COUNT(*) AS denominator, AVG(value) AS value\n\
             FROM indicators WHERE indicator = '{of}' AND period = '{period}' AND status = 'ok' AND unit_code NOT LIKE '*%'{}\n\
             GROUP BY kind",
            within(kinds, unit)
        ),
        Derived::UnitMean { of, weights: Some(weights), kinds } => format!(
            "SELECT i.kind, SUM(i.value * w.value) AS numerator, SUM(w.value) AS denominator, \
             SUM(i.value * w.value) / NULLIF(SUM(w.value), 0) AS value\n\
             FROM indicators i JOIN indicators w ON w.unit_code = i.unit_code AND w.period = i.period AND w.indicator = '{weights}'\n\
             WHERE i.indicator = '{of}' AND i.period = '{period}' AND i.status = 'ok' AND w.value >= 0 AND i.unit_code NOT LIKE '*%'{}\n\
             GROUP BY i.kind",
            within(kinds, unit).replace("kind", "i.kind")
        ),
        Derived::Ratio { numerator, denominator, sums } => format!(
            "SELECT n.unit_code, n.value AS numerator, d.value AS denominator, n.value / NULLIF(d.value, 0) AS value\n\
             FROM indicators n JOIN indicators d ON d.unit_code = n.unit_code AND d.period = n.period AND d.indicator = '{denominator}'\n\
             WHERE n.indicator = '{numerator}' AND n.period = '{period}'{}{}",
            of_unit("n"),
            sum_note(*sums)
        ),
        Derived::Change { of, against, expressed } => {
            let (difference, then) = ("n.value - e.value", against.earlier(period));
            let value = match expressed {
                Expressed::Difference => difference.to_owned(),
                Expressed::Relative => format!("({difference}) / NULLIF(e.value, 0)"),
            };
            format!(
                "SELECT n.unit_code, n.value AS now, e.value AS earlier, {value} AS value\n\
                 FROM indicators n JOIN indicators e ON e.unit_code = n.unit_code AND e.indicator = n.indicator AND e.period = '{then}'\n\
                 WHERE n.indicator = '{of}' AND n.period = '{period}'{}",
                of_unit("n")
            )
        }
        Derived::Formula { formula, inputs, sums } => {
            let mut value = formula.text().replace("max(", "GREATEST(").replace("min(", "LEAST(");
            let mut joins = String::new();
            for (at, id) in inputs.iter().enumerate() {
                value = value.replace(&format!("[{id}]"), &format!("i{at}.value"));
                if at > 0 {
                    joins.push_str(&format!(
                        "JOIN indicators i{at} ON i{at}.unit_code = i0.unit_code AND i{at}.period = i0.period AND i{at}.indicator = '{id}'\n"
                    ));
                }
            }
            let first = inputs.first().map_or("", String::as_str);
            format!(
                "SELECT i0.unit_code, {value} AS value\nFROM indicators i0\n{joins}WHERE i0.indicator = '{first}' AND i0.period = '{period}'{}{}",
                of_unit("i0"),
                sum_note(*sums)
            )
        }
        Derived::OfKind { of } => format!(
            "SELECT u.unit_code, COALESCE(u.value, k.value) AS value\n\
             FROM indicators u LEFT JOIN indicators k ON k.unit_code = '*' || u.kind AND k.period = u.period AND k.indicator = u.indicator\n\
             WHERE u.indicator = '{of}' AND u.period = '{period}'{}",
            of_unit("u")
        ),
        Derived::First { of } => {
            let order = of.iter().enumerate().map(|(at, id)| format!("WHEN '{id}' THEN {at}")).collect::<Vec<_>>();
            format!(
                "SELECT * FROM (SELECT i.*, ROW_NUMBER() OVER (PARTITION BY unit_code ORDER BY CASE indicator {} END) AS place\n\
                 FROM indicators i WHERE indicator IN ('{}') AND status IN ('ok', 'suppressed') AND period = '{period}'{}) AS found WHERE place = 1",
                order.join(" "),
                of.join("', '"),
                of_unit("i")
            )
        }
    }
}

/// The condition of the units that count.
fn within(kinds: &[String], unit: &str) -> String {
    let mut conditions = String::new();
    if !kinds.is_empty() {
        conditions.push_str(&format!(" AND kind IN ('{}')", kinds.join("', '")));
    }
    if let Some(kind) = unit.strip_prefix('*').filter(|kind| !kind.is_empty()) {
        conditions.push_str(&format!(" AND kind = '{}'", kind.replace('\'', "''")));
    }
    conditions
}

fn sum_note(sums: Sums) -> &'static str {
    match sums {
        Sums::Apply => "",
        Sums::Add => "\n/* sums over units (*KIND, *) add up what the units of these rows have */",
        Sums::None => "\n/* sums over units (*KIND, *) have no figure */",
    }
}
