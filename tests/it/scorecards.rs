//! The scorecards that `docs/scorecards.md` works out by hand: its queries return what it says, and so do the commands.

use serde_json::Value;

use crate::support::{Place, copy, project, row_of, sample};

const PERIOD: &str = "2025-Q1";

/// The sample province with what units declared and people scored.
fn scored_province() -> Place {
    Place::prepared("the sample province with scorecards", |place| {
        copy(&sample().place.workspace(), &place.workspace());
        place.run(&["import", project("tests/data/scorecards").to_str().unwrap()]).exits(0);
    })
}

fn page() -> String {
    std::fs::read_to_string(project("docs/scorecards.md")).unwrap()
}

/// Sections with a unit and an index in their headings: unit, index, text.
fn cards(page: &str) -> Vec<(&str, &str, &str)> {
    page.split("\n## ")
        .skip(1)
        .map(|section| {
            let (heading, text) = section.split_once('\n').unwrap();
            let (unit, index) = heading.split_once(": ").unwrap().1.split_once(", ").unwrap();
            (unit, index, text)
        })
        .collect()
}

/// A number of the page has twelve decimals at most.
#[track_caller]
fn close(expected: &str, found: &Value, what: &str) {
    let expected: Option<f64> =
        (expected != "–").then(|| expected.parse().unwrap_or_else(|_| panic!("{what}: {expected}")));
    let same = match (expected, found.as_f64()) {
        (None, None) => true,
        (Some(expected), Some(found)) => (expected - found).abs() < 1e-11,
        _ => false,
    };
    assert!(same, "{what}: the page says {expected:?}, the command {found}");
}

#[test]
fn the_scorecards_of_the_page_are_those_of_the_commands() {
    let (place, page) = (scored_province(), page());
    let cards = cards(&page);
    assert_eq!(cards.iter().map(|(_, index, _)| *index).collect::<Vec<_>>(), ["par-department", "par-commune"]);
    for (unit, index, text) in cards {
        let rows = place.rows(&["score", "--unit", unit, "--index", index, "--period", PERIOD]);
        let expected: Vec<Vec<&str>> = text
            .lines()
            .filter(|line| line.starts_with("| ") && !line.starts_with("| code"))
            .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
            .collect();
        assert_eq!(expected.len(), rows.len(), "{index}: one line for each item");
        for (line, row) in expected.iter().zip(&rows) {
            assert_eq!(row["code"], line[0], "{index}");
            close(line[3], &row["points"], line[0]);
            assert_ne!(row["status"], "missing", "{index} {}", line[0]);
        }
        let score = text.lines().find(|line| line.starts_with("Score: ")).unwrap().rsplit_once("= ").unwrap().1;
        let ranking = place.rows(&["rank", "--index", index, "--period", PERIOD]);
        close(score, &row_of(&ranking, unit)["score"], index);
    }
}

#[test]
fn the_queries_of_the_page_return_what_it_says_and_the_scorecards_have_these_inputs() {
    let (place, page) = (scored_province(), page());
    let mut checked = 0;
    for (unit, index, text) in cards(&page) {
        let rows = place.rows(&["score", "--unit", unit, "--index", index, "--period", PERIOD]);
        for block in text.split("```sql\n").skip(1) {
            let query = block.split("```").next().unwrap();
            let (expected, query) = query.split_once('\n').unwrap();
            let (code, numbers) = expected["-- ".len()..].split_once(": ").unwrap();
            let expected: Vec<Option<f64>> = numbers.split(", ").map(|number| number.parse().ok()).collect();
            assert_eq!(place.numbers(query), expected, "{index} {code}");
            checked += 1;
            // Queries on another unit or period have a remark behind the code; 7.4 counts what is absent.
            if let Some(row) = rows.iter().find(|row| row["code"] == code).filter(|_| expected.len() == 2) {
                let inputs = [row["numerator"].as_f64(), row["denominator"].as_f64()];
                assert_eq!(inputs.as_slice(), expected.as_slice(), "{index} {code}");
            }
        }
    }
    assert_eq!(checked, 17);
}
