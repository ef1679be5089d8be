//! Every cut, flipped bit, zeroed block and lost file of a workspace is found and named, and no figure is wrong by it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cchc::definitions::Definitions;
use cchc::store::{Shell, StoreError, StoreFault, Workspace, table_names};
use datafusion::arrow::util::pretty::pretty_format_batches;

use crate::support::{Place, files_below, list};

/// Two imports, so that versions older than the newest have files of their own.
fn prepared() -> Place {
    Place::prepared("whole damage", |place| {
        let units = place.file("units.csv", crate::support::UNITS);
        place.run(&["init", "--units", units.to_str().unwrap()]).exits(0);
        let rows: Vec<String> = (0..200)
            .map(|row| {
                format!("H{row},Sở A,Trực tuyến,06/{:02}/2025,10/{:02}/2025,,Đang xử lý", row % 4 + 1, row % 4 + 1)
            })
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        place.import_text("a_20250501.csv", &list(&rows)).1.exits(0);
        place.import_text("b_20250601.csv", &list(&rows[..7])).1.exits(0);
        let done: Vec<String> = rows[..50].iter().map(|row| row.replace(",,Đang xử lý", ",09/05/2025,Đã trả kết quả")).collect();
        place.import_text("c_20250701.csv", &list(&done.iter().map(String::as_str).collect::<Vec<_>>())).1.exits(0);
    })
}

/// What the newest version says, table by table, or why it is not read.
fn rows(place: &Place) -> Result<BTreeMap<&'static str, String>, StoreError> {
    let workspace = Workspace::open(&place.workspace())?;
    let session = workspace.session(&workspace.version(None)?, &Definitions::load(None).unwrap().calendar)?;
    let shell = Shell::new()?;
    table_names()
        .map(|table| {
            let rows = shell.wait(session.run(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3")))?;
            Ok((table, pretty_format_batches(&rows).unwrap().to_string()))
        })
        .collect()
}

/// Files that must be what was written.
fn files(place: &Place) -> Vec<PathBuf> {
    let mut files = files_below(&place.workspace().join("data"));
    files.extend(files_below(&place.workspace().join("versions")));
    files.push(place.workspace().join("import.journal"));
    files
}

fn names(faults: &[StoreFault], root: &Path, file: &Path) -> bool {
    faults.iter().any(|fault| root.join(&fault.path) == file)
}

/// Damages files one by one, restores each, and holds that each was found by the check, and that reading the newest
/// version names it or says what it said before.
fn all_found(damages: usize, seed: u64, mut damage: impl FnMut(&mut fastrand::Rng, &[u8]) -> Option<Vec<u8>>) {
    let place = prepared();
    let root = place.workspace();
    let (right, files) = (rows(&place).unwrap(), files(&place));
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut done, mut refused) = (0, 0);
    while done < damages {
        let file = &files[random.usize(..files.len())];
        let bytes = std::fs::read(file).unwrap();
        let changed = damage(&mut random, &bytes);
        match &changed {
            Some(changed) if *changed == bytes => continue,
            Some(changed) => std::fs::write(file, changed).unwrap(),
            None => std::fs::remove_file(file).unwrap(),
        }
        // Without the journal a workspace is one of an older program, which is whole.
        if changed.is_some() || !file.ends_with("import.journal") {
            let found = Workspace::open(&root).unwrap().check().unwrap();
            assert!(names(&found, &root, file), "{done}: {} is not among {found:?}", file.display());
        }
        match rows(&place) {
            Ok(rows) => assert!(rows == right, "{done}: {} changed what is read", file.display()),
            Err(StoreError::Damaged(faults)) => {
                assert!(names(&faults.0, &root, file), "{done}: {} is not among {faults}", file.display());
                refused += 1;
            }
            Err(other) => panic!("{done}: {}: {other}", file.display()),
        }
        std::fs::write(file, bytes).unwrap();
        done += 1;
    }
    assert!(refused * 4 > damages, "only {refused} of {damages} concern the newest version");
    assert_eq!(rows(&place).unwrap(), right);
}

#[test]
fn a_hundred_cuts_are_all_found() {
    all_found(100, 1, |random, bytes| Some(bytes[..random.usize(..bytes.len())].to_vec()));
}

#[test]
fn a_hundred_flipped_bits_are_all_found() {
    all_found(100, 2, |random, bytes| {
        let mut bytes = bytes.to_vec();
        let at = random.usize(..bytes.len());
        bytes[at] ^= 1 << random.u8(..8);
        Some(bytes)
    });
}

#[test]
fn a_hundred_zeroed_blocks_are_all_found() {
    all_found(100, 3, |random, bytes| {
        let mut bytes = bytes.to_vec();
        let at = random.usize(..bytes.len());
        let end = bytes.len().min(at + random.usize(1..600));
        bytes[at..end].fill(0);
        Some(bytes)
    });
}

#[test]
fn deleted_and_emptied_files_are_all_found() {
    let mut which = 0;
    all_found(100, 4, |_, _| {
        which += 1;
        (which % 2 == 0).then(Vec::new)
    });
}

/// The data file of February in the newest version, with a bit of it flipped.
fn february_damaged(place: &Place) -> PathBuf {
    let version = std::fs::read_to_string(place.workspace().join("versions/00000003.json")).unwrap();
    let february = files_below(&place.workspace().join("data/dossiers/month=2025-02"));
    let file = february.into_iter().find(|file| version.contains(file.file_name().unwrap().to_str().unwrap()));
    let file = file.unwrap_or_else(|| files_below(&place.workspace().join("data/dossiers/month=2025-02"))[0].clone());
    let mut bytes = std::fs::read(&file).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    file
}

#[test]
fn a_damaged_file_is_told_with_table_month_and_what_to_do_in_both_languages() {
    let place = Place::new();
    let february = "H2,Sở A,Trực tiếp,07/02/2025,10/02/2025,,Đang xử lý";
    place.import_text("a_20250301.csv", &list(&[february])).1.exits(0);
    let file = february_damaged(&place);
    let name = file.file_name().unwrap().to_str().unwrap();
    for (language, words) in [
        ("vi", ["bảng dossiers, tháng 2025-02", "Chép lại tệp từ bản sao lưu"]),
        ("en", ["table dossiers, month 2025-02", "Put the file back from a copy"]),
    ] {
        for command in [&["form06", "--period", "2025-Q1"][..], &["sql", "SELECT * FROM dossiers"]] {
            let ran = place.run(&[&["--lang", language], command].concat()).exits(1).says(&words).says(&[name]);
            assert!(ran.stdout.is_empty() && !ran.stderr.contains("panicked"), "{}", ran.stderr);
        }
        let ran = place.run(&["--lang", language, "check", "--store"]).exits(1);
        assert!(ran.stdout.contains(name), "{}", ran.stdout);
    }
    let rows = place.run(&["--format", "json", "check", "--store"]).exits(1).rows();
    let row = rows.iter().find(|row| row["level"] == "error").unwrap();
    assert_eq!((&row["fault"], &row["table"], &row["month"]), (&"file_changed".into(), &"dossiers".into(), &"2025-02".into()));
    place.run(&["sql", "SELECT COUNT(*) FROM units"]).exits(0);
}

#[test]
fn an_import_is_refused_while_a_file_of_any_kept_version_is_damaged_and_a_repair_gives_that_version_up() {
    let place = Place::new();
    let row = |status: &str| format!("H2,Sở A,Trực tiếp,07/02/2025,10/02/2025,,{status}");
    place.import_text("a_20250301.csv", &list(&[&row("Đang xử lý")])).1.exits(0);
    let old = files_below(&place.workspace().join("data/dossiers/month=2025-02"))[0].clone();
    place.import_text("b_20250401.csv", &list(&[&row("Chờ bổ sung")])).1.exits(0);
    let mut bytes = std::fs::read(&old).unwrap();
    bytes[50] ^= 16;
    std::fs::write(&old, &bytes).unwrap();
    let figures = place.rows(&["form06", "--period", "2025-Q1"]);
    let name = old.file_name().unwrap().to_str().unwrap();
    let more = place.file("c_20250501.csv", list(&[&row("Đang xử lý")]));
    place.run(&["import", more.to_str().unwrap()]).exits(1).says(&[name, "2025-02"]);
    place.run(&["--as-of", "2", "form06", "--period", "2025-Q1"]).exits(1).says(&[name]);
    place.run(&["--lang", "en", "check", "--store"]).exits(1).says(&["--repair would do", "mark version 2 as lost"]);
    place.run(&["--lang", "en", "check", "--store", "--repair"]).exits(0).says(&["mark version 2 as lost"]);
    assert_eq!(std::fs::read(&old).unwrap(), bytes, "nothing is deleted");
    assert_eq!(place.rows(&["form06", "--period", "2025-Q1"]), figures);
    place.run(&["--as-of", "2", "form06", "--period", "2025-Q1"]).exits(1).says(&["can no longer be read"]);
    place.run(&["import", more.to_str().unwrap()]).exits(0);
    place.run(&["vacuum", "--all"]).exits(0);
    assert!(old.exists(), "what nobody can explain stays");
}

#[test]
fn a_workspace_of_an_older_program_is_read_and_gets_its_hashes_by_the_next_import() {
    let place = prepared();
    let right = rows(&place).unwrap();
    std::fs::remove_file(place.workspace().join("import.journal")).unwrap();
    for path in files_below(&place.workspace().join("versions")) {
        let mut version: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for key in ["written", "checksum"] {
            version.as_object_mut().unwrap().shift_remove(key);
        }
        std::fs::write(&path, serde_json::to_vec_pretty(&version).unwrap()).unwrap();
    }
    assert_eq!(rows(&place).unwrap(), right);
    let rows_of = |place: &Place| place.rows(&["check", "--store"]);
    assert_eq!(rows_of(&place).iter().map(|row| &row["fault"]).collect::<Vec<_>>(), ["unhashed"]);
    place.import_text("d_20250801.csv", &list(&["H1,Sở A,Trực tuyến,06/02/2025,10/02/2025,,Đang xử lý"])).1.exits(0);
    assert_eq!(rows_of(&place).len(), 0);
    for path in files_below(&place.workspace().join("versions")) {
        assert!(std::fs::read_to_string(&path).unwrap().contains("\"checksum\": \""), "{}", path.display());
    }
    let version = std::fs::read_to_string(place.workspace().join("versions/00000005.json")).unwrap();
    let data = files_below(&place.workspace().join("data"));
    for file in data {
        assert!(version.contains(file.file_name().unwrap().to_str().unwrap()), "{}", file.display());
    }
}
