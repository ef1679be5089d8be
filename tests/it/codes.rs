//! Codes as people paste them: line breaks, hyphens of a word processor and spaces inside never make a second dossier.

use crate::support::{LIST, Place, account};

const CLEAN: &str =
    "H58-250303-0001,Sở A,1,x,03/03/2025,10/03/2025,,\nH58-250304-0002,Sở A,1,x,04/03/2025,11/03/2025,,\n";

#[test]
fn a_code_pasted_from_a_word_processor_is_the_dossier_that_is_there() {
    for pasted in [
        "\"H58-250303-\n0001\"",
        "H58\u{2011}250303\u{2010}0001",
        "H58-2503\u{ad}03-0001",
        "H58 - 250303 - 0001",
        "H58-25\u{a0}0303-0001",
        "H58-25\u{200b}0303-00\u{200d}01",
        "H58\u{2013}250303\u{2212}0001",
    ] {
        let place = Place::new();
        place.import_text("sach_20250401.csv", &format!("{LIST}\n{CLEAN}")).1.exits(0);
        let text = format!("{LIST}\n{pasted},Sở A,1,x,03/03/2025,10/03/2025,09/03/2025,\n");
        let (file, ran) = place.import_text("dan_20250402.csv", &text);
        ran.exits(0);
        assert_eq!(account(&file), [1, 0, 1, 0, 0], "{pasted:?}");
        let codes: Vec<_> =
            place.dossiers().iter().map(|row| row["dossier_code"].as_str().unwrap().to_owned()).collect();
        assert_eq!(codes, ["H58-250303-0001", "H58-250304-0002"]);
        let found = place.rows(&["--lang", "en", "findings", "--rule", "mended_code"]);
        assert_eq!((found.len(), &found[0]["count"]), (1, &1.into()), "{pasted:?}");
        assert!(found[0]["message"].as_str().unwrap().contains("H58-250303-0001"));
    }
}

#[test]
fn spaces_around_a_code_are_no_matter() {
    let place = Place::new();
    let text = format!("{LIST}\n\" H58-250303-0001\n\",Sở A,1,x,03/03/2025,10/03/2025,,\n");
    place.import_text("ho-so_20250401.csv", &text).1.exits(0);
    assert!(place.rows(&["findings", "--rule", "mended_code"]).is_empty());
}

#[test]
fn a_refused_row_is_corrected_by_its_code_however_that_was_pasted() {
    let place = Place::new();
    let text = format!("{LIST}\nH58\u{2011}1,Sở Nào Đó,1,x,03/03/2025,10/03/2025,,\n");
    place.import_text("ho-so_20250401.csv", &text).1.exits(3);
    let text = format!("{LIST}\n\"H58-\n1\",Sở A,1,x,03/03/2025,10/03/2025,,\n");
    place.import_text("ho-so_20250402.csv", &text).1.exits(0);
    assert!(place.rows(&["findings", "--rule", "unknown_unit"]).is_empty());
}

#[test]
fn a_purge_takes_a_code_in_any_spelling_and_leaves_none_in_refused_rows() {
    let place = Place::new();
    let text = format!("{LIST}\n{CLEAN}H58\u{2011}250305\u{2011}0003,Sở Nào Đó,1,x,03/03/2025,10/03/2025,,\n");
    place.import_text("ho-so_20250401.csv", &text).1.exits(3);
    place.run(&["purge", "--dossier", "H58 \u{2011} 250303\u{2011}0001"]).exits(0);
    let left = place.dossiers();
    assert_eq!((left.len(), &left[0]["dossier_code"]), (1, &"H58-250304-0002".into()));
    place.run(&["purge", "--dossier", "H58-250305-0003"]).exits(0);
    let told = place.run(&["--format", "json", "findings", "--all"]).stdout;
    assert!(!told.contains("250305"), "{told}");
}

#[test]
fn a_procedure_is_found_by_its_code_however_that_was_pasted() {
    let place = Place::new();
    let heads = "Mã hồ sơ,Mã TTHC,Cơ quan giải quyết,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc xử lý";
    let text =
        format!("{heads}\nH1,1.00\u{2011}1,Sở A,03/03/2025,10/03/2025,\nH2,\"1.00-\n1\",Sở A,03/03/2025,10/03/2025,\n");
    let (file, ran) = place.import_text("ho-so_20250401.csv", &text);
    ran.exits(0);
    assert_eq!(account(&file), [2, 2, 0, 0, 0]);
    let codes: Vec<_> = place.dossiers().iter().map(|row| row["procedure_code"].clone()).collect();
    assert_eq!(codes, ["1.00-1", "1.00-1"]);
}

#[test]
fn a_row_that_is_half_empty_with_a_pasted_code_is_data_and_a_remark_is_not() {
    let place = Place::new();
    let text = format!(
        "{LIST}\n{CLEAN}\"H58-\n9\",Sở A,1,,,,,\nTổng số 2 hồ sơ,,,,,,,\nNgười lập biểu 01,Trưởng phòng,x,,,,,\n"
    );
    let (file, _) = place.import_text("ho-so_20250401.csv", &text);
    assert_eq!(account(&file), [3, 2, 0, 0, 1]);
}

/// A big file with so many codes of the shape of an identity number before and behind a number of usual ones.
fn shaped(before: usize, usual: usize, behind: usize) -> String {
    let row = |code: String| format!("{code},Sở A,1,x,03/03/2025,10/03/2025,,\n");
    let shaped = |at: usize| row(format!("0010990{at:05}"));
    let all = (0..before).map(shaped).chain((0..usual).map(|at| row(format!("H58-{at}"))));
    format!("{LIST}\n{}", all.chain((before..before + behind).map(shaped)).collect::<String>())
}

#[test]
fn whether_a_shape_is_one_of_codes_the_whole_file_tells_wherever_it_begins() {
    for (before, usual, behind, refused) in [(9_000, 20_000, 0, 9_000), (100, 17_000, 19_000, 0), (9_000, 8_000, 0, 0)]
    {
        let place = Place::new();
        let (file, _) = place.import_text("ho-so_20250401.csv", &shaped(before, usual, behind));
        let all = (before + usual + behind) as u64;
        assert_eq!(account(&file), [all, all - refused, 0, 0, refused], "{before} {usual} {behind}");
    }
}
