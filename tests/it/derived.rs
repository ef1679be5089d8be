//! Indicators made of other indicators: worked out by hand, checked by SQL over the figures that they read, and their faults.

use serde_json::Value;

use crate::support::{Place, close, figure, sample};

const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,UBND tỉnh Thử,,province,,,,\n\
    A,Sở A,,department,P,,,\n\
    B,Sở Bê,,department,P,,,\n\
    D,Sở Đê,,department,P,,,\n\
    H,UBND huyện Hát,,district,P,,,\n\
    X1,UBND xã Một,,commune,H,,,\n\
    X2,UBND xã Hai,,commune,H,,,\n\
    X3,UBND xã Ba,,commune,H,,,\n";

/// Unit, month, finished dossiers, of them late, digitised (empty: not told). D and X3 have nothing.
///
/// | unit | Q1/2025: resolved, late | Q4/2024 |
/// |---|---|---|
/// | A | 4, 0 | 2, 1 |
/// | B | 2, 1 | |
/// | H | 1, 1 | |
/// | X1 | 1, 0, digitised | |
/// | X2 | 3, 1, none digitised | |
const CASE: [(&str, &str, usize, usize, &str); 6] = [
    ("A", "202411", 2, 1, ""),
    ("A", "202501", 4, 0, ""),
    ("B", "202502", 2, 1, ""),
    ("H", "202502", 1, 1, ""),
    ("X1", "202503", 1, 0, "1"),
    ("X2", "202503", 3, 1, "0"),
];

/// Definitions of the test's own, beside the shipped ones.
const OWN: [(&str, &str); 5] = [
    ("mean_by_received", "{ kind = \"unit_mean\", of = \"on_time_rate\", weights = \"received_count\" }"),
    ("not_late", "{ kind = \"formula\", formula = \"1 - [late_rate]\" }"),
    ("larger", "{ kind = \"formula\", formula = \"max([received_count], 3 * [answer_count])\", sums = \"add\" }"),
    ("of_larger", "{ kind = \"ratio\", numerator = \"resolved_count\", denominator = \"larger\", sums = \"add\" }"),
    ("growth", "{ kind = \"change\", of = \"received_count\", against = \"before\", told = \"relative\" }"),
];

fn definition(id: &str, derived: &str) -> String {
    format!(
        "[[indicator]]\nid = \"{id}\"\nname_vi = \"Thử\"\nname_en = \"Trial\"\nmeaning = \"Thử.\"\nderived = {derived}\n\
         direction = \"higher\"\nunit = \"rate\"\ndisplay = {{ digits = 1, mode = \"truncate\", reason = \"thử\" }}\nlegal_basis = \"thử [k]\"\n"
    )
}

fn file(definitions: &[(&str, &str)]) -> String {
    let all: Vec<String> = definitions.iter().map(|(id, derived)| definition(id, derived)).collect();
    format!("title_vi = \"Thử\"\ntitle_en = \"Trial\"\n\n{}", all.join("\n"))
}

fn place() -> Place {
    let place = Place::with_units(UNITS);
    let mut text =
        "MaHoSo,DonViXuLy,KenhThucHien,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,HoSoCoThanhPhanSoHoa\n"
            .to_owned();
    for (unit, month, count, late, digitised) in CASE {
        for at in 0..count {
            let finished = if at < late { 20 } else { 8 };
            text.push_str(&format!(
                "{unit}-{month}-{at},{unit},1,{month}06080000,{month}10170000,{month}{finished:02}090000,10,{digitised}\n"
            ));
        }
    }
    place.import_text("ho-so_20250401.csv", &text).1.exits(0);
    let answers = "Mã phiếu,Đơn vị được đánh giá,Ngày đánh giá,Hình thức,Mã hồ sơ,Mức độ hài lòng\n\
        G1,Sở A,10/01/2025,Phiếu giấy,,5\nG2,Sở A,11/01/2025,Phiếu giấy,,4\nG3,Sở A,12/01/2025,Phiếu giấy,,1\n";
    place.import_text("phieu_20250401.csv", answers).1.exits(0);
    place.file("kho/queries/indicators/95-trial.toml", file(&OWN));
    place.run(&["check"]).exits(0);
    place
}

#[track_caller]
fn is(rows: &[Value], unit: &str, id: &str, fraction: Option<(f64, f64)>, value: Option<f64>) {
    let row = figure(rows, unit, id);
    close(row["value"].as_f64(), value, &format!("value of {row}"));
    close(row["numerator"].as_f64(), fraction.map(|pair| pair.0), &format!("numerator of {row}"));
    close(row["denominator"].as_f64(), fraction.map(|pair| pair.1), &format!("denominator of {row}"));
    assert_eq!(row["status"] == "ok", value.is_some(), "{row}");
}

#[track_caller]
fn status(rows: &[Value], unit: &str, id: &str, status: &str) {
    let row = figure(rows, unit, id);
    assert_eq!((row["status"].as_str(), row["value"].as_f64()), (Some(status), None), "{row}");
}

fn measured(place: &Place, more: &[&str]) -> Vec<Value> {
    place.rows(&[&["indicators", "--period", "2025-Q1"], more].concat())
}

#[test]
fn a_share_of_units_is_of_sums_and_of_units_with_a_figure() {
    let place = place();
    let rows = measured(&place, &[]);
    let of = |top: f64, bottom: f64| (Some((top, bottom)), Some(top / bottom));
    for (unit, (fraction, value)) in
        [("*department", of(1.0, 2.0)), ("*commune", of(1.0, 2.0)), ("*district", of(0.0, 1.0)), ("*", of(2.0, 5.0))]
    {
        is(&rows, unit, "units_without_late", fraction, value);
    }
    for unit in ["A", "B", "D", "H", "X1"] {
        status(&rows, unit, "units_without_late", "not_applicable");
    }
    is(&rows, "*commune", "communes_digitising", Some((1.0, 2.0)), Some(0.5));
    is(&rows, "*", "communes_digitising", Some((1.0, 2.0)), Some(0.5));
    status(&rows, "*department", "communes_digitising", "not_applicable");

    // With children a unit above others is a sum, too: H itself and its communes, each by its own figure.
    let rows = measured(&place, &["--with-children"]);
    is(&rows, "H", "units_without_late", Some((1.0, 3.0)), Some(1.0 / 3.0));
    is(&rows, "H", "communes_digitising", Some((1.0, 2.0)), Some(0.5));
    is(&rows, "*", "units_without_late", Some((2.0, 5.0)), Some(0.4));
    status(&rows, "A", "units_without_late", "not_applicable");
}

#[test]
fn a_ratio_of_two_tables_divides_the_sums_too() {
    let rows = measured(&place(), &[]);
    is(&rows, "A", "answers_per_resolved", Some((3.0, 4.0)), Some(0.75));
    is(&rows, "B", "answers_per_resolved", Some((0.0, 2.0)), Some(0.0));
    status(&rows, "D", "answers_per_resolved", "not_applicable");
    is(&rows, "*department", "answers_per_resolved", Some((3.0, 6.0)), Some(0.5));
    is(&rows, "*", "answers_per_resolved", Some((3.0, 11.0)), Some(3.0 / 11.0));
}

#[test]
fn sums_that_add_up_have_what_the_units_have_and_not_the_formula_of_sums() {
    let rows = measured(&place(), &[]);
    // A max(4, 9), B max(2, 0), H 1, X1 1, X2 3.
    is(&rows, "A", "larger", None, Some(9.0));
    is(&rows, "*department", "larger", None, Some(11.0));
    is(&rows, "*", "larger", None, Some(16.0));
    is(&rows, "A", "of_larger", Some((4.0, 9.0)), Some(4.0 / 9.0));
    is(&rows, "*department", "of_larger", Some((6.0, 11.0)), Some(6.0 / 11.0));
    is(&rows, "*department", "not_late", None, Some(5.0 / 6.0));
    status(&rows, "D", "not_late", "not_applicable");
}

#[test]
fn a_mean_of_units_is_theirs_and_weighs_only_where_the_definition_says_so() {
    let rows = measured(&place(), &[]);
    is(&rows, "*department", "on_time_rate", Some((5.0, 6.0)), Some(5.0 / 6.0));
    is(&rows, "*department", "on_time_unit_mean", Some((1.5, 2.0)), Some(0.75));
    // (1 × 4 + 0,5 × 2) / 6: weighed by received dossiers, here the same as adding up.
    is(&rows, "*department", "mean_by_received", Some((5.0, 6.0)), Some(5.0 / 6.0));
    is(&rows, "B", "on_time_unit_mean", Some((1.0, 2.0)), Some(0.5));
    status(&rows, "D", "on_time_unit_mean", "not_applicable");
}

#[test]
fn a_change_needs_a_past_that_is_known() {
    let place = place();
    let rows = measured(&place, &[]);
    is(&rows, "A", "on_time_change_before", None, Some(0.5));
    // B resolved nothing in the quarter before; nobody knows anything of the first quarter of 2024.
    status(&rows, "B", "on_time_change_before", "not_applicable");
    status(&rows, "A", "on_time_change_year", "missing");
    status(&rows, "A", "received_growth_year", "missing");
    is(&rows, "A", "growth", Some((2.0, 2.0)), Some(1.0));
    status(&rows, "B", "growth", "not_applicable");
    is(&rows, "*", "growth", Some((9.0, 2.0)), Some(4.5));
}

#[test]
fn too_few_cases_stay_hidden_in_what_is_made_of_them() {
    let rows = measured(&place(), &["--suppress-below", "3"]);
    // B has two resolved dossiers, X1 one, H one.
    for id in ["on_time_rate", "not_late", "answers_per_resolved", "on_time_unit_mean", "on_time_change_before"] {
        let row = figure(&rows, "B", id);
        assert_eq!((row["status"].as_str(), row["numerator"].as_f64()), (Some("suppressed"), None), "{row}");
    }
    is(&rows, "*department", "units_without_late", Some((1.0, 1.0)), Some(1.0));
    status(&rows, "*district", "units_without_late", "suppressed");
    is(&rows, "*department", "on_time_unit_mean", Some((1.0, 1.0)), Some(1.0));
}

#[test]
fn an_earlier_period_stands_beside_the_figures_on_demand() {
    let place = place();
    let rows = measured(&place, &["--indicator", "received_count", "on_time_rate", "--against", "before"]);
    let row = figure(&rows, "A", "received_count");
    assert_eq!(row["compared_with"], "2024-Q4");
    assert_eq!((row["earlier_value"].as_f64(), row["change"].as_f64()), (Some(2.0), Some(2.0)), "{row}");
    assert_eq!((row["relative_change"].as_f64(), row["earlier_status"].as_str()), (Some(1.0), Some("ok")));
    let row = figure(&rows, "B", "on_time_rate");
    assert_eq!((row["earlier_status"].as_str(), row["change"].as_f64()), (Some("not_applicable"), None), "{row}");
    // Of the year before nothing is known: no figure, and no change from zero.
    let rows = measured(&place, &["--indicator", "received_count", "--against", "year"]);
    let row = figure(&rows, "A", "received_count");
    assert_eq!((row["compared_with"].as_str(), row["earlier_value"].as_f64()), (Some("2024-Q1"), None));
    assert!(row["change"].is_null() && row["earlier_status"].is_null(), "{row}");
    let plain = measured(&place, &["--indicator", "received_count"]);
    assert!(plain[0].get("compared_with").is_none(), "only on demand");
}

#[test]
fn months_add_up_to_the_year_to_date() {
    let place = place();
    let rows =
        measured(&place, &["--indicator", "received_count", "units_without_late", "--by", "month", "--cumulative"]);
    let of = |period: &str, id: &str| {
        let of_all = rows.iter().filter(|row| row["period"] == period && row["unit_code"] == "*");
        of_all.filter(|row| row["indicator"] == id).map(|row| row["value"].as_f64()).collect::<Vec<_>>()
    };
    assert_eq!(of("2025-01-01..2025-01-31", "received_count"), [Some(4.0)]);
    assert_eq!(of("2025-01-01..2025-02-28", "received_count"), [Some(7.0)]);
    assert_eq!(of("2025-Q1", "received_count"), [Some(11.0)]);
    assert_eq!(of("2025-01-01..2025-02-28", "units_without_late"), [Some(1.0 / 3.0)]);
    place.run(&["indicators", "--period", "2025-Q1", "--cumulative"]).exits(2).says(&["--cumulative needs --by month"]);
}

#[test]
fn explain_leads_a_share_of_units_to_the_units_and_on_to_their_dossiers() {
    let place = place();
    let found =
        place.rows(&["explain", "units_without_late", "--unit", "*department", "--period", "2025-Q1", "--rows"]);
    assert_eq!(
        (&found[0]["in_numerator"], &found[0]["only_in_denominator"]),
        (&serde_json::json!(["A"]), &serde_json::json!(["B"]))
    );
    let read = &found[0]["inputs"][0];
    assert_eq!((read["indicator"].as_str(), read["denominator"].as_f64()), (Some("late_rate"), Some(6.0)));
    assert_eq!(read["in_numerator"], serde_json::json!(["B-202502-0"]));
    assert_eq!(found[0]["files"].as_array().unwrap().len(), 1);
    let change = place.rows(&["explain", "on_time_change_before", "--unit", "A", "--period", "2025-Q1"]);
    let periods: Vec<&str> =
        change[0]["inputs"].as_array().unwrap().iter().map(|one| one["period"].as_str().unwrap()).collect();
    assert_eq!(periods, ["2025-Q1", "2024-Q4"]);
    let page = place.run(&["explain", "of_larger", "--unit", "A", "--period", "2025-Q1"]).exits(0);
    assert!(page.stdout.contains("read: ") && page.stdout.contains("answer_count"), "{}", page.stdout);
}

/// The statements that `--show-sql` prints for figures of figures, run over the table of figures.
#[test]
fn the_sql_that_is_shown_gives_the_same_figures() {
    for (id, key, sums) in [
        ("units_without_late", "kind", true),
        ("on_time_unit_mean", "kind", true),
        ("answers_per_resolved", "unit_code", false),
        ("on_time_change_before", "unit_code", false),
        ("on_time_change_year", "unit_code", false),
    ] {
        let shown =
            sample().place.run(&["indicators", "--period", "2025-Q1", "--indicator", id, "--show-sql"]).exits(0);
        let last = shown.stdout.trim_end().trim_end_matches(';').rsplit(";\n\n").next().unwrap().to_owned();
        let theirs = sample().place.rows(&["sql", &last]);
        let ours = sample().place.rows(&["indicators", "--period", "2025-Q1", "--indicator", id]);
        let mut compared = 0;
        for row in &ours {
            let code = row["unit_code"].as_str().unwrap();
            if sums && !(code.starts_with('*') && code.len() > 1) {
                continue;
            }
            let wanted = if sums { code.trim_start_matches('*') } else { code };
            let found = theirs.iter().find(|other| other[key] == wanted);
            let value = found.and_then(|other| {
                match (&other["value"], other["numerator"].as_f64(), other["denominator"].as_f64()) {
                    (Value::Null, Some(top), Some(bottom)) if bottom > 0.0 => Some(top / bottom),
                    (value, ..) => value.as_f64(),
                }
            });
            close(row["value"].as_f64(), value, &format!("{id}: {row}"));
            compared += usize::from(value.is_some());
        }
        assert!(compared > 2, "{id}: {compared} figures compared");
    }
}

/// Independent of the engine's words: late dossiers of a unit counted from the stored columns.
#[test]
fn units_without_late_dossiers_are_those_of_which_sql_finds_none() {
    let query = "SELECT u.kind, count(*) AS d, sum(CASE WHEN late = 0 THEN 1 ELSE 0 END) AS n FROM (
        SELECT resolving_unit, sum(CASE WHEN CAST(finished_at AS DATE) > CAST(due_at AS DATE) THEN 1 ELSE 0 END) AS late
        FROM dossiers WHERE received_at IS NOT NULL AND CAST(finished_at AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-03-31'
        GROUP BY resolving_unit) f JOIN units u ON u.code = f.resolving_unit GROUP BY u.kind";
    let rows = sample().place.rows(&["indicators", "--period", "2025-Q1", "--indicator", "units_without_late"]);
    let expected = sample().place.rows(&["sql", query]);
    assert!(expected.len() > 2);
    for row in expected {
        let kind = format!("*{}", row["kind"].as_str().unwrap());
        let (top, bottom) = (row["n"].as_f64().unwrap(), row["d"].as_f64().unwrap());
        is(&rows, &kind, "units_without_late", Some((top, bottom)), Some(top / bottom));
    }
}

#[test]
fn faults_of_derived_indicators_are_named_all_at_once() {
    let place = Place::new();
    let mut text = file(&[
        ("t1", "{ kind = \"unit_share\", of = \"late_rat\", at_most = 0 }"),
        ("t2", "{ kind = \"unit_share\", of = \"late_rate\" }"),
        ("t3", "{ kind = \"unit_share\", of = \"late_rate\", at_least = 0.5, below = 0.5 }"),
        ("t4", "{ kind = \"formula\", formula = \"1 - [t5]\" }"),
        ("t5", "{ kind = \"formula\", formula = \"1 - [t4]\" }"),
        ("t6", "{ kind = \"formula\", formula = \"1 - [late_rate\" }"),
        ("t7", "{ kind = \"formula\", formula = \"1 + 2\" }"),
        ("t8", "{ kind = \"change\", of = \"coverage_l4\", against = \"before\" }"),
        ("t9", "{ kind = \"first\", of = [\"late_rate\"] }"),
        ("t10", "{ kind = \"ratio\", numerator = \"late_rate\", denominator = \"no_such_thing_at_all\" }"),
    ]);
    text.push_str(
        &definition("t11", "{ kind = \"formula\", formula = \"1 - [late_rate]\" }")
            .replace("unit =", "table = \"dossiers\"\nunit ="),
    );
    text.push_str("[[indicator]]\nid = \"t12\"\nname_vi = \"a\"\nname_en = \"a\"\nmeaning = \"a\"\ndirection = \"none\"\nunit = \"rate\"\n\
        display = { digits = 1, mode = \"ceil\", reason = \"a\" }\nlegal_basis = \"a\"\n");
    place.file("kho/queries/indicators/95-trial.toml", text);
    place.run(&["check"]).exits(1).says(&[
        "t1.derived: no indicator 'late_rat'; did you mean 'late_rate'?",
        "t2.derived: says no bound; write at_least, above, at_most or below",
        "t3.derived: no figure lies within its bounds",
        "t4.derived: reads itself: t4 → t5 → t4",
        "t5.derived: reads itself: t5 → t4 → t5",
        "t6.derived: formula: a '[' without ']'",
        "t7.derived: formula reads no indicator; write [id]",
        "t8.derived: 'coverage_l4' counts a catalogue of today, which has no earlier period",
        "t9.derived: of: name at least two indicators",
        "t10.derived: no indicator 'no_such_thing_at_all'",
        "t11.table: counts rows, but the indicator is derived from others",
        "t12.table: missing field `table`",
        "t12.numerator: missing field `numerator`",
    ]);
}

#[test]
fn an_input_that_is_never_in_force_on_the_same_days_is_a_fault() {
    let place = Place::new();
    let days = |from: &str, text: String| text.replace("legal_basis", &format!("{from}\nlegal_basis"));
    let text = "title_vi = \"Thử\"\ntitle_en = \"Trial\"\n\n".to_owned()
        + &days("valid_to = \"2020-12-31\"", definition("old", "{ kind = \"formula\", formula = \"[late_rate]\" }"))
        + &days("valid_from = \"2021-01-01\"", definition("new", "{ kind = \"formula\", formula = \"[old]\" }"));
    place.file("kho/queries/indicators/95-trial.toml", text);
    place.run(&["check"]).exits(1).says(&["new.derived: 'old' is never in force on the same days"]);
}

/// What every grouping must give: the groups of a figure are the whole.
#[test]
fn groups_add_up_to_the_ungrouped_figure() {
    let ids = ["online_share", "on_time_rate", "mean_working_days", "received_count", "c13", "answer_count"];
    let arguments =
        |by: &'static str| [&["indicators", "--period", "2025-Q1", "--by", by, "--indicator"], ids.as_slice()].concat();
    let whole = sample().place.rows(&arguments("unit"));
    for by in ["field", "procedure", "channel", "level", "unit", "month"] {
        let rows = sample().place.rows(&arguments(by));
        for id in ids {
            // The state at the end of a month is not added up over months.
            if by == "month" && id == "c13" {
                continue;
            }
            let all = figure(&whole, "*", id);
            let parts = rows.iter().filter(|row| row["indicator"] == id).filter(|row| match by {
                "unit" => !row["unit_code"].as_str().unwrap().starts_with('*'),
                _ => row["unit_code"] == "*",
            });
            for key in if all["denominator"].is_null() { vec!["value"] } else { vec!["numerator", "denominator"] } {
                let sum: f64 = parts.clone().map(|row| row[key].as_f64().unwrap_or(0.0)).sum();
                close(Some(sum), all[key].as_f64(), &format!("{key} of {id} by {by}"));
            }
            assert!(parts.clone().count() > 1, "{id} by {by}");
        }
    }
    // Answers have no field: no field has any, and it is not said to have none either.
    let by_field = sample().place.rows(&arguments("field"));
    let answers = by_field.iter().filter(|row| row["indicator"] == "answer_count" && !row["group"].is_null());
    assert!(answers.clone().count() > 3 && answers.clone().all(|row| row["status"] == "not_applicable"));
}

/// Medians and percentiles over kinds, months and the year to date, from the days themselves.
#[test]
fn medians_and_percentiles_of_sums_and_of_the_year_to_date_are_computed_anew() {
    let days = |condition: &str| {
        let query = format!(
            "SELECT date_part('epoch', date_trunc('day', finished_at) - date_trunc('day', received_at)) / 86400 AS days
             FROM dossiers d JOIN units u ON u.code = d.resolving_unit WHERE received_at IS NOT NULL AND {condition} ORDER BY 1"
        );
        let rows = sample().place.rows(&["sql", &query]);
        rows.iter().map(|row| row["days"].as_f64().unwrap()).collect::<Vec<f64>>()
    };
    let percentile = |values: &[f64], share: f64| {
        let place = share * (values.len() - 1) as f64;
        let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
        low + (high - low) * place.fract()
    };
    let rows = sample().place.rows(&[
        "indicators",
        "--period",
        "2025-Q1",
        "--by",
        "month",
        "--cumulative",
        "--indicator",
        "median_days",
        "p90_days",
    ]);
    for (period, to) in
        [("2025-01-01..2025-01-31", "2025-01-31"), ("2025-01-01..2025-02-28", "2025-02-28"), ("2025-Q1", "2025-03-31")]
    {
        for (unit, condition) in
            [("*district", "u.kind = 'district'"), ("*commune", "u.kind = 'commune'"), ("*", "TRUE")]
        {
            let values =
                days(&format!("{condition} AND CAST(finished_at AS DATE) BETWEEN DATE '2025-01-01' AND DATE '{to}'"));
            assert!(values.len() > 20, "{period}");
            for (id, share) in [("median_days", 0.5), ("p90_days", 0.9)] {
                let ours = rows
                    .iter()
                    .find(|row| row["period"] == period && row["unit_code"] == unit && row["indicator"] == id);
                close(
                    ours.unwrap()["value"].as_f64(),
                    Some(percentile(&values, share)),
                    &format!("{id} of {unit} in {period}"),
                );
            }
        }
    }
}
