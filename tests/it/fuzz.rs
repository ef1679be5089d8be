//! Damages real files at random and reads them: whatever the damage, a reader ends in time and no panic escapes.
//!
//! Runs a second for each reader; `CCHC_FUZZ_SECONDS=300 cargo test --release --test it fuzz` runs longer, from other
//! seeds each time. A file that fails is kept in the target folder and named.

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use cchc::read::{Archive, Cell, Flow, Limits, Note, ReadError, RowSink, Sheet, isolate_xls, read_rows, sniff};
use zip::write::SimpleFileOptions;

use crate::support::{files_below, project};

/// No damaged file of these sizes takes longer, even on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);

/// Looks at everything and keeps nothing.
#[derive(Default)]
struct Looker {
    rows: u64,
    letters: usize,
}

impl RowSink for Looker {
    fn sheet(&mut self, sheet: &Sheet) -> Flow {
        self.letters += sheet.name.chars().count();
        Flow::Continue
    }

    fn row(&mut self, _: u32, cells: &[Cell<'_>]) -> Flow {
        self.rows += 1;
        for cell in cells {
            if let Cell::Text(text) | Cell::DateTime(text) | Cell::Error(text) = cell {
                self.letters += text.chars().count();
            }
        }
        Flow::Continue
    }

    fn wants_notes(&self) -> bool {
        true
    }

    fn note(&mut self, _: Note) {
        self.letters += 1;
    }
}

/// Reads a file as an import does, one in an archive too.
fn read(path: &Path) -> Result<Looker, ReadError> {
    let limits = Limits::default();
    let mut looker = Looker::default();
    let Some(archive) = Archive::look(path, &limits)? else {
        let sniffed = sniff(path)?;
        read_rows(path, &sniffed, sniffed.read_as(), &limits, &mut looker)?;
        return Ok(looker);
    };
    for entry in archive.entries() {
        let unpacked = archive.unpack(entry)?;
        let sniffed = sniff(unpacked.path())?;
        read_rows(unpacked.path(), &sniffed, sniffed.read_as(), &limits, &mut looker)?;
    }
    Ok(looker)
}

/// Numbers that sizes, counts and places are mistaken for.
const NUMBERS: [&str; 9] =
    ["0", "-1", "1", "65535", "1048577", "2147483648", "18446744073709551615", "1e308", "99999999999999999999"];

/// One damage of bytes.
fn damage(bytes: &mut Vec<u8>, other: &[u8], random: &mut fastrand::Rng) {
    if bytes.is_empty() {
        return;
    }
    let at = random.usize(..bytes.len());
    let longest = 1 << random.u32(0..12);
    let length = 1 + random.usize(..bytes.len().min(longest));
    let end = (at + length).min(bytes.len());
    match random.u8(0..9) {
        0 => bytes[at] ^= 1 << random.u8(0..8),
        1 => bytes[at] = random.u8(..),
        2 => bytes[at..end].fill(*random.choice(&[0, 0xff, b' ', b'<']).unwrap()),
        3 => drop(bytes.drain(at..end)),
        4 => bytes.truncate(at),
        5 => {
            let copy = bytes[at..end].to_vec();
            let to = random.usize(..=bytes.len());
            bytes.splice(to..to, copy);
        }
        6 if !other.is_empty() => {
            let from = random.usize(..other.len());
            let part = other[from..(from + length).min(other.len())].to_vec();
            bytes.splice(at..end, part);
        }
        7 => {
            let number = random.choice(&[0_u32, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, u32::MAX, 0xffff]).unwrap();
            for (byte, new) in bytes[at..].iter_mut().zip(number.to_le_bytes()) {
                *byte = new;
            }
        }
        _ => {
            // The next number that is written in digits.
            let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) else { return };
            let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let number = random.choice(&NUMBERS).unwrap();
            bytes.splice(start..start + digits, number.bytes());
        }
    }
}

/// A copy of a zip archive with parts damaged inside.
fn repacked(bytes: &[u8], other: &[u8], random: &mut fastrand::Rng) -> Option<Vec<u8>> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let chosen = random.usize(..from.len().max(1));
    for index in 0..from.len() {
        if index != chosen {
            to.raw_copy_file(from.by_index_raw(index).ok()?).ok()?;
            continue;
        }
        let mut part = from.by_index(index).ok()?;
        let name = part.name().ok()?.into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).ok()?;
        for _ in 0..random.u8(1..4) {
            damage(&mut content, other, random);
        }
        to.start_file(name, SimpleFileOptions::default().compression_level(Some(1))).ok()?;
        to.write_all(&content).ok()?;
    }
    to.finish().ok().map(Cursor::into_inner)
}

fn damaged(sound: &[u8], other: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    if sound.starts_with(b"PK")
        && random.u8(0..10) > 1
        && let Some(bytes) = repacked(sound, other, random)
    {
        return bytes;
    }
    let mut bytes = sound.to_vec();
    for _ in 0..random.u8(1..6) {
        damage(&mut bytes, other, random);
    }
    bytes
}

/// Small files with one of these ends, from the samples and from what others have found.
fn corpus(ends: &[&str]) -> Vec<Vec<u8>> {
    let folders = ["sample-data/exports", "sample-data/tables", "tests/data/spreadsheets", "tests/data/csv-spectrum"];
    let paths = folders.iter().flat_map(|folder| files_below(&project(folder)));
    let wanted = paths.filter(|path| {
        let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
        ends.contains(&end) && std::fs::metadata(path).unwrap().len() < 80_000
    });
    let found: Vec<Vec<u8>> = wanted.map(|path| std::fs::read(path).unwrap()).collect();
    assert!(!found.is_empty(), "no files for {ends:?}");
    found
}

/// Damages the files of a corpus in turn until the time is up.
fn fuzz(name: &str, corpus: &[Vec<u8>]) {
    let given = std::env::var("CCHC_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let seed = if given.is_some() { fastrand::u64(..) } else { 20_260_131 };
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged");
    let (give, take) = channel::<PathBuf>();
    let (answer, answers) = channel();
    // Ends when nobody gives it work any more; a reader that hangs keeps it, and the test has failed by then.
    std::thread::spawn(move || {
        for path in take {
            let read = std::panic::catch_unwind(|| read(&path).map(|looker| (looker.rows, looker.letters)));
            let _ = answer.send(read.map_err(|_| ()));
        }
    });
    let end = Instant::now() + Duration::from_secs(given.unwrap_or(1));
    let (mut cases, mut sound, mut panics) = (0_u64, 0_u64, 0_u64);
    while Instant::now() < end {
        let bytes = damaged(random.choice(corpus).unwrap(), random.choice(corpus).unwrap(), &mut random);
        std::fs::write(&path, &bytes).unwrap();
        give.send(path.clone()).unwrap();
        let fault = match answers.recv_timeout(LONGEST) {
            Ok(Ok(result)) => {
                sound += u64::from(result.is_ok());
                panics += u64::from(matches!(result, Err(ReadError::Panicked(_))));
                None
            }
            Ok(Err(())) => Some("a panic escaped"),
            Err(RecvTimeoutError::Timeout) => Some("no end"),
            Err(RecvTimeoutError::Disconnected) => Some("the thread ended"),
        };
        cases += 1;
        if let Some(fault) = fault {
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}-{seed}-{cases}"));
            std::fs::write(&kept, &bytes).unwrap();
            panic!("{fault} at case {cases} of seed {seed}: {}", kept.display());
        }
    }
    eprintln!("{name}: {cases} damaged files, {sound} read all the same, {panics} panics caught");
}

#[test]
fn fuzz_xlsx() {
    fuzz("xlsx", &corpus(&["xlsx"]));
}

#[test]
fn fuzz_xlsb() {
    fuzz("xlsb", &corpus(&["xlsb"]));
}

#[test]
fn fuzz_xls() {
    isolate_xls(PathBuf::from(env!("CARGO_BIN_EXE_cchc")));
    let starts_right = |bytes: &Vec<u8>| bytes.starts_with(&[0xd0, 0xcf]);
    fuzz("xls", &corpus(&["xls"]).into_iter().filter(starts_right).collect::<Vec<_>>());
}

#[test]
fn fuzz_ods() {
    fuzz("ods", &corpus(&["ods"]));
}

#[test]
fn fuzz_html() {
    let is_markup = |bytes: &Vec<u8>| bytes.contains(&b'<') && !bytes.starts_with(&[0xd0, 0xcf]);
    let mut files: Vec<Vec<u8>> = corpus(&["xls", "html"]).into_iter().filter(is_markup).collect();
    files.push(
        b"<html><table><caption>a</caption><tr><th rowspan=2>b<th colspan=3>c</tr><tr><td>1<td style='display:none'>2\
          </table><table hidden><tr><td>&nbsp;<br>x</table></html>"
            .to_vec(),
    );
    files.push(
        b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns:ss=\"urn\"><Worksheet \
          ss:Name=\"a\"><Table><Row ss:Index=\"3\"><Cell ss:Index=\"2\" ss:MergeAcross=\"1\" ss:MergeDown=\"2\"><Data \
          ss:Type=\"Number\">1</Data></Cell></Row></Table></Worksheet></Workbook>"
            .to_vec(),
    );
    fuzz("html", &files);
}

#[test]
fn fuzz_csv() {
    let mut files = corpus(&["csv"]);
    files.push("sep=;\r\na;\"b\n\"\"c\";1,5\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect());
    files.push(b"S\xe8 h\xe5 s\xac\tNg\xb5y\n1\t\"2\n3\"\n".to_vec());
    fuzz("csv", &files);
}

#[test]
fn fuzz_parquet() {
    fuzz("parquet", &corpus(&["parquet"]));
}

#[test]
fn fuzz_zip() {
    let mut files = Vec::new();
    for ends in [&["csv"][..], &["xlsx", "ods"], &["xls", "csv"]] {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (number, content) in corpus(ends).iter().take(3).enumerate() {
            archive.start_file(format!("xa/{number}.bin"), SimpleFileOptions::default()).unwrap();
            archive.write_all(content).unwrap();
        }
        files.push(archive.finish().unwrap().into_inner());
    }
    isolate_xls(PathBuf::from(env!("CARGO_BIN_EXE_cchc")));
    fuzz("zip", &files);
}
