//! The shipped composite indices by hand, kinds that cannot be scored, and what the workbook says of both.

use calamine::{Data, Reader, Xlsx, open_workbook};
use serde_json::Value;

use crate::read_back::{cells, number, text};
use crate::support::{Place, close, list, row_of};

const PERIOD: &str = "2025-Q1";

/// Four departments, and one district, which has nobody to be compared with.
const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,UBND tỉnh Thử,,province,,,,\n\
    A,Sở A,,department,P,,,\n\
    B,Sở Bê,,department,P,,,\n\
    D,Sở Dê,,department,P,,,\n\
    E,Sở E,,department,P,,,\n\
    X,UBND huyện Ích,,district,P,,,\n";

const HEADINGS: &str = "Đơn vị,Số CBCCVC,Số máy tính,Số hộp thư công vụ,Số chữ ký số,Tổng số văn bản đi,\
    Văn bản gửi điện tử,Văn bản ký số,Tổng số văn bản đến,Văn bản nhận điện tử,Phải công khai,\
    Đã công khai,Kỳ\n";

/// Figures that lie one step above or below the mean of four, so that each z-score is h = √3/2 or −h:
/// computers and mailboxes + + − −; signatures, sent, signed, online + − + −; received and published + − − +.
pub const FIGURES: &str = "Sở A,100,90,90,60,100,80,64,100,90,100,90,2025-Q1\n\
    Sở Bê,100,90,90,40,100,60,36,100,70,100,70,2025-Q1\n\
    Sở Dê,100,70,70,60,100,80,64,100,70,100,70,2025-Q1\n\
    Sở E,100,70,70,40,100,60,36,100,90,100,90,2025-Q1\n\
    UBND huyện Ích,100,80,80,50,100,70,35,100,80,100,80,2025-Q1\n";

pub fn place(figures: &str) -> Place {
    let place = Place::with_units(UNITS);
    let dossier = |code: &str, unit: &str, channel: &str| {
        format!("{code},{unit},{channel},06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả")
    };
    let rows = [
        dossier("H1", "Sở A", "Trực tuyến"),
        dossier("H2", "Sở Bê", "Trực tiếp"),
        dossier("H3", "Sở Dê", "Trực tuyến"),
        dossier("H4", "Sở E", "Trực tiếp"),
        dossier("H5", "UBND huyện Ích", "Trực tuyến"),
    ];
    place.import_text("ho-so_20250401.csv", &list(&rows.each_ref().map(String::as_str))).1.exits(0);
    let (file, ran) = place.import_text("khai_20250401.csv", &format!("{HEADINGS}{figures}"));
    ran.exits(0);
    assert_eq!(file["source"], "declared-ict");
    place
}

fn ranked(place: &Place, index: &str) -> Vec<Value> {
    place.rows(&["rank", "--index", index, "--period", PERIOD])
}

fn scores(rows: &[Value]) -> Vec<(f64, u64)> {
    ["A", "B", "D", "E"]
        .map(|unit| (row_of(rows, unit)["score"].as_f64().unwrap(), row_of(rows, unit)["rank"].as_u64().unwrap()))
        .to_vec()
}

#[test]
fn the_ict_index_weighs_each_group_by_its_first_principal_component() {
    let h = 3_f64.sqrt() / 2.0;
    // Within a group two columns are alike and the third is uncorrelated, so the component is (1, 1, 0)/√2 and the weights
    // are ½, ½, 0. Infrastructure h h −h −h; internal h −h h −h; services, the mean of two, h −h 0 0.
    let by_hand = [(h, 1), (-h / 3.0, 3), (0.0, 2), (-2.0 * h / 3.0, 4)];
    for ((score, rank), (ours, place)) in scores(&ranked(&place(FIGURES), "ict-index")).into_iter().zip(by_hand) {
        assert!((score - ours).abs() < 1e-9, "{score} is not {ours}");
        assert_eq!(rank, place);
    }
}

#[test]
fn with_equal_weights_another_order_follows() {
    let h = 3_f64.sqrt() / 2.0;
    // Infrastructure h, h/3, −h/3, −h; internal h, −h, h/3, −h/3; services h, −h, 0, 0.
    let by_hand = [(h, 1), (-5.0 * h / 9.0, 4), (0.0, 2), (-4.0 * h / 9.0, 3)];
    for ((score, rank), (ours, place)) in scores(&ranked(&place(FIGURES), "ict-index-equal")).into_iter().zip(by_hand) {
        assert!((score - ours).abs() < 1e-9, "{score} is not {ours}");
        assert_eq!(rank, place);
    }
}

#[test]
fn the_digital_index_is_out_of_1000_and_names_what_nobody_sent() {
    let place = place(FIGURES);
    let rows = ranked(&place, "dti");
    // Sở A: infrastructure (0,9 + 0,9)/2, security 0,6, government (0,8·40 + 0,8·40 + 0,9·40 + 0,9·30 + 1·50)/200 = 0,885;
    // (100·0,9 + 100·0,6 + 200·0,885)/400 of 1000. A district needs no other district under fixed goalposts:
    // (100·0,8 + 100·0,5 + (0,7 + 0,5 + 0,8)·40 + 0,8·30 + 50)/400.
    close(row_of(&rows, "A")["score"].as_f64(), Some(817.5), "Sở A");
    close(row_of(&rows, "X")["score"].as_f64(), Some(710.0), "huyện Ích");
    assert_eq!(row_of(&rows, "X")["rank"], 1);
    let ran = place.run(&["rank", "--index", "dti", "--period", PERIOD]).exits(0);
    ran.says(&[
        "kind 'department': no unit has a value of communication_count, plan_completed",
        "other indicators only",
    ]);
}

#[test]
fn a_kind_of_one_unit_is_named_and_the_other_kinds_are_ranked() {
    let place = place(FIGURES);
    let ran = place.run(&["--format", "json", "rank", "--index", "ict-index", "--period", PERIOD]).exits(0);
    let rows = ran.rows();
    assert_eq!(row_of(&rows, "A")["rank"], 1);
    assert!(row_of(&rows, "X")["rank"].is_null() && row_of(&rows, "X")["score"].is_null());
    assert_eq!(row_of(&rows, "X")["reason"], "not_applicable");
    ran.says(&[
        "kind 'district' (1 unit(s)) is not ranked by 'ict-index':",
        "computers_per_staff.scale: only one unit has a value",
        "online_share.scale: only one unit has a value",
        "leave the kind out of its unit_kinds",
    ]);
}

#[test]
fn a_constant_column_stops_its_kind_only_and_all_kinds_together_stop_the_ranking() {
    // All departments have 90 computers; a second district makes districts comparable.
    let figures = FIGURES.replace("100,70,70,", "100,90,70,") + "Sở Lạ,1,1,1,1,1,1,1,1,1,1,1,2025-Q1\n";
    let units =
        format!("{UNITS}L,Sở Lạ,,other,P,,,\nY,UBND huyện Yên,,district,P,,,\nZ,UBND huyện Dũng,,district,P,,,\n");
    let place = Place::with_units(&units);
    let two = "UBND huyện Yên,100,70,90,60,100,60,24,100,70,100,70,2025-Q1\n\
        UBND huyện Dũng,100,75,70,40,100,90,85,100,95,100,90,2025-Q1\n";
    place.import_text("khai_20250401.csv", &format!("{HEADINGS}{figures}{two}")).1.exits(0);
    let index = "kind = \"composite\"\n\
        index = { id = \"may\", name_vi = \"Máy\", name_en = \"Computers\", legal_basis = \"ví dụ\", unit_kinds = [\"department\", \"district\"] }\n\
        scale = { method = \"min_max\" }\n\
        indicator = [{ id = \"computers_per_staff\" }, { id = \"signature_share\" }]\n";
    place.file("kho/queries/indices/may.toml", index);
    let ran = place.run(&["--format", "json", "rank", "--index", "may", "--period", PERIOD]).exits(0);
    let rows = ran.rows();
    // Min–max over districts: Ích (80, 50), Yên (70, 60), Dũng (75, 40).
    close(row_of(&rows, "X")["score"].as_f64(), Some(75.0), "X");
    close(row_of(&rows, "Y")["score"].as_f64(), Some(50.0), "Y");
    close(row_of(&rows, "Z")["score"].as_f64(), Some(25.0), "Z");
    assert!(row_of(&rows, "A")["rank"].is_null());
    ran.says(&[
        "kind 'department' (4 unit(s))",
        "computers_per_staff.scale: all 4 values are 0.9; a constant tells no unit",
    ]);
    // Only departments: nothing is left to rank.
    place.file("kho/queries/indices/may.toml", index.replace(", \"district\"]", "]"));
    let ran = place.run(&["--format", "json", "rank", "--index", "may", "--period", PERIOD]).exits(3);
    assert!(ran.rows().iter().all(|row| row["rank"].is_null()));
    ran.says(&["computers_per_staff.scale", "all 4 values are 0.9", "kind 'department'", "nobody is ranked"]);
}

#[test]
fn the_workbook_shows_a_composite_index_as_the_command_gives_it() {
    let place = place(FIGURES);
    let out = place.path("ra");
    let arguments =
        ["report", "--period", PERIOD, "--index", "ict-index", "--scorecard", "B", "X", "--out", out.to_str().unwrap()];
    let ran = place.run(&arguments).exits(0);
    ran.says(&["kind 'district' (1 unit(s)) is not ranked by 'ict-index'", "no index named scores unit 'X'"]);
    let detail = place.rows(&["rank", "--index", "ict-index", "--period", PERIOD, "--detail"]);
    let score = |unit: &str, node: &str| {
        detail.iter().find(|row| row["unit_code"] == unit && row["node"] == node).unwrap()["score"].as_f64()
    };
    let ranking = cells(&out, "XH ict-index Sở, ban, ngành");
    let heat = cells(&out, "Nhiệt ict-index Sở, ban, ngành");
    let at = |sheet: &[Vec<Data>], heading: &str| {
        sheet.iter().find_map(|row| row.iter().position(|cell| text(cell).starts_with(heading))).unwrap()
    };
    for (unit, name) in [("A", "Sở A"), ("B", "Sở Bê"), ("D", "Sở Dê"), ("E", "Sở E")] {
        let row_of =
            |sheet: &[Vec<Data>]| sheet.iter().find(|row| row.len() > 1 && text(&row[1]) == name).unwrap().clone();
        for (heading, node) in [("Hạ tầng kỹ thuật", "infrastructure"), ("Ứng dụng nội bộ", "internal")]
        {
            close(number(&row_of(&ranking)[at(&ranking, heading)]), score(unit, node), &format!("{unit} {node}"));
        }
        for (heading, node) in [("Chữ ký số", "signature_share"), ("Hồ sơ tiếp nhận trực tuyến", "online_share")]
        {
            close(number(&row_of(&heat)[at(&heat, heading)]), score(unit, node), &format!("{unit} {node}"));
        }
    }
    let weight = text(&heat.iter().flatten().find(|cell| text(cell).starts_with("Máy tính")).unwrap().clone());
    assert!(weight.contains("trọng số 0,5"), "{weight}");
    let card = cells(&out, "PĐ Sở Bê");
    let line = card.iter().find(|row| text(&row[0]).starts_with("Hộp thư")).unwrap();
    close(number(&line[3]), Some(0.9), "declared");
    close(number(&line[7]), Some(3_f64.sqrt() / 2.0), "scaled");
    let district = cells(&out, "XH ict-index UBND cấp huyện");
    let says = district.iter().flatten().any(|cell| text(cell).contains("Không tính được chỉ số cho nhóm này"));
    assert!(says, "the kind of one unit is reported: {district:?}");
    let book: Xlsx<_> = open_workbook(out.join("bao-cao_2025-Q1.xlsx")).unwrap();
    assert!(!book.sheet_names().iter().any(|name| name.contains("Ích")), "no card of a unit without a score");
}
