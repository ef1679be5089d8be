//! Dates with words and orders of their own: clocks of 12 hours, named months and zones, breaks, month first where declared.

use crate::support::{LIST, Place, account};
use crate::workbook::{C, S, line, t, xlsx};

/// Imports a list of received dates and gives them as stored, by a source that declares these patterns or the shipped ones.
fn received(declared: &str, dates: &[&str]) -> Vec<String> {
    let place = Place::new();
    let rows = dates.iter().enumerate().map(|(row, date)| format!("H{row:03}-1,Sở A,1,x,\"{date}\",,,\n"));
    let text = format!("{LIST}\n{}", rows.collect::<String>());
    let file = place.file("ho-so_20990401.csv", text);
    if declared.is_empty() {
        place.import(&file).1.exits(0);
    } else {
        place.file("kho/queries/sources/own.toml", source(declared));
        place.run(&["import", file.to_str().unwrap(), "--source", "own"]).exits(0);
    }
    place.dossiers().iter().map(|row| row["received_at"].as_str().unwrap().to_owned()).collect()
}

fn source(declared: &str) -> String {
    format!(
        "name = \"Nguồn riêng\"\ntable = \"dossiers\"\nrequired = [\"dossier_code\", \"resolving_unit\", \"received_at\"]\n\
         {declared}\n[columns.dossier_code]\nheadings = [\"Số hồ sơ\"]\n[columns.resolving_unit]\n\
         headings = [\"Cơ quan/đơn vị\"]\nunknown = \"reject\"\n[columns.received_at]\nheadings = [\"Ngày tiếp nhận\"]\n\
         [columns.due_at]\nheadings = [\"Ngày hẹn trả\"]\n[columns.finished_at]\nheadings = [\"Ngày kết thúc xử lý\"]\n"
    )
}

#[test]
fn a_clock_of_12_hours_is_read_in_both_languages() {
    let written = [
        ("03/03/2025 08:15 SA", "08:15"),
        ("03/03/2025 08:15 CH", "20:15"),
        ("03/03/2025 8:15:00 AM", "08:15"),
        ("03/03/2025 1:05 PM", "13:05"),
        ("03/03/2025 12:05:00 AM", "00:05"),
        ("03/03/2025 12:30 PM", "12:30"),
        ("03/03/2025 12:30 SA", "00:30"),
        ("03/03/2025 12:30 CH", "12:30"),
        ("8:15 SA 03/03/2025", "08:15"),
        ("8:15 sáng, 03/03/2025", "08:15"),
        ("03-03-2025 2:30 chiều", "14:30"),
        ("3/3/2025 2:30 p.m.", "14:30"),
        ("03/03/2025 14:30 CH", "14:30"),
        ("2025-03-03 02:30:00 PM", "14:30"),
        ("03/03/2025 02:30:15.120 CH", "14:30"),
        ("8h15 03/03/2025", "08:15"),
        ("8 giờ 15 phút ngày 03/03/2025", "08:15"),
    ];
    let stored = received("", &written.map(|(text, _)| text));
    for ((text, clock), stored) in written.iter().zip(stored) {
        assert_eq!(stored[..16], format!("2025-03-03T{clock}"), "{text}");
    }
}

#[test]
fn named_months_zones_and_breaks_are_read() {
    let written = [
        "ngày 3 tháng 3 năm 2025",
        "3 tháng 3, 2025",
        "3 Thg 3 2025",
        "3/Th3/2025",
        "03-Mar-2025",
        "3 March 2025",
        "March 3, 2025",
        "Monday, March 3, 2025",
        "Mar 3, 2025 8:15 AM",
        "Thứ Hai, ngày 03/03/2025",
        "3-MAR-2025",
        "ngày 3 tháng ba năm 2025",
        "2025 Mar 3",
        "03/03/2025 08:15 +07:00",
        "03/03/2025 08:15 GMT+7",
        "03/03/2025 08:15 ICT",
        "03/03/2025 01:15 UTC",
        "03/03/2025 08:15 Asia/Ho_Chi_Minh",
        "03/03/2025 10:15 Asia/Tokyo",
        "03/03/2025 08:15:00 Asia/Saigon",
        "Mon Mar 03 2025 08:15:00 GMT+0700 (Indochina Time)",
        "Mon Mar 03 08:15:00 ICT 2025",
        "Mon, 03 Mar 2025 01:15:00 GMT",
        "03/03/2025 01:15:00Z",
        "03/03/\n2025",
        "03/03/2025\n08:15",
        "03/03/20\n25",
        "03/03/2025 08:\n15",
        "03 / 03 / 2025",
        "03/03/2025 - 08:15",
    ];
    let stored = received("", &written);
    for (text, stored) in written.iter().zip(stored) {
        let clock = if text.contains(':') { "08:15" } else { "00:00" };
        assert_eq!(stored[..16], format!("2025-03-03T{clock}"), "{text:?}");
    }
}

#[test]
fn a_source_declares_month_first_epochs_and_a_zone() {
    let month_first = "dates = [\"MM/dd/yyyy hh:mm a\", \"MM/dd/yyyy\"]";
    assert_eq!(
        received(month_first, &["03/04/2025", "3/25/2025 2:30 PM"]),
        ["2025-03-04T00:00:00", "2025-03-25T14:30:00"]
    );
    let epoch = "dates = [\"epoch-ms\"]";
    assert_eq!(received(epoch, &["1740964500000"]), ["2025-03-03T08:15:00"]);
    assert_eq!(received("dates = [\"epoch-s\"]", &["1740964500"]), ["2025-03-03T08:15:00"]);
    let utc = "dates = [\"dd/MM/yyyy HH:mm\", \"dd/MM/yyyy\", \"epoch-ms\"]\nzone = \"UTC\"";
    let right = ["2025-03-03T08:15:00", "2025-03-03T00:00:00", "2025-03-03T08:15:00", "2025-03-03T08:15:00"];
    assert_eq!(received(utc, &["03/03/2025 01:15", "03/03/2025", "1740964500000", "2025-03-03T01:15:00"]), right);
    assert_eq!(
        received("dates = [\"MMM d yyyy\", \"dd/MM/yy\"]", &["Mar 3 2025", "03/03/25"])[1],
        "2025-03-03T00:00:00"
    );
}

#[test]
fn what_cannot_be_a_date_stays_refused() {
    let place = Place::new();
    let texts = [
        "03/03/2025 14:30 SA",
        "03/03/2025 13:61 CH",
        "8h sáng mai",
        "31 tháng 2 năm 2025",
        "3 Foo 2025",
        "03/03/2025 SA",
        "03/03/2025 08:15 EST",
        "03/03/2025\n05/03/2025",
        "tháng 3/2025",
        "03/03/2025 08:15 SA CH",
    ];
    let rows = texts.iter().enumerate().map(|(row, date)| format!("H{row}-1,Sở A,1,x,\"{date}\",,,\n"));
    let (file, ran) = place.import_text("ho-so_20250401.csv", &format!("{LIST}\n{}", rows.collect::<String>()));
    ran.exits(3);
    assert_eq!(account(&file), [10, 0, 0, 0, 10]);
}

#[test]
fn one_column_of_both_orders_refuses_the_file_with_both_examples() {
    let own = "dates = [\"MM/dd/yyyy hh:mm:ss a\", \"MM/dd/yyyy hh:mm a\", \"MM/dd/yyyy\"]";
    let row = |code: &str, day: &str| format!("{code},Sở A,1,x,{day},,,\n");
    let day_first = row("X-0", "14/05/2025 3:20:00 CH");
    let month_first = row("X-1", "5/14/2025 3:20 PM");
    for rows in [format!("{day_first}{month_first}"), format!("{month_first}{day_first}")] {
        for source in ["list-a", "own"] {
            let place = Place::new();
            place.file("kho/queries/sources/own.toml", self::source(own));
            let file = place.file("ho-so_20250601.csv", format!("{LIST}\n{rows}"));
            let file = file.to_str().unwrap();
            let ran = place.run(&["--lang", "en", "--format", "json", "import", file, "--source", source]);
            ran.exits(3).says(&["14/05/2025 3:20:00 CH (#", "5/14/2025 3:20 PM (#"]);
            assert!(place.dossiers().is_empty());
        }
    }
    assert_eq!(received("", &["14/05/2025 3:20:00 CH"]), ["2025-05-14T15:20:00"]);
    assert_eq!(received(own, &["5/14/2025 3:20 PM"]), ["2025-05-14T15:20:00"]);
    let place = Place::new();
    place.file("kho/queries/sources/own.toml", source(own));
    let file = place.file("ho-so_20250601.csv", format!("{LIST}\n{}", row("X-0", "14/05/2025")));
    let ran = place.run(&["--lang", "en", "--format", "json", "import", file.to_str().unwrap(), "--source", "own"]);
    ran.exits(3).says(&["but the source declares the month first"]);
}

#[test]
fn a_source_that_declares_both_orders_is_a_fault() {
    let place = Place::new();
    place.file("kho/queries/sources/own.toml", source("dates = [\"dd/MM/yyyy\", \"MM/dd/yyyy\"]"));
    place.run(&["check"]).exits(1).says(&["'dd/MM/yyyy' and 'MM/dd/yyyy'"]);
    place.file("kho/queries/sources/own.toml", source("dates = [\"dd/MM/yyyy\"]\nzone = \"Mặt Trăng\""));
    place.run(&["check"]).exits(1).says(&["is no zone"]);
}

/// Serial number of a day of 2025.
fn serial(day: u32, month: u32) -> f64 {
    let date = chrono::NaiveDate::from_ymd_opt(2025, month, day).unwrap();
    f64::from(date.to_epoch_days() + 25_569)
}

/// A dossier of a list in which an English Excel opened one column: received (0), due (1) or finished (2).
fn opened(columns: &[usize]) -> Vec<u8> {
    let days: Vec<(u32, u32)> = (0..40).map(|row| (1 + (row * 11) % 28, 1 + row % 3)).collect();
    let rows = days.iter().enumerate().map(|(row, (day, month))| {
        let mut cells = line(&format!("H58-{row:03},Sở A,1,x"));
        for column in 0..3 {
            let text = t(&format!("{day:02}/{:02}/2025", month + column as u32));
            let swapped = columns.contains(&column) && *day <= 12;
            cells.push(if swapped { C::D(serial(month + column as u32, *day)) } else { text });
        }
        cells
    });
    xlsx(&[S::of([line(LIST)].into_iter().chain(rows).collect::<Vec<_>>())])
}

#[test]
fn a_list_that_an_english_excel_opened_is_refused_or_mended_when_told() {
    for columns in [&[0, 1, 2][..], &[0], &[1], &[2]] {
        let place = Place::new();
        let file = place.file("ho-so_20260401.xlsx", opened(columns));
        let ran = place.run(&["--lang", "en", "--format", "json", "import", file.to_str().unwrap()]);
        ran.exits(3).says(&["2025 → 2025-", "--mixed-dates swap"]);
        assert!(place.dossiers().is_empty());
        place.run(&["import", file.to_str().unwrap(), "--mixed-dates", "swap"]).exits(0);
        let sound = Place::new();
        let other = sound.file("ho-so_20260401.xlsx", opened(&[]));
        sound.import(&other).1.exits(0);
        let dates = |place: &Place| -> Vec<_> {
            place
                .dossiers()
                .iter()
                .map(|row| [&row["received_at"], &row["due_at"], &row["finished_at"]].map(Clone::clone))
                .collect()
        };
        assert_eq!(dates(&place), dates(&sound), "{columns:?}");
        assert_eq!(place.rows(&["findings", "--rule", "swapped_date"]).len(), columns.len());
    }
}

#[test]
fn texts_and_date_cells_that_agree_go_on_loading() {
    let row = |row: u32| {
        let mut cells = line(&format!("H58-{row:03},Sở A,1,x"));
        let day = 1 + row % 28;
        cells.push(if day <= 12 { C::D(serial(day, 3)) } else { t(&format!("{day:02}/03/2025")) });
        cells.push(if row.is_multiple_of(2) { t(&format!("{day:02}/04/2025")) } else { C::D(serial(day, 4)) });
        cells
    };
    let rows = [line(LIST)].into_iter().chain((0..56).map(row)).collect::<Vec<_>>();
    let place = Place::new();
    let file = place.file("ho-so_20260401.xlsx", xlsx(&[S::of(rows)]));
    place.import(&file).1.exits(0);
}

#[test]
fn times_of_utc_are_told_with_a_remedy_that_mends_them() {
    let rows: Vec<String> = (1..=8)
        .map(|day| {
            format!(
                "H{day},Sở A,1,x,2025-03-0{day}T0{}:30:00,2025-03-1{day}T17:00:00,2025-03-1{day}T02:15:00,\n",
                1 + day
            )
        })
        .collect();
    let rows = rows.concat();
    let place = Place::new();
    let file = place.file("ho-so_20250401.csv", format!("{LIST}\n{rows}"));
    place.import(&file).1.exits(0);
    let found = place.rows(&["--lang", "en", "findings", "--rule", "shifted_times"]);
    assert_eq!((found.len(), &found[0]["level"]), (1, &"warning".into()));
    let own = Place::new();
    own.file("kho/queries/sources/own.toml", source("zone = \"UTC\""));
    let file = own.file("ho-so_20250401.csv", format!("{LIST}\n{rows}"));
    own.run(&["import", file.to_str().unwrap(), "--source", "own"]).exits(0);
    assert!(own.rows(&["findings", "--rule", "shifted_times"]).is_empty());
    assert_eq!(own.dossiers()[0]["due_at"], "2025-03-12T00:00:00");
}
