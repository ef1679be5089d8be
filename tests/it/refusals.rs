//! What tests of bad files share: import one that must be refused or read right, and workbooks with a part changed.

use std::io::{Cursor, Read, Write};
use std::process::Stdio;

use zip::write::SimpleFileOptions;

use crate::support::{Place, Ran, account, list, program};

/// One dossier of [`crate::support::UNITS`], as a line for [`list`].
pub const GOOD: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";

/// A workspace that holds one dossier.
pub fn with_one() -> Place {
    let place = Place::new();
    place.import_text("truoc_20250401.csv", &list(&[GOOD])).1.exits(0);
    place
}

/// Imports a file that must be refused within ten seconds with these words; the workspace stays as it was, byte for byte.
#[track_caller]
pub fn refused(name: &str, content: impl AsRef<[u8]>, words: &[&str]) -> Ran {
    refused_in(&with_one(), name, content, words)
}

#[track_caller]
pub fn refused_in(place: &Place, name: &str, content: impl AsRef<[u8]>, words: &[&str]) -> Ran {
    let ran = not_imported(place, name, content, words);
    place.run(&["peek", place.path(name).to_str().unwrap()]).exits(1).says(&[name]);
    ran
}

#[track_caller]
pub fn not_imported(place: &Place, name: &str, content: impl AsRef<[u8]>, words: &[&str]) -> Ran {
    let before = place.snapshot();
    let file = place.file(name, content);
    let begun = std::time::Instant::now();
    let (row, ran) = place.import(&file);
    assert!(begun.elapsed().as_secs() < 10, "{name} took {:?}", begun.elapsed());
    let ran = ran.exits(3).says(&["error:", name, "the workspace is unchanged"]).says(words);
    assert_eq!(account(&row), [0; 5], "{row}");
    assert_eq!(place.snapshot(), before, "the workspace is unchanged");
    ran
}

/// Imports a file that must give the one dossier of [`GOOD`].
#[track_caller]
pub fn loaded(name: &str, content: impl AsRef<[u8]>) -> (Place, Ran) {
    let place = Place::new();
    let file = place.file(name, content);
    let begun = std::time::Instant::now();
    let (row, ran) = place.import(&file);
    assert!(begun.elapsed().as_secs() < 10, "{name} took {:?}", begun.elapsed());
    let ran = ran.exits(0);
    assert_eq!(account(&row), [1, 1, 0, 0, 0], "{row}");
    let stored = place.dossiers();
    assert_eq!((stored[0]["dossier_code"].as_str(), stored[0]["resolving_unit"].as_str()), (Some("H1"), Some("A")));
    (place, ran)
}

/// A workbook of one sheet with the cells of a CSV text.
pub fn workbook(csv: &str) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    fill(workbook.add_worksheet(), csv);
    workbook.save_to_buffer().unwrap()
}

pub fn fill(sheet: &mut rust_xlsxwriter::Worksheet, csv: &str) {
    for (row, line) in csv.lines().enumerate() {
        for (column, cell) in line.split(',').enumerate().filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row as u32, column as u16, cell).unwrap();
        }
    }
}

/// A copy of a zipped workbook with one part changed, which must change.
pub fn with_part(workbook: &[u8], part: &str, change: impl FnOnce(&str) -> String) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut change = Some(change);
    for index in 0..from.len() {
        let mut entry = from.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        if name == part {
            let changed = change.take().unwrap()(&text);
            assert_ne!(changed, text);
            text = changed;
        }
        to.start_file(name, SimpleFileOptions::default()).unwrap();
        to.write_all(text.as_bytes()).unwrap();
    }
    assert!(change.is_none(), "no part {part}");
    to.finish().unwrap().into_inner()
}

/// An `OpenDocument` spreadsheet with this content.
pub fn ods(content: &str) -> Vec<u8> {
    let mut package = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content)] {
        package.start_file(name, SimpleFileOptions::default()).unwrap();
        package.write_all(text.as_bytes()).unwrap();
    }
    package.finish().unwrap().into_inner()
}

/// The same, and the memory that the program claims stays below so many MiB beside the program itself.
#[track_caller]
pub fn bounded(mib: u64, name: &str, content: &[u8], words: &[&str]) -> Ran {
    let ran = refused(name, content, words);
    let place = Place::empty();
    let file = place.file(name, content);
    let peak = peak_mib(&["peek", file.to_str().unwrap()]);
    assert!(peak.is_none_or(|peak| peak < mib), "{name} took {peak:?} MiB");
    ran
}

/// The most memory that a run of the program and the processes that it starts hold at one time, where that can be reported.
pub fn peak_mib(arguments: &[&str]) -> Option<u64> {
    peak_mib_and_output(arguments).0
}

/// The same, with what the run writes to standard output.
pub fn peak_mib_and_output(arguments: &[&str]) -> (Option<u64>, String) {
    let mut child = program().args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let output = std::thread::spawn(move || {
        let mut output = String::new();
        stdout.read_to_string(&mut output).unwrap();
        output
    });
    let mut peak = None;
    while child.try_wait().unwrap().is_none() {
        let own = used_kib(child.id());
        // Each thread has its own list of the processes that it has started.
        let threads = std::fs::read_dir(format!("/proc/{}/task", child.id())).into_iter().flatten().flatten();
        let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
        let started: Vec<u32> = lists
            .flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
            .collect();
        let others: u64 = started.into_iter().filter_map(used_kib).sum();
        peak = own.map(|own| (own + others) >> 10).max(peak);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    (peak, output.join().unwrap())
}

fn used_kib(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok())
}
