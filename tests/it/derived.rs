//! Indicators made of other indicators: worked out by hand, checked by SQL over the figures that they read, and their faults.

use calamine::{DataType, Reader, Xlsx, open_workbook};
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

/// Unit, month, finished dossiers, of them late, digitised (empty: unknown). D and X3 have nothing.
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
    Place::prepared("derived: dossiers, answers and indicators of the test's own", fill)
}

fn fill(place: &Place) {
    let list = place.file("units.csv", UNITS);
    place.run(&["init", "--units", list.to_str().unwrap()]).exits(0);
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
    // The counts of all departments are hidden, since B's would follow from them.
    status(&rows, "*department", "units_without_late", "suppressed");
    status(&rows, "*district", "units_without_late", "suppressed");
    status(&rows, "*department", "on_time_unit_mean", "suppressed");
}

#[test]
fn an_earlier_period_is_shown_beside_the_figures_on_demand() {
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
    let ratio = place.rows(&["explain", "answers_per_resolved", "--unit", "A", "--period", "2025-Q1", "--rows"]);
    assert_eq!(ratio[0]["in_numerator"], serde_json::json!(["G1", "G2", "G3"]));
    assert_eq!(ratio[0]["only_in_denominator"].as_array().unwrap().len(), 4);
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

#[test]
fn the_workbook_and_the_ranking_show_figures_by_the_mode_of_their_definition() {
    let place = place();
    let rows = measured(&place, &["--indicator", "not_late"]);
    assert_eq!(figure(&rows, "X2", "not_late")["shown"], "66,6%", "two thirds, cut off");
    assert_eq!(figure(&rows, "D", "not_late")["shown"], "–");
    let ranked = place.rows(&["rank", "--index", "not_late", "--period", "2025-Q1"]);
    let row = ranked.iter().find(|row| row["unit_code"] == "X2").unwrap();
    assert_eq!(row["shown"], "66,6%");
    close(row["score"].as_f64(), Some(2.0 / 3.0), "ranked at full precision");

    let out = place.path("ra");
    place.run(&["report", "--period", "2025-Q1", "--out", out.to_str().unwrap()]).exits(0);
    let mut book: Xlsx<_> = open_workbook(out.join("bao-cao_2025-Q1.xlsx")).unwrap();
    let mut numbers = |sheet: &str| -> Vec<f64> {
        let cells = book.worksheet_range(sheet).unwrap_or_else(|error| panic!("{sheet}: {error}"));
        cells.used_cells().filter_map(|cell| cell.2.as_f64()).collect()
    };
    let has = |cells: &[f64], value: f64| cells.iter().any(|cell| (cell - value).abs() < 1e-12);
    let own = numbers("Thử");
    assert!(has(&own, 0.666) && !has(&own, 2.0 / 3.0), "{own:?}");
    // Halves go up in the workbook by itself, so the cell keeps all digits.
    let shipped = numbers("Đúng hạn");
    assert!(has(&shipped, 2.0 / 3.0), "{shipped:?}");
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

/// Finished, late and rated of each unit from the stored columns, in the quarter and in the one before; and its feedback.
const BY_HAND: &str = "SELECT u.code AS u, u.kind, n.done, n.late, b.done AS done_before, b.late AS late_before, r.rated, f.told FROM units u
    LEFT JOIN (SELECT resolving_unit AS u, count(*) AS done, sum(CASE WHEN CAST(finished_at AS DATE) > CAST(due_at AS DATE) THEN 1 ELSE 0 END) AS late
      FROM dossiers WHERE received_at IS NOT NULL AND CAST(finished_at AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-03-31' GROUP BY 1) n ON n.u = u.code
    LEFT JOIN (SELECT resolving_unit AS u, count(*) AS done, sum(CASE WHEN CAST(finished_at AS DATE) > CAST(due_at AS DATE) THEN 1 ELSE 0 END) AS late
      FROM dossiers WHERE received_at IS NOT NULL AND CAST(finished_at AS DATE) BETWEEN DATE '2024-10-01' AND DATE '2024-12-31' GROUP BY 1) b ON b.u = u.code
    LEFT JOIN (SELECT unit AS u, count(*) AS rated FROM ratings WHERE score IN (1, 2, 3, 4, 5)
      AND CAST(rated_at AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-03-31' GROUP BY 1) r ON r.u = u.code
    LEFT JOIN (SELECT unit AS u, count(*) AS told FROM feedback
      WHERE CAST(received_at AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-03-31' GROUP BY 1) f ON f.u = u.code";

#[test]
fn ratios_changes_formulas_and_means_equal_those_of_sql_over_the_stored_columns() {
    let ids = ["answers_per_resolved", "on_time_change_before", "service_satisfied", "on_time_unit_mean"];
    let arguments = [&["indicators", "--period", "2025-Q1", "--indicator"], ids.as_slice()].concat();
    let rows = sample().place.rows(&arguments);
    let mut means: std::collections::BTreeMap<String, Vec<f64>> = std::collections::BTreeMap::new();
    let mut compared = 0;
    for hand in sample().place.rows(&["sql", BY_HAND]) {
        let unit = hand["u"].as_str().unwrap();
        if !rows.iter().any(|row| row["unit_code"] == unit) {
            continue;
        }
        let number = |key: &str| hand[key].as_f64();
        let (done, late) = (number("done").filter(|done| *done > 0.0), number("late").unwrap_or(0.0));
        let none = |key: &str| number(key).unwrap_or(0.0);
        let before = number("done_before").map(|done| 1.0 - none("late_before") / done);
        let now = done.map(|done| 1.0 - late / done);
        let value = |id: &str| figure(&rows, unit, id)["value"].as_f64();
        close(value("answers_per_resolved"), done.map(|done| none("rated") / done), unit);
        close(value("on_time_change_before"), now.zip(before).map(|(now, before)| now - before), unit);
        close(value("service_satisfied"), done.map(|done| (1.0 - late / done - none("told") / done).max(0.0)), unit);
        means.entry(hand["kind"].as_str().unwrap().to_owned()).or_default().extend(now);
        compared += usize::from(now.is_some());
    }
    assert!(compared > 20, "{compared}");
    for (kind, rates) in means.iter().filter(|(_, rates)| !rates.is_empty()) {
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        close(figure(&rows, &format!("*{kind}"), "on_time_unit_mean")["value"].as_f64(), Some(mean), kind);
    }
}

#[test]
fn what_reads_nothing_in_force_is_missing_and_not_left_out() {
    let place = place();
    let until = |text: String| text.replace("legal_basis", "valid_to = \"2024-12-31\"\nlegal_basis");
    let text = "title_vi = \"Thử\"\ntitle_en = \"Trial\"\n\n".to_owned()
        + &until(definition("old", "{ kind = \"formula\", formula = \"[late_rate]\" }"))
        + &definition("reader", "{ kind = \"formula\", formula = \"[old]\" }");
    place.file("kho/queries/indicators/96-trial.toml", text);
    let of = |period: &str| place.rows(&["indicators", "--period", period, "--indicator", "reader"]);
    is(&of("2024-Q4"), "A", "reader", None, Some(0.5));
    status(&of("2025-Q1"), "A", "reader", "missing");
    assert!(place.rows(&["indicators", "--period", "2025-Q1"]).len() > 100);
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

/// The parts of the 766 set that come from the catalogue, dossiers and feedback.
mod parts_of_766 {
    use super::*;

    /// A has three online procedures, one of them used online, one in person only, one without dossiers; two with a
    /// fee. B's exports have no channel. The last is of the communes together.
    const CATALOGUE: &str = "Mã thủ tục,Tên thủ tục,Lĩnh vực,Cơ quan thực hiện,Cấp,Mức độ dịch vụ công,Phí lệ phí (đồng),Thanh toán trực tuyến,Kết quả bản giấy\n\
        1.000001,Một,L,Sở A,Cấp tỉnh,4,50000,Có,Có\n1.000002,Hai,L,Sở A,Cấp tỉnh,3,0,Không,Không\n1.000003,Ba,L,Sở A,Cấp tỉnh,3,20000,Không,Có\n\
        1.000004,Bốn,L,Sở Bê,Cấp tỉnh,4,10000,Có,Có\n1.000005,Năm,L,,Cấp xã,3,0,Không,Có\n1.000006,Sáu,L,Sở A,Cấp tỉnh,2,0,Không,Có\n";

    fn filled(more: &[(&str, &str)]) -> Place {
        let place = Place::prepared("derived: the parts of the 766 set", fill);
        for (name, text) in more {
            place.import_text(name, text).1.exits(0);
        }
        place
    }

    fn fill(place: &Place) {
        let list = place.file("units.csv", UNITS);
        place.run(&["init", "--units", list.to_str().unwrap()]).exits(0);
        let dossiers = "MaHoSo,MaTTHC,DonViXuLy,KenhThucHien,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,LePhi,DuocThanhToanTrucTuyen,CoKetQuaDienTu\n\
            A1,1.000001,A,2,20250106080000,20250110170000,20250109090000,10,50000,1,1\n\
            A2,1.000001,A,1,20250106080000,20250110170000,20250109090000,10,50000,0,0\n\
            A3,1.000002,A,1,20250106080000,20250110170000,20250120090000,10,0,0,1\n\
            X1,1.000005,X1,2,20250106080000,20250110170000,20250109090000,10,0,0,1\n\
            A4,,A,2,20250401080000,20250410170000,,4,0,0,\n";
        place.import_text("dong-bo_20250401.csv", dossiers).1.exits(0);
        let without_channel = "MaHoSo,MaTTHC,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo\n\
            B1,1.000004,B,20250106080000,20250110170000,20250109090000,10\n";
        place.import_text("dong-bo-b_20250401.csv", without_channel).1.exits(0);
        place.import_text("danh-muc_20250401.csv", CATALOGUE).1.exits(0);
        let feedback = "Mã phản ánh,Đơn vị xử lý,Ngày tiếp nhận,Hạn xử lý,Ngày trả lời,Đánh giá\n\
            F1,Sở A,06/01/2025,10/01/2025,09/01/2025,Hài lòng\nF2,Sở Bê,06/01/2025,10/01/2025,09/01/2025,Chấp nhận được\n\
            F3,Sở Bê,06/01/2025,10/01/2025,09/01/2025,Rất hài lòng\nF4,Sở Bê,06/01/2025,10/01/2025,09/01/2025,\nF5,Sở Bê,06/01/2025,10/01/2025,,Hài lòng\n";
        place.import_text("phan-anh_20250401.csv", feedback).1.exits(0);
    }

    #[test]
    fn services_used_and_fees_paid_are_of_the_catalogue_and_unknown_is_not_unused() {
        let rows = measured(&filled(&[]), &[]);
        is(&rows, "A", "services_used", Some((1.0, 3.0)), Some(1.0 / 3.0));
        status(&rows, "B", "services_used", "missing");
        status(&rows, "X1", "services_used", "not_applicable");
        is(&rows, "*commune", "services_used", Some((1.0, 1.0)), Some(1.0));
        is(&rows, "*department", "services_used", Some((1.0, 3.0)), Some(1.0 / 3.0));
        is(&rows, "*", "services_used", Some((2.0, 4.0)), Some(0.5));
        is(&rows, "A", "fee_paid", Some((1.0, 2.0)), Some(0.5));
        is(&rows, "A", "fee_payable", Some((1.0, 2.0)), Some(0.5));
        is(&rows, "*", "fee_payable", Some((2.0, 3.0)), Some(2.0 / 3.0));
        is(&rows, "*", "online_service_count", None, Some(5.0));
        // Of the results, only those of procedures that give one on paper: A1 and A2, not A3.
        is(&rows, "A", "e_result_of_paper", Some((1.0, 2.0)), Some(0.5));
        is(&rows, "A", "e_result_share", Some((2.0, 3.0)), Some(2.0 / 3.0));
        // A quarter of which no dossier is known.
        let before = filled(&[]).rows(&["indicators", "--period", "2024-Q1", "--indicator", "services_used"]);
        status(&before, "A", "services_used", "missing");
    }

    #[test]
    fn satisfaction_comes_from_answers_to_feedback_and_from_what_was_late_or_complained_of() {
        let rows = measured(&filled(&[]), &[]);
        is(&rows, "B", "feedback_satisfied", Some((1.0, 2.0)), Some(0.5));
        is(&rows, "*", "feedback_satisfied", Some((2.0, 3.0)), Some(2.0 / 3.0));
        // A: 1 late of 3, 1 complaint of 3. B: 4 complaints of 1 dossier, never below 0.
        is(&rows, "A", "service_satisfied", None, Some(1.0 - 1.0 / 3.0 - 1.0 / 3.0));
        is(&rows, "B", "service_satisfied", None, Some(0.0));
        status(&rows, "D", "service_satisfied", "not_applicable");
    }

    #[test]
    fn what_the_data_lack_is_taken_as_declared() {
        let declared = "unit,indicator,period,value,numerator,denominator\nB,online_services_used,Quý I/2025,,3,4\n\
            A,online_services_used,Quý I/2025,,1,10\nA,synced_count,Quý I/2025,4,,\nA,national_count,Quý I/2025,5,,\n\
            B,dossiers_synchronised,Quý I/2025,,9,10\nX1,synced_count,Quý I/2025,1,,\nX1,national_count,Quý I/2025,1,,\n";
        let rows = measured(&filled(&[("khai_20250405.csv", declared)]), &[]);
        is(&rows, "A", "services_used_766", Some((1.0, 3.0)), Some(1.0 / 3.0));
        is(&rows, "B", "services_used_766", Some((3.0, 4.0)), Some(0.75));
        // A: max(5 by the portal, 3 received); X1: max(1, 1); B declared only the pair.
        is(&rows, "A", "synchronised_766", Some((4.0, 5.0)), Some(0.8));
        is(&rows, "B", "synchronised_766", Some((9.0, 10.0)), Some(0.9));
        is(&rows, "*", "synchronised", Some((5.0, 6.0)), Some(5.0 / 6.0));
        status(&rows, "D", "synchronised_766", "missing");
    }

    #[test]
    fn the_766_set_scores_what_the_data_hold() {
        let place = filled(&[]);
        let rows = place.rows(&["score", "--index", "qd766", "--period", "2025-Q1", "--unit", "A"]);
        let points = |code: &str| {
            let row = rows.iter().find(|row| row["code"] == code || row["item"] == code);
            row.unwrap_or_else(|| panic!("no {code} in {rows:?}"))["points"].as_f64()
        };
        close(points("4.2"), Some(4.0 / 3.0), "4r of 1/3");
        close(points("5.1"), Some(2.0 * 0.5 / 0.8), "2r/80 % of 1/2");
        close(points("3.1"), Some(3.0), "6r of 1/2");
        close(points("6.3"), Some(6.0 * (1.0 / 3.0) / 0.9), "6r/90 % of 1/3");
        // From the score down to the rows: the part, the figure that was there, the dossiers it counts.
        let arguments = ["explain", "qd766", "--unit", "A", "--period", "2025-Q1", "--item"];
        let found = place.rows(&[arguments.as_slice(), &["3.1"]].concat());
        let part = &found[0]["parts"].as_array().unwrap()[0]["figure"];
        assert_eq!((&part["indicator"], &part["in_numerator"]), (&"e_result_766".into(), &serde_json::json!(["A1"])));
        assert_eq!(part["inputs"][0]["indicator"], "e_result_of_paper", "{part}");
        assert_eq!(part["inputs"][0]["only_in_denominator"], serde_json::json!(["A2"]));
    }

    /// Sheets as departments keep them name no set; the codes of one set stand in others, too.
    #[test]
    fn a_sheet_of_another_index_scores_nothing_and_one_of_this_is_checked() {
        const ITEMS: [(&str, u32); 5] = [("1.1", 6), ("1.2", 4), ("1.3", 2), ("2.1", 20), ("3.1", 6)];
        let mut index =
            "kind = \"points\"\n[index]\nid = \"nho\"\nname_vi = \"Nhỏ\"\nname_en = \"Small\"\nunit_kinds = []\n\
            legal_basis = \"ví dụ\"\n[points]\nmax = 38\ncounts = [\"verified\", \"computed\"]\n"
                .to_owned();
        for (code, max) in ITEMS {
            let rule =
                if code == "2.1" { "{ kind = \"linear\", input = \"on_time_rate\" }" } else { "{ kind = \"scored\" }" };
            index.push_str(&format!("[[item]]\ncode = \"{code}\"\nname = \"Tiêu chí\"\nmax = {max}\nrule = {rule}\n"));
        }
        let sheet = |maxima: [u32; 5]| {
            let row = |((code, _), max): ((&str, u32), u32)| format!("{code},Tiêu chí,Sở A,{max},1,1,Quý I/2025\n");
            let rows: String = ITEMS.into_iter().zip(maxima).map(row).collect();
            format!("Mã tiêu chí,Tên tiêu chí,Đơn vị,Điểm tối đa,Tự chấm,Thẩm định,Kỳ\n{rows}")
        };
        let ranked = |maxima: [u32; 5]| {
            let place = filled(&[("diem_20250406.csv", sheet(maxima).as_str())]);
            place.file("kho/queries/indices/nho.toml", &index);
            place.run(&["--format", "json", "rank", "--index", "nho", "--period", "2025-Q1", "--detail"])
        };
        let of = |ran: &crate::support::Ran, code: &str| {
            let row = ran.rows().into_iter().find(|row| row["unit_code"] == "A" && row["code"] == code);
            row.unwrap_or_else(|| panic!("no {code} in {}", ran.stdout))["points"].as_f64()
        };
        // 2 of 3 on time: 20r by the dossiers, and nobody scored the others.
        let other = ranked([2, 3, 1, 3, 6]).exits(0);
        close(of(&other, "2.1"), Some(40.0 / 3.0), "computed, not the 1 of another set");
        close(of(&other, "1.1"), Some(0.0), "not scored");
        let own = ranked([6, 4, 2, 20, 6]).exits(0);
        close(of(&own, "2.1"), Some(1.0), "verified");
        ranked([6, 4, 2, 19, 6]).exits(1).says(&["the sheet gives at most 19 points, index 'nho' at most 20"]);
    }

    #[test]
    fn documents_courses_and_tickets_are_counted_in_their_own_tables() {
        let documents = "Đơn vị,Tháng,Văn bản đi,Văn bản đi điện tử,Văn bản đi ký số,Văn bản đến,Văn bản đến điện tử\n\
            Sở A,01/2025,10,9,8,20,15\nSở A,02/2025,30,30,12,20,20\nSở Bê,04/2025,5,1,1,5,1\n";
        let training = "STT,Đơn vị,Tên lớp,Từ ngày,Đến ngày,Kế hoạch,Tham gia\n\
            1,Sở A,Lớp một,02/01/2025,04/01/2025,20,18\n2,Sở A,Lớp hai,02/02/2025,04/02/2025,30,30\n";
        let tickets = "Đơn vị,Số phiếu,Giờ lấy số,Giờ gọi\n\
            Sở A,1,02/01/2025 08:00:00,02/01/2025 08:10:00\nSở A,2,02/01/2025 09:00:00,02/01/2025 09:20:00\n";
        let place = Place::with_units(UNITS);
        for (name, text) in
            [("van-ban_20250405.csv", documents), ("dao-tao_20250405.csv", training), ("lay-so_20250405.csv", tickets)]
        {
            place.import_text(name, text).1.exits(0);
        }
        let rows = measured(&place, &[]);
        is(&rows, "A", "documents_e_sent", Some((39.0, 40.0)), Some(0.975));
        is(&rows, "A", "documents_signed", Some((20.0, 40.0)), Some(0.5));
        is(&rows, "A", "documents_e_received", Some((35.0, 40.0)), Some(0.875));
        is(&rows, "A", "training_attended", Some((48.0, 50.0)), Some(0.96));
        is(&rows, "A", "training_attended_any", Some((48.0, 50.0)), Some(0.96));
        is(&rows, "*", "mean_waiting_minutes", Some((30.0, 2.0)), Some(15.0));
        is(&rows, "*", "p90_waiting_minutes", None, Some(19.0));
        status(&rows, "B", "documents_e_sent", "missing");
    }

    /// By hand over the stored tables of the sample.
    #[test]
    fn services_used_are_those_of_which_sql_finds_an_online_dossier() {
        let query = "SELECT p.agency AS u, count(*) AS d, count(q.code) AS n
            FROM procedures p LEFT JOIN (SELECT DISTINCT coalesce(d.procedure_code, c.procedure_code) AS code FROM dossiers d
              LEFT JOIN procedures c ON d.procedure_code IS NULL AND lower(c.procedure_name) = lower(d.procedure_name)
              WHERE d.channel = 2 AND CAST(d.received_at AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-03-31') q ON q.code = p.procedure_code
            WHERE p.service_level IN (3, 4) AND p.agency IN ('000.00.01.H99', '000.00.03.H99', '000.00.04.H99', '000.00.07.H99') GROUP BY p.agency";
        let expected = sample().place.rows(&["sql", query]);
        let rows = sample().place.rows(&["indicators", "--period", "2025-Q1", "--indicator", "services_used"]);
        assert_eq!(expected.len(), 4);
        for row in expected {
            let (top, bottom) = (row["n"].as_f64().unwrap(), row["d"].as_f64().unwrap());
            is(&rows, row["u"].as_str().unwrap(), "services_used", Some((top, bottom)), Some(top / bottom));
        }
    }
}
