//! Names and kinds of files that could lead a program astray: what is no file, odd names, changes while reading.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::support::{Place, account, list};

const GOOD: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";

/// One dossier under a code of its own.
fn dossier(code: &str) -> String {
    list(&[&GOOD.replacen("H1", code, 1)])
}

fn imported(place: &Place, path: &Path) -> (Vec<Value>, crate::support::Ran) {
    let ran = place.run(&["--format", "json", "--lang", "en", "import", path.to_str().unwrap()]);
    (ran.rows(), ran)
}

fn loaded(files: &[Value]) -> Vec<(String, u64)> {
    let name = |file: &Value| file["file"].as_str().unwrap().rsplit("/gui/").next().unwrap().to_owned();
    files.iter().map(|file| (name(file), file["loaded"].as_u64().unwrap())).collect()
}

#[cfg(unix)]
#[test]
fn symlinks_fifos_sockets_are_refused_one_by_one_and_hide_no_other_file() {
    let place = Place::new();
    let good = place.file("gui/tot_20250401.csv", dossier("H1"));
    let outside = place.file("ngoai/ngoai_20250401.csv", dossier("H2"));
    std::os::unix::fs::symlink(&good, place.path("gui/lien-ket.csv")).unwrap();
    std::os::unix::fs::symlink(outside.parent().unwrap(), place.path("gui/thu-muc")).unwrap();
    std::os::unix::fs::symlink("/khong/co/dau", place.path("gui/dut.csv")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(place.path("gui/socket.csv")).unwrap();
    assert!(Command::new("mkfifo").arg(place.path("gui/ong.csv")).status().unwrap().success());
    let (files, ran) = imported(&place, &place.path("gui"));
    let ran = ran.exits(3);
    let expected = ["dut.csv", "lien-ket.csv", "ong.csv", "socket.csv", "thu-muc"].map(|name| (name.to_owned(), 0));
    assert_eq!(loaded(&files), [&expected[..], &[("tot_20250401.csv".to_owned(), 1)]].concat());
    for words in
        ["ong.csv: This path is a FIFO", "lien-ket.csv: This path is a symlink", "is a socket", "Copy the file"]
    {
        assert!(ran.stderr.contains(words), "'{words}' is not in {}", ran.stderr);
    }
    let found = place.rows(&["findings", "--rule", "not_a_file"]);
    assert_eq!(found.len(), 5);
    assert!(found.iter().all(|finding| finding["level"] == "error"));
    assert_eq!(place.dossiers().len(), 1, "nothing came through the linked folder");
}

#[cfg(unix)]
#[test]
fn what_is_named_on_the_command_line_is_not_followed_either() {
    let place = Place::new();
    let good = place.file("tot_20250401.csv", dossier("H1"));
    let (link, fifo) = (place.path("lien-ket.csv"), place.path("ong.csv"));
    std::os::unix::fs::symlink(&good, &link).unwrap();
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let before = place.snapshot();
    for path in [&link, &fifo, Path::new("/dev/null"), Path::new("/dev/zero")] {
        let (files, ran) = imported(&place, path);
        ran.exits(3).says(&["not an ordinary file", "the workspace is unchanged"]);
        assert_eq!(account(&files[0]), [0; 5]);
    }
    assert_eq!(place.snapshot(), before);
    for path in [&fifo, Path::new("/dev/zero"), &place.path("")] {
        place.run(&["peek", path.to_str().unwrap()]).exits(1).says(&["not a file"]);
    }
}

#[test]
fn lock_files_are_skipped_with_a_note() {
    let place = Place::new();
    place.file("gui/~$ho-so_20250401.xlsx", b"\x05khoa");
    place.file("gui/.~lock.ho-so.ods#", "khoa");
    place.file("gui/.DS_Store", "x");
    place.file("gui/ho-so_20250401.csv", dossier("H1"));
    let (files, ran) = imported(&place, &place.path("gui"));
    ran.exits(0).says(&["skipped:", "~$ho-so_20250401.xlsx", ".~lock.ho-so.ods#"]);
    assert_eq!(loaded(&files), [("ho-so_20250401.csv".to_owned(), 1)]);
    place.run(&["import", place.path("gui/~$ho-so_20250401.xlsx").to_str().unwrap()]).exits(1).says(&["no files"]);
}

#[test]
fn odd_names_are_just_names() {
    let place = Place::new();
    let long = format!("{}_20250401.csv", "ồ".repeat(80));
    assert_eq!(long.len(), 253);
    let names = [
        "..ho-so_20250401.csv",
        "-rf_20250401.csv",
        "a\"b'c; $(id) `id`_20250401.csv",
        "hồ sơ 🚀_20250401.csv",
        "%2e%2e%2fho-so_20250401.csv",
        "a\\..\\b_20250401.csv",
        &long,
    ];
    for (number, name) in names.iter().enumerate() {
        place.file(&format!("gui/{name}"), dossier(&format!("H{number}")));
    }
    let (files, ran) = imported(&place, &place.path("gui"));
    ran.exits(0);
    let mut sorted: Vec<(String, u64)> = names.iter().map(|name| ((*name).to_owned(), 1)).collect();
    sorted.sort();
    assert_eq!(loaded(&files), sorted);
    assert!(files.iter().all(|file| file["exported_at"] == "2025-04-01"));
    assert_eq!(place.dossiers().len(), names.len());
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_shown_with_its_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    std::fs::create_dir(place.path("gui")).unwrap();
    for (number, name) in [&b"h\xe5 s\xac_20250401.csv"[..], b"h\xe6 s\xac_20250401.csv"].iter().enumerate() {
        let path = place.path("gui").join(std::ffi::OsStr::from_bytes(name));
        std::fs::write(path, dossier(&format!("H{number}"))).unwrap();
    }
    let (strings, cells) = crate::biff::sheet_of(&dossier("H9"));
    let xls = place.path("gui").join(std::ffi::OsStr::from_bytes(b"\xff_20250401.xls"));
    std::fs::write(xls, crate::biff::Book::biff8(strings, cells).file()).unwrap();
    let (files, ran) = imported(&place, &place.path("gui"));
    ran.exits(0);
    let names = ["\\xFF_20250401.xls", "h\\xE5 s\\xAC_20250401.csv", "h\\xE6 s\\xAC_20250401.csv"];
    assert_eq!(loaded(&files), names.map(|name| (name.to_owned(), 1)));
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let place = Place::new();
    let rows: Vec<String> = (0..40_000).map(|row| GOOD.replacen("H1", &format!("H{row}"), 1)).collect();
    let text = list(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    place.file("gui/tot_20250401.csv", dossier("T1"));
    let file = place.file("gui/lon_20250401.csv", text);
    let done = AtomicBool::new(false);
    let (files, ran) = std::thread::scope(|scope| {
        scope.spawn(|| {
            use std::io::Write;
            let mut file = std::fs::File::options().append(true).open(&file).unwrap();
            while !done.load(Ordering::Relaxed) {
                file.write_all(b"\n").unwrap();
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
        });
        let imported = imported(&place, &place.path("gui"));
        done.store(true, Ordering::Relaxed);
        imported
    });
    ran.exits(3).says(&["was written to or replaced while it was read", "Wait until"]);
    assert_eq!(loaded(&files), [("lon_20250401.csv".to_owned(), 0), ("tot_20250401.csv".to_owned(), 1)]);
    assert_eq!(account(&files[0]), [0; 5]);
    let (files, ran) = imported(&place, &file);
    ran.exits(0);
    assert_eq!(files[0]["loaded"], 40_000, "once it is at rest it is read");
}

#[test]
fn a_workspace_below_the_folder_is_not_imported() {
    let place = Place::new();
    place.file("ho-so_20250401.csv", dossier("H1"));
    std::fs::remove_file(place.path("units.csv")).unwrap();
    let (files, ran) = imported(&place, &place.path(""));
    ran.exits(0).says(&["skipped:", "kho"]);
    assert_eq!(files.len(), 1);
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read_hides_no_other() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.file("gui/kin/h_20250401.csv", dossier("H2"));
    place.file("gui/tot_20250401.csv", dossier("H1"));
    let closed = place.path("gui/kin");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    let readable = std::fs::read_dir(&closed).is_ok();
    let (files, ran) = imported(&place, &place.path("gui"));
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o755)).unwrap();
    if readable {
        eprintln!("SKIPPED: this user may read every folder (root)");
        return;
    }
    ran.exits(3).says(&["kin", "cannot be read"]);
    assert_eq!(files.iter().map(|file| file["loaded"].as_u64().unwrap()).sum::<u64>(), 1);
}
