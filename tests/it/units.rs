//! Units: official lists, names resolved once, units of one name before and after a merger, rows that wait for an alias.

use serde_json::Value;

use crate::support::{Place, account, list, row_of};

/// A ward that merged into a commune of the same name, and one that was divided.
pub const MERGED: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,Tỉnh Thử,,province,,,,\n\
    D,Huyện Cũ,,district,P,,,2025-06-30\n\
    D.1,Xã An Bình,,commune,D,UBND xã An Bình,,2025-06-30\n\
    D.2,Xã Bình Tân,,commune,D,,,2025-06-30\n\
    D.3,Xã Chia Đôi,,commune,D,,,2025-06-30\n\
    N.1,Xã An Bình,,commune,P,UBND xã An Bình,2025-07-01,\n\
    N.2,Xã Đôi,,commune,P,,2025-07-01,\n\
    S,Sở A,,department,P,,,\n";

fn codes(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["code"].as_str().unwrap()).collect()
}

#[test]
fn the_official_lists_of_a_province_load_old_and_new() {
    for (year, province) in [("2024", "40"), ("2026", "Nghệ An")] {
        let place = Place::empty();
        place.run(&["init"]).exits(0);
        place.run(&["units", "init", "--province", province, "--year", year]).exits(0).says(&["412 successions"]);
        let of = |day: &str, kind: &str| place.rows(&["units", "--kind", kind, "--units-as-of", day]).len();
        assert_eq!([of("2024-12-31", "district"), of("2024-12-31", "commune")], [20, 412]);
        assert_eq!(of("2025-07-01", "commune"), 130);
        assert_eq!(place.rows(&["units", "--units-as-of", "2026-01-01"]).len(), 131);
        let ward = place.rows(&["units", "resolve", "UBND P. Hưng Dũng, TP. Vinh"]);
        assert_eq!((ward.len(), &ward[0]["result"], &ward[0]["code"]), (1, &"one".into(), &"40.412.16675".into()));
    }
}

#[test]
fn a_list_is_never_replaced_without_a_request() {
    let place = Place::new();
    let before = place.rows(&["units"]);
    place
        .run(&["units", "init", "--province", "40", "--year", "2026"])
        .exits(1)
        .says(&["4 units already", "--replace"]);
    assert_eq!(place.rows(&["units"]), before);
    place.import_text("a_20250201.csv", &list(&["H1,Sở A,1,06/01/2025,10/01/2025,,"])).1.exits(0);
    let again = ["units", "init", "--province", "40", "--year", "2026", "--without-history", "--replace"];
    place.run(&again).exits(0).says(&["1 dossiers belong to 1 units that the new list lacks (A"]);
    assert_eq!(place.rows(&["units"]).len(), 131);
    for (arguments, said) in [
        (["--province", "40", "--year", "2025"], "2024, 2026"),
        (["--province", "Ngệ An", "--year", "2026"], "Nghệ An"),
    ] {
        place.run(&[&["units", "init", "--replace"], &arguments[..]].concat()).exits(2).says(&[said]);
    }
}

#[test]
fn departments_and_other_units_come_from_a_file_beside_the_official_list() {
    let place = Place::empty();
    place.run(&["init"]).exits(0);
    let departments = place.file("so.csv", "code,name,level,aliases\nH41.01,Sở Nội vụ,department,SNV\n");
    let departments = departments.to_str().unwrap();
    place
        .run(&["units", "init", "--province", "40", "--year", "2026", "--departments", departments])
        .exits(0)
        .says(&["1 units from"]);
    let found = place.rows(&["units", "--kind", "department"]);
    assert_eq!((&found[0]["code"], &found[0]["parent"]), (&"H41.01".into(), &"40".into()));
    let more = place.file(
        "them.csv",
        "code,name,level,parent_code\nH41.02,Sở Y tế,department,40\nH41.01,Sở Nội vụ,department,40\n",
    );
    place.run(&["units", "add", more.to_str().unwrap()]).exits(0).says(&["1 units added, 0 changed"]);
    assert_eq!(place.rows(&["units", "resolve", "SNV"])[0]["code"], "H41.01");
    assert_eq!(place.rows(&["units", "--kind", "commune"]).len(), 542);
}

#[test]
fn an_alias_loads_the_rows_that_were_refused() {
    let place = Place::new();
    let rows: Vec<String> = (0..36).map(|row| format!("H{row},Sở Ây,1,06/01/2025,10/01/2025,,")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).chain(["H99,Sở A,1,06/01/2025,10/01/2025,,"]).collect();
    let file = place.file("a_20250201.csv", list(&rows));
    let (row, ran) = place.import(&file);
    assert_eq!(account(&row), [37, 1, 0, 0, 36]);
    ran.exits(3);

    let unknown = place.rows(&["units", "--unknown"]);
    assert_eq!(unknown.len(), 1, "once, not 36 times");
    assert_eq!((&unknown[0]["name"], &unknown[0]["rows_refused"]), (&"Sở Ây".into(), &36.into()));
    assert_eq!((&unknown[0]["suggested_code"], &unknown[0]["files"]), (&"A".into(), &1.into()));
    assert_eq!(place.numbers("SELECT COUNT(*) AS n FROM findings WHERE rule = 'unknown_unit'"), [Some(36.0)]);

    place.run(&["units", "alias", "Sở Ây", "A"]).exits(0).says(&["version 3"]);
    place.run(&["units", "alias", "SỞ ÂY ", "A"]).exits(0).says(&["nothing to change"]);
    assert_eq!(place.rows(&["history"]).len(), 3);
    assert!(place.rows(&["units", "--unknown"]).is_empty());
    let (row, ran) = place.import(&file);
    assert_eq!(account(&row), [37, 36, 0, 1, 0]);
    ran.exits(0);
    // The version before still has the list before.
    assert_eq!(place.rows(&["--as-of", "2", "units", "resolve", "Sở Ây"])[0]["result"], "none");

    place.run(&["units", "alias", "--remove", "Sở Ây"]).exits(0).says(&["no longer means A"]);
    assert_eq!(place.rows(&["units", "resolve", "Sở Ây"])[0]["result"], "none");
}

#[test]
fn an_alias_that_would_make_a_name_ambiguous_is_refused() {
    let place = Place::new();
    let before = place.rows(&["units"]);
    place.run(&["units", "alias", "SA", "B"]).exits(1).says(&["'SA' already means Sở A (A)"]);
    place.run(&["units", "alias", "Sở A", "B"]).exits(1).says(&["already means"]);
    place.run(&["units", "alias", "Sở Ây", "AA"]).exits(2).says(&["no unit has the code 'AA'"]);
    place.run(&["units", "alias", "Sở Ây", "Sở A"]).exits(2).says(&["'Sở A' is the name of A"]);
    place.run(&["units", "alias", "Sở Ây|Sở Ấy", "A"]).exits(2).says(&["cannot be an alias"]);
    place.run(&["units", "alias", "--remove", "Sở Bê"]).exits(2).says(&["own name or code of Sở Bê"]);
    place.run(&["--as-of", "1", "units", "alias", "Sở Ây", "A"]).exits(2).says(&["newest version"]);
    assert_eq!((place.rows(&["units"]), place.rows(&["history"]).len()), (before, 1));
}

#[test]
fn three_spellings_of_one_unit_are_one_and_others_only_suggest() {
    let place = Place::with_units(
        "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
         P,Tỉnh Thử,,province,,,,\n1,UBND xã Tân Hòa,,commune,P,,,\n2,UBND xã Tân Hoa,,commune,P,,,\n3,UBND xã Quý Quân,,commune,P,,,\n",
    );
    let spelt = ["UBND xã Tân Hoà", "ubnd  XÃ TÂN HÒA", "UBND xa\u{303} Ta\u{302}n Hoa\u{300}\u{a0}"];
    let rows: Vec<String> =
        spelt.iter().enumerate().map(|(at, unit)| format!("H{at},{unit},1,06/01/2025,10/01/2025,,")).collect();
    let mut rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    rows.push("H9,UBND xã Quí Quân,1,06/01/2025,10/01/2025,,");
    let (row, ran) = place.import_text("a_20250201.csv", &list(&rows));
    assert_eq!(account(&row), [4, 3, 0, 0, 1]);
    ran.exits(3);
    assert!(place.dossiers().iter().all(|row| row["resolving_unit"] == "1"));
    let unknown = place.rows(&["units", "--unknown"]);
    assert_eq!((&unknown[0]["name"], &unknown[0]["suggested_code"]), (&"UBND xã Quí Quân".into(), &"3".into()));
    assert!(unknown[0]["suggestions"].as_str().unwrap().contains("spelling"), "{}", unknown[0]);
}

#[test]
fn a_unit_of_one_name_before_and_after_a_merger_is_resolved_by_the_day_of_the_row() {
    let place = Place::with_units(MERGED);
    let rows = [
        "H1,Xã An Bình,1,30/06/2025,10/07/2025,,",
        "H2,UBND xã An Bình,1,01/07/2025,10/07/2025,,",
        "H3,Xã An Bình,1,05/01/2026,10/01/2026,,",
        "H4,Xã An Bình,1,31/02/2025,10/07/2025,,",
        "H5,Xã An Bình,1,,,,Mới đăng ký",
        "H6,Xã Bình Tân,1,05/08/2025,10/08/2025,,",
    ];
    let (row, ran) = place.import_text("a_20260201.csv", &list(&rows));
    ran.exits(3);
    // Without a readable day the row is refused for that; one never accepted has no day to decide between the units.
    assert_eq!(account(&row), [6, 4, 0, 0, 2]);
    let found: Vec<(Value, Value)> =
        place.dossiers().into_iter().map(|row| (row["dossier_code"].clone(), row["resolving_unit"].clone())).collect();
    let expected = [("H1", "D.1"), ("H2", "N.1"), ("H3", "N.1"), ("H6", "D.2")];
    assert_eq!(found, expected.map(|(code, unit)| (code.into(), unit.into())));
    let rules: Vec<(Value, Value)> = place
        .rows(&["sql", "SELECT row, rule FROM findings WHERE level = 'error' ORDER BY row"])
        .into_iter()
        .map(|row| (row["row"].clone(), row["rule"].clone()))
        .collect();
    assert_eq!(rules, [(5, "impossible_date"), (6, "ambiguous_unit")].map(|(row, rule)| (row.into(), rule.into())));
    let both = place.rows(&["units", "resolve", "Xã An Bình"]);
    assert_eq!((codes(&both), &both[0]["result"]), (vec!["D.1", "N.1"], &"by_day".into()));
    let one = place.rows(&["units", "resolve", "Xã An Bình", "--on", "2026-01-01"]);
    assert_eq!((codes(&one), &one[0]["result"]), (vec!["N.1"], &"one".into()));
}

#[test]
fn nobody_guesses_between_two_candidates_of_the_same_days() {
    let place = Place::empty();
    place.run(&["init"]).exits(0);
    place.run(&["units", "init", "--province", "40", "--year", "2024"]).exits(0);
    let rows = [
        "H1,UBND xã Đồng Văn,1,06/01/2025,10/01/2025,,",
        "H2,\"UBND xã Đồng Văn, huyện Tân Kỳ\",1,06/01/2025,10/01/2025,,",
    ];
    let text = format!(
        "{}\n{}\n",
        crate::support::LIST,
        rows.map(|row| row.replace(",1,06", ",1,Nguyễn Văn Thử,06")).join("\n")
    );
    let (row, _) = place.import_text("a_20250201.csv", &text);
    assert_eq!(account(&row), [2, 1, 0, 0, 1]);
    let unknown = place.rows(&["units", "--unknown"]);
    assert_eq!((&unknown[0]["result"], &unknown[0]["suggested_code"]), (&"several".into(), &Value::Null));
    assert_eq!(unknown[0]["suggestions"].as_str().unwrap().matches("Xã Đồng Văn, huyện").count(), 3);
    assert_eq!(row_of(&place.rows(&["form06", "--period", "2025-01"]), "*")["c5"], 1);
}

#[test]
fn an_import_reports_each_unknown_name_once() {
    let place = Place::new();
    let rows: Vec<String> = (0..36).map(|row| format!("H{row},Sở Ây,1,06/01/2025,10/01/2025,,")).collect();
    let file = place.file("a_20250201.csv", list(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    let other = place.file("b_20250201.csv", list(&["X1,Sở Ây,1,06/01/2025,10/01/2025,,"]));
    for (lang, said) in [("en", "37 rows: \"Sở Ây\" (near: Sở A)"), ("vi", "37 dòng: \"Sở Ây\" (gần với: Sở A)")]
    {
        let ran = place.run(&["--lang", lang, "import", file.to_str().unwrap(), other.to_str().unwrap()]).exits(3);
        assert_eq!(ran.stderr.matches("Sở Ây").count(), 1, "{}", ran.stderr);
        ran.says(&[said, "cchc units alias"]);
    }
    // A second import of the same files does not count them twice.
    assert_eq!(place.rows(&["units", "--unknown"])[0]["rows_refused"], 37);
}

#[test]
fn a_province_may_put_its_own_list_in_place_of_a_shipped_one_and_check_names_its_faults() {
    let place = Place::empty();
    place.run(&["init"]).exits(0);
    let list = "code,name,full_name,level,parent_code\n40,Nghệ An,Tỉnh Nghệ An,province,\n00001,Một,Buôn Một,commune,40\n1,Hai,Xã Hai,commune,41\n";
    place.file("kho/queries/units/units-2026.csv", list);
    place.run(&["check"]).exits(1).says(&[
        "units/units-2026.csv: line 3: 'Buôn Một' begins with no [[type]]",
        "units/units-2026.csv: line 4: no unit has the code '41'",
        "units/crosswalk-2025.csv: line 2: no unit of 2026 has the code",
    ]);
    place.run(&["units", "init", "--year", "2026"]).exits(1).says(&["fault(s) in the definitions"]);
}

#[test]
fn a_list_that_replaces_another_says_what_goes_with_the_old_one() {
    let place = Place::new();
    place.run(&["units", "alias", "Sở Ây", "A"]).exits(0);
    let units = place.file("moi.csv", crate::support::UNITS);
    let init = ["init", "--units", units.to_str().unwrap()];
    place.run(&init).exits(0).says(&["1 aliases, 0 successions"]);
    assert_eq!(place.rows(&["units", "resolve", "Sở Ây"])[0]["result"], "none");
}

#[test]
fn a_corrected_file_of_another_name_settles_the_unknown_name() {
    let place = Place::new();
    place.import_text("a_20250201.csv", &list(&["H1,Sở Ây,1,06/01/2025,10/01/2025,,"])).1.exits(3);
    assert_eq!(place.rows(&["units", "--unknown"]).len(), 1);
    place.import_text("sua_20250202.csv", &list(&["H1,Sở A,1,06/01/2025,10/01/2025,,"])).1.exits(0);
    assert!(place.rows(&["units", "--unknown"]).is_empty());
}
