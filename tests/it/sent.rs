//! Who has sent: a unit whose own export reaches the end of the period, never one of which a stray row stands in another's.

use crate::support::{Place, row_of};

const HEAD: &str = "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy\n";

fn rows(unit: &str, count: usize) -> String {
    let row = |at: usize| format!("{unit}{at},{unit},20250106,20250110,20250109\n");
    (0..count).map(row).collect()
}

fn has_sent(place: &Place, unit: &str) -> bool {
    let figures = place.rows(&["indicators", "--period", "2025-Q1", "--indicator", "on_time_rate"]);
    row_of(&figures, unit)["not_sent"] == false
}

#[test]
fn a_stray_row_in_the_file_of_another_unit_is_no_export() {
    let place = Place::new();
    place.import_text("dong-bo-a_20250403.csv", &format!("{HEAD}{}{}", rows("A", 5), rows("B", 1))).1.exits(0);
    assert!(has_sent(&place, "A") && !has_sent(&place, "B"));
    place.import_text("dong-bo-b_20250404.csv", &format!("{HEAD}{}", rows("B", 2))).1.exits(0);
    assert!(has_sent(&place, "B"));
}

#[test]
fn a_file_of_several_units_is_the_export_of_all_of_them() {
    let place = Place::new();
    place.import_text("dong-bo_20250403.csv", &format!("{HEAD}{}{}", rows("A", 3), rows("B", 3))).1.exits(0);
    assert!(has_sent(&place, "A") && has_sent(&place, "B"));
}

#[test]
fn a_source_may_say_that_its_files_cover_every_unit_in_them() {
    let place = Place::new();
    let shipped = std::fs::read_to_string(crate::support::project("queries/sources/message.toml")).unwrap();
    place.file("kho/queries/sources/message.toml", shipped.replacen("table =", "covers = \"all\"\ntable =", 1));
    place.import_text("dong-bo_20250403.csv", &format!("{HEAD}{}{}", rows("A", 5), rows("B", 1))).1.exits(0);
    assert!(has_sent(&place, "A") && has_sent(&place, "B"));
}
