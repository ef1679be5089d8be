//! Shipped indicators that no other test works out: smallest tables, figures by hand, and SQL over the stored tables.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::{Place, close, figure, files_below, project};

const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,UBND tỉnh Thử,,province,,,,\n\
    A,Sở A,,department,P,,,\n\
    B,Sở Bê,,department,P,,,\n\
    D,Sở Đê,,department,P,,,\n\
    X,UBND xã Ích,,commune,P,,,\n";

/// A figure by hand: unit, numerator, denominator. A count has no denominator, and its numerator is the value.
type ByHand = (&'static str, f64, Option<f64>);

/// The command gives the figures by hand, and so does SQL for the units that have rows of their own.
#[track_caller]
fn agree(place: &Place, id: &str, by_hand: &[ByHand], sql: &str) {
    let rows = place.rows(&["indicators", "--period", "2025-Q1", "--indicator", id]);
    is_by_hand(&rows, id, by_hand, &place.rows(&["sql", sql]));
}

#[track_caller]
fn is_by_hand(rows: &[Value], id: &str, by_hand: &[ByHand], answers: &[Value]) {
    let by_sql: BTreeMap<&str, &Value> = answers.iter().map(|row| (row["u"].as_str().unwrap(), row)).collect();
    for (unit, top, bottom) in by_hand {
        let row = figure(rows, unit, id);
        let what = format!("{id} of {unit}: {row}");
        assert_eq!(row["status"], "ok", "{what}");
        close(row["value"].as_f64(), Some(bottom.map_or(*top, |bottom| top / bottom)), &what);
        if bottom.is_some() {
            close(row["numerator"].as_f64(), Some(*top), &what);
            close(row["denominator"].as_f64(), *bottom, &what);
        }
        if !unit.starts_with('*') {
            let found = by_sql.get(unit).unwrap_or_else(|| panic!("SQL finds nothing for {what}"));
            close(found["n"].as_f64(), Some(*top), &format!("numerator by SQL of {what}"));
            close(found["d"].as_f64(), *bottom, &format!("denominator by SQL of {what}"));
        }
    }
    let units: BTreeSet<&str> = by_hand.iter().map(|(unit, ..)| *unit).filter(|unit| !unit.starts_with('*')).collect();
    assert_eq!(by_sql.keys().copied().collect::<BTreeSet<_>>(), units, "units of {id} by SQL");
    let of_units = |row: &&Value| row["indicator"] == id && !row["unit_code"].as_str().unwrap().starts_with('*');
    for row in rows.iter().filter(of_units) {
        let unit = row["unit_code"].as_str().unwrap();
        assert_eq!(row["status"] == "ok", units.contains(unit), "only the units above have a figure: {row}");
    }
}

/// Pairs that units declare: indicator, what A and X declare (numerator, denominator).
const DECLARED: [(&str, [f64; 2], [f64; 2]); 31] = [
    ("mailbox_share", [38.0, 40.0], [9.0, 12.0]),
    ("e_received_share", [70.0, 80.0], [5.0, 20.0]),
    ("announced_on_time", [7.0, 8.0], [1.0, 4.0]),
    ("public_complete", [15.0, 16.0], [3.0, 5.0]),
    ("certified_copies", [2.0, 9.0], [30.0, 31.0]),
    ("personal_store", [11.0, 44.0], [1.0, 3.0]),
    ("population_connected", [6.0, 6.0], [2.0, 7.0]),
    ("population_used", [13.0, 26.0], [4.0, 10.0]),
    ("fee_payable_share", [3.0, 10.0], [1.0, 2.0]),
    ("fee_paid_share", [2.0, 10.0], [0.0, 2.0]),
    ("feedback_satisfied_share", [17.0, 20.0], [4.0, 5.0]),
    ("service_satisfied_766", [93.0, 100.0], [48.0, 50.0]),
    ("system_security_share", [5.0, 6.0], [1.0, 1.0]),
    ("e_commerce_share", [120.0, 480.0], [8.0, 64.0]),
    ("digital_account_share", [900.0, 1200.0], [333.0, 444.0]),
    ("nd61_approved_on_spot", [2.0, 9.0], [1.0, 4.0]),
    ("apology_share", [3.0, 10.0], [2.0, 5.0]),
    ("hp212_programme_done", [4.0, 11.0], [3.0, 6.0]),
    ("hp212_programme_quality", [5.0, 12.0], [4.0, 7.0]),
    ("hp212_programme_on_time", [6.0, 13.0], [5.0, 8.0]),
    ("hp212_task_done", [7.0, 14.0], [6.0, 9.0]),
    ("hp212_task_quality", [8.0, 15.0], [7.0, 10.0]),
    ("hp212_task_on_time", [9.0, 16.0], [8.0, 11.0]),
    ("hp212_target_met", [10.0, 17.0], [9.0, 12.0]),
    ("hp212_disbursement_met", [11.0, 18.0], [10.0, 13.0]),
    ("hp212_revenue_met", [12.0, 19.0], [11.0, 14.0]),
    ("hp212_land_met", [13.0, 20.0], [12.0, 15.0]),
    ("hp212_planning_met", [14.0, 21.0], [13.0, 16.0]),
    ("hp212_digital_met", [15.0, 22.0], [14.0, 17.0]),
    ("hp212_site_clearance", [16.0, 23.0], [15.0, 18.0]),
    ("tasks_on_time", [17.0, 24.0], [16.0, 19.0]),
];

/// B leaves the denominator empty and is left out; what A declared for another quarter does not count; the sum over
/// all adds numerators and denominators, it does not average shares.
#[test]
fn a_declared_pair_is_its_numerator_over_its_denominator() {
    let place = Place::with_units(UNITS);
    let mut text = "unit,indicator,period,value,numerator,denominator\n".to_owned();
    for (id, [a, of_a], [x, of_x]) in DECLARED {
        text.push_str(&format!("A,{id},Quý I/2025,,{a},{of_a}\nX,{id},Quý I/2025,,{x},{of_x}\n"));
        text.push_str(&format!("B,{id},Quý I/2025,,5,\nA,{id},Quý IV/2024,,1,{of_a}\n"));
    }
    place.import_text("khai_20250405.csv", &text).1.exits(0);
    let ids: Vec<&str> = DECLARED.iter().map(|(id, ..)| *id).collect();
    let rows = place.rows(&[&["indicators", "--period", "2025-Q1", "--indicator"], ids.as_slice()].concat());
    let sql = "SELECT indicator, unit AS u, sum(numerator) AS n, sum(denominator) AS d FROM declared \
        WHERE denominator IS NOT NULL AND CAST(declared_at AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-03-31' \
        GROUP BY indicator, unit";
    let answers = place.rows(&["sql", sql]);
    for (id, [a, of_a], [x, of_x]) in DECLARED {
        let by_hand = [
            ("A", a, Some(of_a)),
            ("X", x, Some(of_x)),
            ("*department", a, Some(of_a)),
            ("*", a + x, Some(of_a + of_x)),
        ];
        let of_id: Vec<Value> = answers.iter().filter(|row| row["indicator"] == id).cloned().collect();
        is_by_hand(&rows, id, &by_hand, &of_id);
    }
}

/// Of what is to be resolved in the quarter (carried over, or received in it) what is finished by its end.
///
/// A: carried over and finished (1 of 1), received and finished (2 of 2), open at the end (2 of 3, of which one finished
/// after the quarter), finished before the quarter (outside), received after it (outside). X: one, open.
#[test]
fn the_resolved_share_is_of_what_was_carried_over_and_received() {
    let place = Place::with_units(UNITS);
    let text = "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo\n\
        A1,A,20241220080000,20250110170000,20250109090000,10\n\
        A2,A,20250106080000,20250110170000,20250120090000,10\n\
        A3,A,20250331080000,20250410170000,20250402090000,10\n\
        A4,A,20250106080000,20250110170000,,4\n\
        A5,A,20241201080000,20241210170000,20241231090000,10\n\
        A6,A,20250401080000,20250410170000,20250402090000,10\n\
        X1,X,20250106080000,20250110170000,,4\n";
    place.import_text("dong-bo_20250405.csv", text).1.exits(0);
    let sql = "SELECT resolving_unit AS u, count(*) FILTER (WHERE CAST(finished_at AS DATE) <= DATE '2025-03-31') AS n, \
        count(*) AS d FROM dossiers WHERE CAST(received_at AS DATE) <= DATE '2025-03-31' \
        AND (finished_at IS NULL OR CAST(finished_at AS DATE) >= DATE '2025-01-01') GROUP BY 1";
    agree(
        &place,
        "resolved_share",
        &[("A", 2.0, Some(4.0)), ("X", 0.0, Some(1.0)), ("*department", 2.0, Some(4.0)), ("*", 2.0, Some(5.0))],
        sql,
    );
}

/// Dossiers, feedback, a catalogue and what units declare, where the figures of one need another's.
fn service() -> Place {
    Place::prepared("hand worked: a service and what is said of it", fill_service)
}

fn fill_service(place: &Place) {
    let list = place.file("units.csv", UNITS);
    place.run(&["init", "--units", list.to_str().unwrap()]).exits(0);
    let dossiers = "MaHoSo,MaTTHC,DonViXuLy,KenhThucHien,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,LePhi,DuocThanhToanTrucTuyen\n\
        A1,1.000001,A,2,20250106080000,20250110170000,20250109090000,10,50000,1\n\
        A2,1.000001,A,1,20250106080000,20250110170000,20250120090000,10,50000,0\n\
        A3,1.000002,A,1,20250106080000,20250110170000,20250109090000,10,20000,0\n\
        A4,1.000002,A,1,20250106080000,20250110170000,20250109090000,10,20000,0\n\
        B1,,B,1,20250106080000,20250110170000,20250109090000,10,0,0\n";
    place.import_text("dong-bo_20250405.csv", dossiers).1.exits(0);
    let catalogue = "Mã thủ tục,Tên thủ tục,Lĩnh vực,Cơ quan thực hiện,Cấp,Mức độ dịch vụ công,Phí lệ phí (đồng),Thanh toán trực tuyến\n\
        1.000001,Một,L,Sở A,Cấp tỉnh,4,50000,Có\n1.000002,Hai,L,Sở A,Cấp tỉnh,3,20000,Không\n1.000003,Ba,L,Sở A,Cấp tỉnh,3,30000,Có\n";
    place.import_text("danh-muc_20250401.csv", catalogue).1.exits(0);
    let feedback = "Mã phản ánh,Đơn vị xử lý,Ngày tiếp nhận,Hạn xử lý,Ngày trả lời,Đánh giá\n\
        F1,Sở A,06/01/2025,10/01/2025,09/01/2025,Hài lòng\nF2,Sở Bê,06/01/2025,10/01/2025,,\n\
        F3,Sở Bê,07/01/2025,10/01/2025,,\nF4,Sở A,31/12/2024,10/01/2025,,\n";
    place.import_text("phan-anh_20250401.csv", feedback).1.exits(0);
    let declared = "unit,indicator,period,value,numerator,denominator\n\
        A,national_count,Quý I/2025,6,,\nB,national_count,Quý I/2025,0,,\n\
        A,fee_payable_share,Quý I/2025,,1,10\nB,fee_payable_share,Quý I/2025,,4,5\n\
        A,fee_paid_share,Quý I/2025,,1,10\nB,fee_paid_share,Quý I/2025,,2,5\n\
        A,feedback_satisfied_share,Quý I/2025,,1,10\nB,feedback_satisfied_share,Quý I/2025,,3,4\n\
        D,service_satisfied_766,Quý I/2025,,96,100\n\
        A,signed_share,Quý I/2025,,1,10\nB,signed_share,Quý I/2025,,9,12\n";
    place.import_text("khai_20250405.csv", declared).1.exits(0);
    let documents = "Đơn vị,Tháng,Văn bản đi,Văn bản đi điện tử,Văn bản đi ký số,Văn bản đến,Văn bản đến điện tử\n\
        Sở A,01/2025,10,9,8,20,15\nSở A,02/2025,30,30,12,20,20\n";
    place.import_text("van-ban_20250405.csv", documents).1.exits(0);
}

const RESOLVED: &str = "(SELECT resolving_unit AS u, count(*) AS d FROM dossiers WHERE CAST(finished_at AS DATE) \
    BETWEEN DATE '2025-01-01' AND DATE '2025-03-31' GROUP BY 1)";

const COMPLAINED: &str = "(SELECT unit AS u, count(*) AS n FROM feedback WHERE CAST(received_at AS DATE) \
    BETWEEN DATE '2025-01-01' AND DATE '2025-03-31' GROUP BY 1)";

#[test]
fn complaints_are_counted_when_they_are_received_and_divided_by_what_was_resolved() {
    let place = service();
    let with_none = format!(
        "SELECT k.code AS u, coalesce(c.n, 0) AS n, CAST(NULL AS DOUBLE) AS d FROM units k LEFT JOIN {COMPLAINED} c ON c.u = k.code \
         WHERE k.kind <> 'province'"
    );
    let counts = [("A", 1.0, None), ("B", 2.0, None), ("D", 0.0, None), ("X", 0.0, None), ("*", 3.0, None)];
    agree(&place, "feedback_count", &counts, &with_none);
    // B had two complaints of one dossier: a ratio of two tables may pass 1.
    let ratio =
        format!("SELECT r.u, coalesce(c.n, 0) AS n, r.d FROM {RESOLVED} r LEFT JOIN {COMPLAINED} c ON c.u = r.u");
    agree(
        &place,
        "complained_share",
        &[("A", 1.0, Some(4.0)), ("B", 2.0, Some(1.0)), ("*department", 3.0, Some(5.0)), ("*", 3.0, Some(5.0))],
        &ratio,
    );
}

#[test]
fn dossiers_to_be_synchronised_are_the_larger_count_of_each_unit_added_up() {
    // A: 6 by the portal, 4 received; B: none by the portal, 1 received. Of the sums the larger would be 6.
    let sql = "SELECT n.unit AS u, greatest(n.value, count(d.dossier_code)) AS n, CAST(NULL AS DOUBLE) AS d FROM declared n \
        LEFT JOIN dossiers d ON d.resolving_unit = n.unit AND CAST(d.received_at AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-03-31' \
        WHERE n.indicator = 'national_count' GROUP BY n.unit, n.value";
    let by_hand = [("A", 6.0, None), ("B", 1.0, None), ("*department", 7.0, None), ("*", 7.0, None)];
    agree(&service(), "synchronisable_count", &by_hand, sql);
}

/// What one unit declares, where its data have nothing.
fn declared_of(id: &str, unit: &str) -> String {
    format!(
        "SELECT unit AS u, numerator AS n, denominator AS d FROM declared WHERE indicator = '{id}' AND unit = '{unit}'"
    )
}

/// A has data for a figure, which counts before what A declares (1 of 10 each time); B has none.
#[test]
fn figures_from_data_count_before_declared_ones() {
    let place = service();
    let of_fee = "p.agency AS u, count(*) AS d FROM procedures p";
    let payable = format!(
        "SELECT count(*) FILTER (WHERE p.online_payment) AS n, {of_fee} WHERE p.fee > 0 GROUP BY p.agency UNION ALL \
         SELECT n, u, d FROM ({})",
        declared_of("fee_payable_share", "B")
    );
    agree(&place, "fee_payable_766", &[("A", 2.0, Some(3.0)), ("B", 4.0, Some(5.0))], &payable);
    let paid = format!(
        "SELECT count(d.code) AS n, {of_fee} LEFT JOIN (SELECT DISTINCT procedure_code AS code FROM dossiers WHERE paid_online > 0) d \
         ON d.code = p.procedure_code WHERE p.fee > 0 GROUP BY p.agency UNION ALL SELECT n, u, d FROM ({})",
        declared_of("fee_paid_share", "B")
    );
    agree(&place, "fee_paid_766", &[("A", 1.0, Some(3.0)), ("B", 2.0, Some(5.0))], &paid);
    let satisfied = format!(
        "SELECT unit AS u, count(*) FILTER (WHERE rating = 'Hài lòng') AS n, count(*) AS d FROM feedback \
         WHERE rating IS NOT NULL GROUP BY unit UNION ALL {}",
        declared_of("feedback_satisfied_share", "B")
    );
    agree(&place, "feedback_satisfied_766", &[("A", 1.0, Some(1.0)), ("B", 3.0, Some(4.0))], &satisfied);
    let signed = format!(
        "SELECT unit AS u, sum(sent_signed) AS n, sum(sent) AS d FROM documents GROUP BY unit UNION ALL {}",
        declared_of("signed_share", "B")
    );
    agree(&place, "documents_signed_any", &[("A", 20.0, Some(40.0)), ("B", 9.0, Some(12.0))], &signed);
}

/// A: 1 late of 4 and 1 complaint of 4; B: 2 complaints of 1 dossier, never below 0; D has no dossier and declares.
#[test]
fn satisfaction_with_the_service_takes_late_dossiers_and_complaints_off() {
    let place = service();
    let rows = place.rows(&["indicators", "--period", "2025-Q1", "--indicator", "service_766"]);
    let sql = format!(
        "SELECT l.u, greatest(0, 1 - CAST(l.late AS DOUBLE) / l.d - CAST(coalesce(c.n, 0) AS DOUBLE) / l.d) AS v FROM \
         (SELECT resolving_unit AS u, count(*) AS d, count(*) FILTER (WHERE CAST(finished_at AS DATE) > CAST(due_at AS DATE)) AS late \
          FROM dossiers GROUP BY 1) l LEFT JOIN {COMPLAINED} c ON c.u = l.u UNION ALL \
         SELECT unit AS u, numerator / denominator AS v FROM declared WHERE indicator = 'service_satisfied_766'"
    );
    let answers = place.rows(&["sql", &sql]);
    assert_eq!(answers.len(), 3);
    for (unit, by_hand) in [("A", 0.5), ("B", 0.0), ("D", 0.96)] {
        close(figure(&rows, unit, "service_766")["value"].as_f64(), Some(by_hand), unit);
        let found = answers.iter().find(|row| row["u"] == unit).unwrap();
        close(found["v"].as_f64(), Some(by_hand), &format!("{unit} by SQL"));
    }
    assert_ne!(figure(&rows, "X", "service_766")["status"], "ok", "neither dossiers nor a declaration");
}

/// Ids of all shipped indicators, in the order of their files.
fn shipped() -> Vec<String> {
    let mut ids = Vec::new();
    for file in files_below(&project("queries/indicators")) {
        let table: toml::Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        let ids_of = table["indicator"].as_array().unwrap().iter();
        ids.extend(ids_of.map(|one| one["id"].as_str().unwrap().to_owned()));
    }
    ids
}

/// Words of the tests and of the truths beside them.
fn words_of_tests() -> BTreeSet<String> {
    let is_text = |path: &std::path::Path| {
        path.extension().is_some_and(|extension| ["rs", "csv", "json", "toml"].iter().any(|one| extension == *one))
    };
    let files = files_below(&project("tests/it")).into_iter().chain(files_below(&project("tests/data")));
    let mut words = BTreeSet::new();
    for path in files.filter(|path| is_text(path)) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        words.extend(text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').map(str::to_owned));
    }
    words
}

#[test]
fn every_shipped_indicator_is_named_in_a_case() {
    let (ids, words) = (shipped(), words_of_tests());
    assert!(ids.len() > 100, "{}", ids.len());
    let without: Vec<&String> = ids.iter().filter(|id| !words.contains(*id)).collect();
    assert!(without.is_empty(), "shipped indicators without a hand-worked case or truth: {without:?}");
}
