//! A full disk, a disk that can only be read, a limit on the size of files: a clear message, and all that was stored stays.

use std::path::Path;
use std::process::{Command, Output};

use crate::kill::stored;
use crate::support::{Place, list};

/// A workspace with one import, and a second one to send.
fn place() -> Place {
    let place = Place::new();
    place.import_text("a_20250201.csv", &list(&["H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,,Đang xử lý"])).1.exits(0);
    let rows: Vec<String> = (0..300)
        .map(|row| format!("H{row},Sở A,Trực tuyến,06/{:02}/2024,20/12/2024,,Đang xử lý", row % 12 + 1))
        .collect();
    place.file("b_20250301.csv", list(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    place
}

/// Runs a script with mounts of its own, which end with it; nothing where the system does not allow that.
fn with_mounts(script: &str, arguments: &[&Path]) -> Option<Output> {
    for flags in [&["-m"][..], &["-r", "-m"]] {
        let allowed = Command::new("unshare").args(flags).args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
        if allowed.is_ok_and(|output| output.status.success()) {
            let program = env!("CARGO_BIN_EXE_cchc");
            return Command::new("unshare")
                .env("CCHC_LANG", "en")
                .args(flags)
                .args(["sh", "-c", script, program])
                .args(arguments)
                .output()
                .ok();
        }
    }
    eprintln!("skipped: this system does not let a test mount a disk of its own");
    None
}

/// What a script printed between two marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map_or("", |(found, _)| found)
}

#[test]
fn an_import_onto_a_full_disk_says_so_wherever_the_space_ends_and_the_old_version_stays() {
    let place = place();
    // $1 the workspace, $2 the disk, $3 the export. The disk grows page by page until the import fits.
    let script = r#"
        program=$0; mkdir -p "$2"
        mount -t tmpfs -o size=16m tmpfs "$2" && cp -r "$1" "$2/kho" && cd "$2"
        files() { (cd kho && find . -type f | sort && find . -type d | sort); }
        before=$(files)
        used=$(df --output=used -k . | tail -1)
        size=$used
        while [ $size -lt $((used + 800)) ]; do
            size=$((size + 8))
            mount -o remount,size=${size}k "$2"
            said=$("$program" --quiet --workspace kho import "$3" 2>&1 >/dev/null); code=$?
            if [ $code -eq 0 ]; then echo "fits"; break; fi
            stored=$("$program" --quiet --format csv --workspace kho sql 'SELECT count(*) FROM dossiers' 2>&1 | tail -1)
            left=same; [ "$(files)" = "$before" ] || left=$(files | tr '\n' ' ')
            echo "round $code|$stored|$left|$said" | tr '\n' ' '; echo
        done
        "$program" --quiet --format csv --workspace kho sql 'SELECT count(*) FROM dossiers' | tail -1
    "#;
    let disk = place.path("disk");
    let Some(output) = with_mounts(script, &[&place.workspace(), &disk, &place.path("b_20250301.csv")]) else { return };
    let text = String::from_utf8_lossy(&output.stdout);
    let rounds: Vec<&str> = text.lines().filter(|line| line.starts_with("round")).collect();
    assert!(rounds.len() > 8, "the space ends at many places: {text} {}", String::from_utf8_lossy(&output.stderr));
    for round in &rounds {
        assert!(round.starts_with("round 1|1|same|"), "{round}");
        assert!(round.contains("the disk is full") && round.contains("run the command again"), "{round}");
    }
    assert!(text.trim_end().ends_with("fits\n300"), "{text}");
}

#[test]
fn a_workspace_on_a_disk_that_can_only_be_read_is_read_and_a_write_says_why_not() {
    let place = place();
    let script = r#"
        program=$0; mkdir -p "$2"
        mount -t tmpfs tmpfs "$2" && cp -r "$1" "$2/kho" && mount -o remount,ro "$2" && cd "$2"
        echo "<stored>"; "$program" --quiet --format csv --workspace kho sql 'SELECT dossier_code FROM dossiers'; echo "</stored>"
        "$program" --workspace kho --format json form06 --period 2025-01 >/dev/null && echo "form06 ends well"
        for command in "import $3" vacuum "purge --dossier H1"; do
            said=$("$program" --workspace kho $command 2>&1 >/dev/null); echo "<write>$? $said</write>"
        done
    "#;
    let disk = place.path("disk");
    let Some(output) = with_mounts(script, &[&place.workspace(), &disk, &place.path("b_20250301.csv")]) else { return };
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        between(&text, "<stored>\n", "</stored>"),
        "dossier_code\nH1\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("form06 ends well"));
    let writes: Vec<&str> = text.split("<write>").skip(1).collect();
    assert_eq!(writes.len(), 3);
    for write in writes {
        assert!(write.starts_with("1 error: ") && write.contains("hint: the disk can only be read"), "{write}");
    }
}

#[cfg(unix)]
#[test]
fn a_limit_on_the_size_of_files_is_reported_and_the_old_version_stays() {
    let place = place();
    let before = stored(&place);
    // Without the trap the system ends the process by a signal; a file of at most 1 KiB holds no month.
    let script = r#"trap '' XFSZ; ulimit -f 2; exec "$0" --quiet --workspace "$1" import "$2""#;
    let (workspace, export) = (place.workspace(), place.path("b_20250301.csv"));
    let output = Command::new("sh")
        .env("CCHC_LANG", "en")
        .args(["-c", script, env!("CARGO_BIN_EXE_cchc")])
        .args([&workspace, &export])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("hint: the system allows no file of this size"), "{said}");
    assert_eq!(stored(&place), before, "with nothing left behind");
    place.run(&["import", export.to_str().unwrap()]).exits(0);
}

#[cfg(unix)]
#[test]
fn a_folder_without_the_right_to_write_is_reported() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    let folder = place.workspace();
    let rights = |mode: u32| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
    std::fs::remove_file(folder.join("import.lock")).unwrap();
    rights(0o555);
    let probe = std::fs::write(folder.join("probe"), "");
    if probe.is_ok() {
        std::fs::remove_file(folder.join("probe")).unwrap();
        rights(0o755);
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    let ran = place.run(&["import", place.path("b_20250301.csv").to_str().unwrap()]);
    rights(0o755);
    ran.exits(1).says(&["import.lock", "hint: you have no right to this"]);
    assert_eq!(place.dossiers().len(), 1);
}
