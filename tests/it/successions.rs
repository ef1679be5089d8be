//! Scores of units that merged, for periods before: of added counts, or the mean of the predecessors' scores.

use crate::support::{Place, close, list, row_of};

const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,Tỉnh Thử,,province,,,,\n\
    D.1,Xã Một,,commune,P,,,2025-06-30\n\
    D.2,Xã Hai,,commune,P,,,2025-06-30\n\
    N.1,Xã Mới,,commune,P,,2025-07-01,\n\
    N.2,Xã Khác,,commune,P,,,\n";

/// D.1 one of two on time, D.2 one of one, N.2 all of two; in 2025 N.1 one of one.
const ROWS: [&str; 6] = [
    "H1,Xã Một,Trực tuyến,02/12/2024,10/12/2024,03/12/2024,Đã trả kết quả",
    "H2,Xã Một,Trực tiếp,02/12/2024,10/12/2024,12/12/2024,Đã trả kết quả",
    "H3,Xã Hai,Trực tuyến,02/12/2024,10/12/2024,10/12/2024,Đã trả kết quả",
    "H4,Xã Khác,Trực tuyến,02/12/2024,10/12/2024,06/12/2024,Đã trả kết quả",
    "H5,Xã Khác,Trực tuyến,02/12/2024,10/12/2024,06/12/2024,Đã trả kết quả",
    "H6,Xã Mới,Trực tuyến,02/12/2025,10/12/2025,05/12/2025,Đã trả kết quả",
];

fn place(index: &str) -> Place {
    let place = Place::with_units(UNITS);
    let text = "from_code,to_code,date,default,split\nD.1,N.1,2025-07-01,1,0\nD.2,N.1,2025-07-01,1,0\n";
    let successions = place.file("ke-thua.csv", text);
    place.run(&["units", "successions", successions.to_str().unwrap()]).exits(0);
    place.import_text("a_20260105.csv", &list(&ROWS)).1.exits(0);
    place.file("kho/queries/indices/thu.toml", index);
    place
}

const HEAD: &str = "[index]\nid = \"thu\"\nname_vi = \"Thử\"\nname_en = \"Test\"\nlegal_basis = \"ví dụ\"\n";

#[test]
fn the_score_of_merged_units_is_of_their_counts_or_the_mean_of_their_scores_as_the_index_says() {
    let points = format!(
        "kind = \"points\"\n{HEAD}[points]\nmax = 100\n[rank]\nsuccession = \"SUCCESSION\"\n[[item]]\ncode = \"1\"\nname = \"1\"\nmax = 100\n\
         rule = {{ kind = \"linear\", input = \"on_time_rate\" }}\n"
    );
    let composite = format!(
        "kind = \"composite\"\n{HEAD}[scale]\nmethod = \"goalposts\"\nrange = [0, 100]\n[rank]\nsuccession = \"SUCCESSION\"\n\
         [[indicator]]\nid = \"on_time_rate\"\ngoalposts = {{ low = 0, high = 1 }}\n"
    );
    for index in [points, composite] {
        // 2 of 3 on time; or (50 + 100) / 2.
        for (succession, score) in [("counts", 200.0 / 3.0), ("mean", 75.0)] {
            let place = place(&index.replace("SUCCESSION", succession));
            let rows = place.rows(&["--units-as-of", "2026-01-01", "rank", "--index", "thu", "--period", "2024-Q4"]);
            let codes: Vec<&str> = rows.iter().filter_map(|row| row["unit_code"].as_str()).collect();
            assert_eq!(codes, ["N.2", "N.1"], "{succession}");
            close(row_of(&rows, "N.1")["score"].as_f64(), Some(score), succession);
            // The period of the merger's year has the units of its own, and last year's ranks beside.
            let now = place.rows(&["rank", "--index", "thu", "--period", "2025-Q4"]);
            close(row_of(&now, "N.1")["score"].as_f64(), Some(100.0), "now");
            assert_eq!(row_of(&now, "N.1")["rank_last_year"], 2);
        }
    }
}
