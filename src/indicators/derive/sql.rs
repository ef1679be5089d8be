//! The SQL that says the same as the arithmetic: over the table `indicators`, as anyone can run it with `cchc sql`.

use super::{Period, earlier};
use crate::By;
use cchc_definitions::{Derived, Indicator, Sums, Told};

/// How an indicator is made of others in a period; a comment first, so that a reader knows what comes.
pub(crate) fn statement(indicator: &Indicator, derived: &Derived, period: &Period, by: By) -> String {
    let (top, bottom) = derived.parts();
    let told = if bottom.is_empty() { top } else { format!("{top} / {bottom}") };
    let grouped = if by.is_by_unit() { "" } else { "; by group: of the figures of each group" };
    format!("/* {}: {told}{grouped} */\n{}", indicator.id, select(derived, period, ""))
}

/// The same of one unit or sum.
pub(crate) fn of_unit(indicator: &Indicator, derived: &Derived, period: &Period, unit: &str) -> String {
    let (top, bottom) = derived.parts();
    let told = if bottom.is_empty() { top } else { format!("{top} / {bottom}") };
    format!("/* {}: {told} */\n{}", indicator.id, select(derived, period, unit))
}

/// Empty `unit`: all units and sums.
fn select(derived: &Derived, period: &Period, unit: &str) -> String {
    let one = |alias: &str| {
        if unit.is_empty() { String::new() } else { format!(" AND {alias}.unit_code = '{}'", unit.replace('\'', "''")) }
    };
    match derived {
        Derived::UnitShare { of, holds, kinds } => format!(
            "SELECT kind, COUNT(*) FILTER (WHERE {}) AS numerator, COUNT(*) AS denominator\n\
             FROM indicators WHERE indicator = '{of}' AND period = '{period}' AND status = 'ok' AND unit_code NOT LIKE '*%'{}\n\
             GROUP BY kind",
            holds.sql("value"),
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
            one("n"),
            sum_note(*sums)
        ),
        Derived::Change { of, against, told } => {
            let (difference, then) = ("n.value - e.value", earlier(period, *against));
            let value = match told {
                Told::Difference => difference.to_owned(),
                Told::Relative => format!("({difference}) / NULLIF(e.value, 0)"),
            };
            format!(
                "SELECT n.unit_code, n.value AS now, e.value AS earlier, {value} AS value\n\
                 FROM indicators n JOIN indicators e ON e.unit_code = n.unit_code AND e.indicator = n.indicator AND e.period = '{then}'\n\
                 WHERE n.indicator = '{of}' AND n.period = '{period}'{}",
                one("n")
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
                one("i0"),
                sum_note(*sums)
            )
        }
        Derived::First { of } => {
            let order = of.iter().enumerate().map(|(at, id)| format!("WHEN '{id}' THEN {at}")).collect::<Vec<_>>();
            format!(
                "SELECT * FROM (SELECT i.*, ROW_NUMBER() OVER (PARTITION BY unit_code ORDER BY CASE indicator {} END) AS place\n\
                 FROM indicators i WHERE indicator IN ('{}') AND status IN ('ok', 'suppressed') AND period = '{period}'{}) AS found WHERE place = 1",
                order.join(" "),
                of.join("', '"),
                one("i")
            )
        }
    }
}

/// The condition of the units that count.
fn within(kinds: &[String], unit: &str) -> String {
    let mut said = String::new();
    if !kinds.is_empty() {
        said.push_str(&format!(" AND kind IN ('{}')", kinds.join("', '")));
    }
    if let Some(kind) = unit.strip_prefix('*').filter(|kind| !kind.is_empty()) {
        said.push_str(&format!(" AND kind = '{}'", kind.replace('\'', "''")));
    }
    said
}

fn sum_note(sums: Sums) -> &'static str {
    match sums {
        Sums::Apply => "",
        Sums::Add => "\n/* sums over units (*KIND, *) add up what the units of these rows have */",
        Sums::None => "\n/* sums over units (*KIND, *) have no figure */",
    }
}
