//! A workspace that is not whole says so: a data file that is gone, cut or emptied is named, and no figure is shown.

use std::path::PathBuf;

use crate::support::{Place, files_below, list};

const JANUARY: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";
const FEBRUARY: &str = "H2,Sở A,Trực tiếp,07/02/2025,10/02/2025,,Đang xử lý";

/// A workspace of two months, and the data file of the second.
fn two_months() -> (Place, PathBuf) {
    let place = Place::new();
    place.import_text("a_20250301.csv", &list(&[JANUARY, FEBRUARY])).1.exits(0);
    let files = files_below(&place.workspace().join("data/dossiers/month=2025-02"));
    let [file] = files.as_slice() else { panic!("one file a month: {files:?}") };
    (place, file.clone())
}

fn refused(place: &Place) {
    for command in [
        vec!["form06", "--period", "2025-Q1"],
        vec!["indicators", "--period", "2025-Q1"],
        vec!["rank", "--index", "on-time", "--period", "2025-01"],
        vec!["--lang", "en", "sql", "SELECT COUNT(*) FROM units"],
    ] {
        let ran = place.run(&command).exits(1).says(&["month=2025-02", "dossiers, "]);
        assert!(ran.stdout.is_empty(), "{command:?} shows nothing: {}", ran.stdout);
    }
}

#[test]
fn a_data_file_that_is_gone_is_named_and_no_figure_is_shown() {
    let (place, file) = two_months();
    std::fs::remove_file(file).unwrap();
    refused(&place);
}

#[test]
fn a_data_file_that_was_cut_or_emptied_is_named() {
    for keep in [0, 100] {
        let (place, file) = two_months();
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..keep]).unwrap();
        refused(&place);
    }
}

#[test]
fn an_import_into_a_workspace_that_is_not_whole_is_refused() {
    let (place, file) = two_months();
    std::fs::remove_file(file).unwrap();
    let more = place.file("b_20250401.csv", list(&["H3,Sở A,Trực tiếp,08/02/2025,10/02/2025,,Đang xử lý"]));
    place.run(&["import", more.to_str().unwrap()]).exits(1).says(&["month=2025-02"]);
}
