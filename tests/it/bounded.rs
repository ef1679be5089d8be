//! Memory and time stay bounded, whatever a file unfolds to and however many rows are refused or accepted.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use zip::write::SimpleFileOptions;

use crate::support::{LIST, Place, Ran, program, run};

/// MiB of the peak that the operating system saw, where it tells.
fn peak_mib(arguments: &[&str]) -> Option<(Ran, u64)> {
    let mut command = std::process::Command::new("/usr/bin/time");
    command.env("CCHC_LANG", "en");
    let ours = program();
    command.env_remove("CCHC_WORKSPACE").args(["-f", "peak %M"]).arg(ours.get_program()).args(arguments);
    let output = command.output().ok()?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let kib: u64 = stderr.lines().rev().find_map(|line| line.strip_prefix("peak ")?.trim().parse().ok())?;
    let ran = Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr,
        bytes: output.stdout,
    };
    Some((ran, kib / 1024))
}

/// Fails if the program took more memory than that; gives how it ended.
#[track_caller]
fn within(mib: u64, arguments: &[&str]) -> Ran {
    let Some((ran, peak)) = peak_mib(arguments) else { return run(arguments) };
    assert!(peak <= mib, "{peak} MiB and not {mib}: {arguments:?}\n{}", ran.stderr);
    ran
}

/// A Parquet file of equal rows.
fn equal_rows(path: &Path, rows: usize, text: &str) {
    let columns: Vec<(String, ArrayRef)> = LIST
        .split(',')
        .map(|heading| {
            let texts: StringArray = std::iter::repeat_n(Some(text), 10_000).collect();
            (heading.to_owned(), Arc::new(texts) as ArrayRef)
        })
        .collect();
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let settings = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(9).unwrap()));
    let mut writer =
        ArrowWriter::try_new(std::fs::File::create(path).unwrap(), batch.schema(), Some(settings.build())).unwrap();
    for _ in 0..rows / 10_000 {
        writer.write(&batch).unwrap();
    }
    writer.close().unwrap();
}

/// A Parquet file whose one page unfolds to so many bytes.
fn one_page(path: &Path, mib: usize) {
    let texts = StringArray::from(vec!["x".repeat(1 << 20); mib]);
    let numbers = Int64Array::from_iter_values(0..mib as i64);
    let batch = RecordBatch::try_from_iter([
        ("Số hồ sơ", Arc::new(numbers) as ArrayRef),
        ("Chủ hồ sơ", Arc::new(texts) as ArrayRef),
    ])
    .unwrap();
    let settings = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(9).unwrap()))
        .set_dictionary_enabled(false)
        .set_data_page_size_limit(usize::MAX)
        .set_statistics_enabled(parquet::file::properties::EnabledStatistics::None);
    let mut writer =
        ArrowWriter::try_new(std::fs::File::create(path).unwrap(), batch.schema(), Some(settings.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// A workbook of one cell, whose shared strings are so many MiB of the same string.
fn shared_strings(path: &Path, string: &str, mib: usize) {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write(0, 0, "Số hồ sơ").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let mut old = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut new = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    let block = string.repeat((1 << 20) / string.len());
    for at in 0..old.len() {
        let part = old.by_index_raw(at).unwrap();
        let name = part.name().unwrap().to_string();
        if name != "xl/sharedStrings.xml" {
            new.raw_copy_file(part).unwrap();
            continue;
        }
        new.start_file(name, SimpleFileOptions::default().compression_level(Some(9))).unwrap();
        write!(new, "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">").unwrap();
        (0..mib).for_each(|_| new.write_all(block.as_bytes()).unwrap());
        write!(new, "</sst>").unwrap();
    }
    // What does not pack hides how well the strings do.
    let noise: Vec<u8> = (0..mib as u32 * 3_000).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    new.start_file(
        "docProps/noise.bin",
        SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored),
    )
    .unwrap();
    new.write_all(&noise).unwrap();
    new.finish().unwrap();
}

/// Refused by `peek` and by an import, with the limit named and little memory.
#[track_caller]
fn refused(place: &Place, path: &Path, limit: &str) {
    let path = path.to_str().unwrap();
    within(300, &["peek", path]).exits(1).says(&["the file is too big"]);
    let workspace = place.workspace().to_str().unwrap().to_owned();
    let arguments = ["--workspace", &workspace, "--lang", "en", "--format", "json", "import", path];
    let account = within(300, &arguments).exits(3).rows().remove(0);
    assert!(account["refused"].as_str().unwrap().contains(limit), "{account}");
}

fn unfolding(factor: usize) {
    let place = Place::new();
    let at = |name: &str| -> PathBuf { place.path(name) };
    equal_rows(&at("bang-nhau_20250401.parquet"), 1_000_000 * factor, "Một dòng như mọi dòng khác, dài hơn một chút");
    refused(&place, &at("bang-nhau_20250401.parquet"), "max_values_per_byte = 100");
    one_page(&at("mot-trang_20250401.parquet"), 100 * factor);
    refused(&place, &at("mot-trang_20250401.parquet"), "max_inflation_ratio = 400");
    for (name, string) in
        [("rong", "<si/>"), ("chuoi", "<si><t>x</t></si>"), ("dau", "<si><t>&amp;&amp;&amp;</t></si>")]
    {
        let path = at(&format!("{name}_20250401.xlsx"));
        shared_strings(&path, string, 50 * factor);
        refused(&place, &path, "max_strings_ratio = 60");
    }
}

#[test]
fn containers_that_unfold_are_refused_before_they_do() {
    unfolding(1);
}

#[test]
#[ignore = "long; tests/robustness.sh runs it"]
fn containers_that_unfold_to_gigabytes_are_refused_before_they_do() {
    unfolding(5);
}

/// Rows whose unit nobody knows, but every tenth.
fn mostly_refused(rows: usize) -> String {
    let mut text = format!("{LIST}\n");
    for row in 0..rows {
        let unit = if row % 10 == 0 { "Sở A".to_owned() } else { format!("Sở không có {}", row % 7) };
        text.push_str(&format!("H{row},{unit},Trực tuyến,Người nộp,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả\n"));
    }
    text
}

#[test]
fn a_wrong_list_of_units_is_told_first_and_every_row_is_kept() {
    let place = Place::new();
    let (rows, refused) = (5_000, 4_500);
    place.file("ho-so_20250401.csv", mostly_refused(rows));
    let file = place.path("ho-so_20250401.csv");
    let ran = place.run(&["--lang", "en", "import", file.to_str().unwrap()]).exits(3);
    let told: Vec<&str> = ran.stdout.lines().filter(|line| line.contains('×')).collect();
    assert!(told[0].contains("4500 × many rows refused for unknown units: wrong list of units?"), "{}", ran.stdout);
    assert!(told[1].contains("4500 × unit not in the list"), "{}", ran.stdout);
    // One line a name, however many rows.
    assert_eq!(ran.stderr.matches("Sở không có 3").count(), 1, "{}", ran.stderr);
    let found = place.rows(&["findings", "--rule", "unknown_unit"]);
    assert_eq!(found.len(), refused);
    assert!(found.windows(2).all(|pair| pair[0]["row"].as_u64() < pair[1]["row"].as_u64()), "in order of rows");
    assert_eq!(place.dossiers().len(), rows - refused);
    let first = &place.rows(&["findings", "--rule", "wrong_list_of_units"])[0];
    assert_eq!((&first["count"], &first["value"], &first["level"]), (&4500.into(), &"90 %".into(), &"warning".into()));
    // With the right list the same file clears all of them.
    let unit = |at| format!("N{at},Sở không có {at},,department,P,,,\n");
    let more: String = (0..7).map(unit).collect();
    let heading = crate::support::UNITS.lines().next().unwrap();
    let more = place.file("more.csv", format!("{heading}\n{more}"));
    place.run(&["units", "add", more.to_str().unwrap()]).exits(0);
    place.run(&["import", file.to_str().unwrap()]).exits(0);
    assert_eq!(place.rows(&["findings", "--rule", "unknown_unit"]).len(), 0);
    assert_eq!(place.rows(&["findings", "--rule", "unknown_unit", "--all"]).len(), refused);
    assert_eq!(place.dossiers().len(), rows);
}

#[test]
fn a_reason_that_most_rows_share_is_told_first_whatever_it_is() {
    let place = Place::new();
    let row = |at: usize| {
        let received = if at.is_multiple_of(4) { "31/02/2025" } else { "06/01/2025" };
        format!("H{at},Sở A,Trực tuyến,Người nộp,{received},10/01/2025,09/01/2025,Đã trả kết quả\n")
    };
    let rows = |count: usize| format!("{LIST}\n{}", (0..count).map(row).collect::<String>());
    place.import_text("it_20250401.csv", &rows(48)).1.exits(3);
    assert_eq!(place.rows(&["findings", "--rule", "mostly_refused"]).len(), 0, "few rows say nothing");
    place.import_text("nhieu_20250402.csv", &rows(100)).1.exits(3).says(&["25 %", "impossible_date"]);
    let found = place.rows(&["--lang", "en", "findings", "--rule", "mostly_refused"]);
    assert_eq!((found.len(), &found[0]["count"], &found[0]["level"]), (1, &25.into(), &"warning".into()));
}

/// A generated file, and the list of its units or, for a wrong list, of every eleventh of them.
fn generated(place: &Place, rows: u32, is_wrong: bool) -> PathBuf {
    let file = place.path("ho-so_20250401.csv");
    let path = file.to_str().unwrap();
    run(&["--quiet", "generate", "--rows", &rows.to_string(), "--out", path]).exits(0);
    let units = std::fs::read_to_string(place.path("units.csv")).unwrap();
    let is_kept = |at: usize| at < 2 || !is_wrong || at.is_multiple_of(11);
    let kept: Vec<&str> = units.lines().enumerate().filter(|(at, _)| is_kept(*at)).map(|(_, line)| line).collect();
    let list = place.file("list.csv", kept.join("\n") + "\n");
    place.run(&["init", "--units", list.to_str().unwrap()]).exits(0);
    file
}

/// Imports a file within a bound of memory; gives rows and refused rows.
#[track_caller]
fn imported(place: &Place, file: &Path, mib: u64) -> (u64, u64) {
    let (workspace, file) = (place.workspace(), file.to_str().unwrap());
    let ran = within(mib, &["--workspace", workspace.to_str().unwrap(), "--format", "json", "--quiet", "import", file]);
    let account = ran.rows().remove(0);
    (account["rows"].as_u64().unwrap(), account["rejected"].as_u64().unwrap())
}

fn refused_rows(rows: u32, mib: u64) {
    let place = Place::empty();
    let file = generated(&place, rows, true);
    let (read, refused) = imported(&place, &file, mib);
    assert!(read == u64::from(rows) && refused * 10 > read * 9, "{refused} of {read}");
    for format in ["json", "csv", "table"] {
        let workspace = place.workspace();
        let arguments = ["--workspace", workspace.to_str().unwrap(), "--format", format, "findings"];
        let ran = within(mib, &arguments).exits(0);
        assert!(ran.stdout.lines().count() as u64 > if format == "json" { 0 } else { refused }, "{format}");
    }
    // Again: the findings of the first import are looked through.
    assert_eq!(imported(&place, &file, mib).1, refused);
}

#[test]
#[ignore = "long; tests/robustness.sh runs it"]
fn a_million_rows_of_a_wrong_list_take_700_mib() {
    refused_rows(1_000_000, 700);
}

#[test]
#[ignore = "long; tests/robustness.sh runs it"]
fn five_million_rows_take_a_gibibyte_and_a_half() {
    let place = Place::empty();
    let file = generated(&place, 5_000_000, false);
    assert_eq!(imported(&place, &file, 1536), (5_000_000, 0));
}

/// The import of a file whose rows wait on the disk gives the same store as one whose rows wait in memory.
#[test]
fn rows_that_wait_on_the_disk_are_merged_as_those_in_memory() {
    let tables = |settings: &str| {
        let place = Place::new();
        std::fs::write(place.workspace().join("cchc.toml"), settings).unwrap();
        // The second file moves the only dossier of a month to another, and is imported on its own.
        let imports = [("20250401", 1, "01/12/2024"), ("20250501", 3, "02/02/2025")].map(|(day, step, lone)| {
            let mut text = format!("{LIST}\nL1,Sở A,Trực tuyến,Người,{lone},10/02/2025,,\n");
            for row in (0..6_000).step_by(step) {
                let month = 1 + row % 3;
                let done =
                    if step == 1 && row % 2 == 0 { String::new() } else { format!("2{}/0{month}/2025", row % 9) };
                text.push_str(&format!(
                    "H{},Sở A,Trực tuyến,Người {row},0{}/0{month}/2025,10/0{month}/2025,{done},\n",
                    // Some codes stand twice.
                    row - row % 50 / 49,
                    1 + row % 9
                ));
            }
            let file = place.file(&format!("ho-so_{day}.csv"), text);
            place.run(&["--format", "json", "import", file.to_str().unwrap()]).exits(0).stdout
        });
        let account = imports.concat();
        let dossiers = place.run(&["--format", "csv", "sql", "SELECT * FROM dossiers ORDER BY dossier_code"]).stdout;
        let changes = place
            .run(&["--format", "csv", "sql", "SELECT * FROM changes ORDER BY dossier_code, import, row, column_name"])
            .stdout;
        let findings = place.run(&["--format", "csv", "findings", "--all"]).stdout;
        let in_2024 = "SELECT COUNT(*) FROM dossiers WHERE received_at < DATE '2025-01-01'";
        assert_eq!(place.numbers(in_2024), [Some(0.0)]);
        [account, dossiers, changes, findings].map(|text| text.replace(place.path("").to_str().unwrap(), ""))
    };
    let in_memory = tables("");
    let on_disk = tables("import_memory_mib = 0\n");
    assert!(in_memory[1].lines().count() > 5_000 && in_memory[2].lines().count() > 100, "{}", in_memory[0]);
    assert_eq!(in_memory, on_disk);
}

#[test]
fn an_import_of_too_many_cells_is_refused_as_a_whole() {
    let place = Place::new();
    let line = "H1,Sở A,Trực tuyến,Người nộp,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả\n";
    for file in 1..=3 {
        place.file(&format!("gui/ho-so_2025040{file}.csv"), format!("{LIST}\n{}", line.repeat(100)));
    }
    let folder = place.path("gui");
    let arguments = ["import", folder.to_str().unwrap()];
    std::fs::write(place.workspace().join("cchc.toml"), "[limits]\nmax_import_cells = 2000\n").unwrap();
    place.run(&arguments).exits(1).says(&["more than 2000 cells", "max_import_cells"]);
    assert_eq!(place.dossiers().len(), 0);
    std::fs::write(place.workspace().join("cchc.toml"), "[limits]\nmax_import_cells = 2424\n").unwrap();
    place.run(&arguments).exits(0);
}

#[test]
fn peek_takes_little_memory_however_much_it_lists() {
    let place = Place::new();
    let line = "một ô,hai ô,ba ô,bốn ô,năm ô,sáu ô,bảy ô,tám ô\n";
    place.file("to.csv", line.repeat(100_000));
    let path = place.path("to.csv");
    for format in ["json", "csv", "ndjson"] {
        let ran = within(120, &["--format", format, "peek", path.to_str().unwrap()]).exits(0);
        assert!(ran.stdout.matches("tám ô").count() == 100_000, "{format}");
    }
}
