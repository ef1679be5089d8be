//! Rankings in the blocks in which results are published, as Hải Phòng published those of 2025 (9/1/2026).

use serde_json::Value;

use crate::support::{Place, close, row_of};

/// Block, first words of names, units, and the published scores: the first and the last. Those between were not printed where
/// the figures were read; here they lie on a line, which changes neither first nor last.
const PUBLISHED: [(&str, &str, usize, &[f64], f64); 3] = [
    ("departments", "Sở", 14, &[94.71, 94.4, 92.99, 92.9, 92.71], 88.99),
    ("wards", "Phường", 45, &[95.8, 95.77, 95.57], 76.26),
    ("communes", "Xã", 68, &[94.15, 93.4, 92.94], 73.37),
];

/// The score of a unit by its place.
fn score(of: (usize, &[f64], f64), place: usize) -> f64 {
    let (units, first, last) = of;
    let best = first[first.len() - 1];
    let after = (place + 1).saturating_sub(first.len()) as f64 / (units - first.len()) as f64;
    first.get(place).copied().unwrap_or(best - (best - last) * after)
}

fn published() -> Place {
    let mut units =
        "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\nP,Thành phố Hải Phòng,,province,,,,\n"
            .to_owned();
    let mut declared = "Đơn vị,Mã chỉ tiêu,Kỳ,Giá trị,Tử số,Mẫu số\n".to_owned();
    for (block, name, count, first, last) in PUBLISHED {
        let kind = if block == "departments" { "department" } else { "commune" };
        for place in 0..count {
            let name = if block == "communes" && place == 0 { "Đặc khu" } else { name };
            units += &format!("{block}{place},{name} {place},,{kind},P,,,\n");
            let score = score((count, first, last), place).to_string().replace('.', ",");
            declared += &format!("{block}{place},par_index_score,2025,\"{score}\",,\n");
        }
    }
    let place = Place::with_units(&units);
    place.import_text("ket-qua_20260109.csv", &declared).1.exits(0);
    place.file(
        "kho/queries/indices/ket-qua.toml",
        "kind = \"points\"\n[index]\nid = \"ket-qua\"\nname_vi = \"Kết quả\"\nname_en = \"Result\"\nlegal_basis = \"ví dụ\"\n\
         [points]\nmax = 100\n[[class]]\nfrom = 93\nname = \"xuất sắc\"\n[[item]]\ncode = \"1\"\nname = \"Điểm\"\nmax = 100\n\
         rule = { kind = \"external\", input = \"par_index_score\", factor = 1 }\n",
    );
    place
}

fn of_block<'r>(rows: &'r [Value], block: &str) -> Vec<&'r Value> {
    rows.iter().filter(|row| row["block"] == block).collect()
}

#[test]
fn the_results_of_hai_phong_print_as_they_were_published() {
    let place = published();
    let rows = place.rows(&["rank", "--index", "ket-qua", "--period", "2025", "--blocks"]);
    let blocks: Vec<&str> = rows.iter().filter_map(|row| row["block"].as_str()).collect();
    assert!(blocks.is_sorted_by_key(|block| PUBLISHED.iter().position(|one| one.0 == *block)), "blocks in their order");
    for (block, _, count, first, last) in PUBLISHED {
        let rows = of_block(&rows, block);
        assert_eq!(rows.len(), count, "{block}");
        for (at, printed) in first.iter().enumerate() {
            assert_eq!(rows[at]["rank"], at + 1);
            assert_eq!(rows[at]["shown"], format!("{printed:.2}").replace('.', ","), "{block}");
            assert_eq!(rows[at]["class"] == "xuất sắc", *printed >= 93.0, "{block} {printed}");
        }
        let bottom = rows[count - 1];
        assert_eq!(
            (&bottom["rank"], &bottom["shown"]),
            (&count.into(), &format!("{last:.2}").replace('.', ",").into())
        );
        let mean = (0..count).map(|at| score((count, first, last), at)).sum::<f64>() / count as f64;
        close(rows[0]["group_mean"].as_f64(), Some(mean), block);
        assert_eq!((&rows[0]["against_mean"], &bottom["against_mean"]), (&"above".into(), &"below".into()));
    }
    // Without blocks wards and communes are one kind, and the second ward is ahead of the first special zone.
    let by_kind = place.rows(&["rank", "--index", "ket-qua", "--period", "2025"]);
    assert_eq!(
        row_of(&by_kind, "communes0")["rank"],
        1 + (0..45).filter(|at| score((45, PUBLISHED[1].3, 76.26), *at) > 94.15).count()
    );
}

#[test]
fn the_note_says_how_many_of_a_block_are_above_its_mean() {
    let place = published();
    let ran = place
        .run(&["--lang", "en", "rank", "--index", "ket-qua", "--period", "2025", "--blocks", "publication"])
        .exits(0);
    assert!(ran.stderr.contains("Departments: mean"), "{}", ran.stderr);
    place
        .run(&["rank", "--index", "ket-qua", "--period", "2025", "--blocks", "publicatio"])
        .exits(2)
        .says(&["no grouping 'publicatio'; did you mean 'publication'?"]);
}
