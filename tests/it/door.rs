//! A door that is not the command line: a line of JSON asks, a line of JSON answers, on nothing but the engine.

use std::io::{BufRead, BufReader, Write};

use cchc::engine::{Engine, FiguresRequest, Months, RankingRequest};
use cchc::indicators::{By, Children};
use cchc::model::Policies;
use cchc::store::Shell;
use serde_json::{Value, json};

use crate::support::sample;

/// Answers line by line; what cannot be answered is answered with its error.
fn serve(engine: &Engine, shell: &Shell, questions: impl BufRead, mut answers: impl Write) {
    for line in questions.lines() {
        let question: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let answer = shell.wait(answer(engine, &question)).unwrap_or_else(|error| json!({ "error": error }));
        writeln!(answers, "{answer}").unwrap();
    }
}

async fn answer(engine: &Engine, question: &Value) -> Result<Value, String> {
    let text = |key: &str| question[key].as_str().unwrap_or_default().to_owned();
    let period = text("period").parse().map_err(|error| format!("{error}"))?;
    let policies = Policies::default();
    if question["rank"].is_string() {
        let request = RankingRequest { index: text("rank"), period, kind: None, within: None, blocks: None, policies };
        let found = engine.ranking(&request).await.map_err(|error| error.to_string())?;
        let row =
            |row: &cchc::model::RankRow| json!({"unit_code": row.unit.unit_code, "rank": row.rank, "score": row.score});
        return Ok(found.ranked.rows.iter().map(row).collect());
    }
    let request = FiguresRequest {
        indicators: vec![text("figure")],
        period,
        kind: None,
        by: By::Unit,
        months: Months::Apart,
        against: None,
        children: Children::Apart,
        policies,
    };
    let found = engine.figures(&request).await.map_err(|error| error.to_string())?;
    let row = |one: &cchc::engine::ComparedFigure| {
        let row = &one.figure.row;
        json!({"unit_code": row.unit.unit_code, "value": row.measure.value})
    };
    Ok(found.rows.iter().map(row).collect())
}

/// The keys of the door's answers, of what the command prints.
fn printed(arguments: &[&str], keys: &[&str]) -> Value {
    let rows = sample().place.rows(arguments);
    rows.iter().map(|row| keys.iter().map(|key| ((*key).to_owned(), row[*key].clone())).collect::<Value>()).collect()
}

#[test]
fn another_door_gives_the_answers_of_the_command_line() {
    let shell = Shell::new().unwrap();
    let engine = shell.wait(Engine::open(&sample().place.workspace(), None, None)).unwrap();
    let questions = [
        json!({"rank": "on-time", "period": "2025-Q1"}),
        json!({"figure": "on_time_rate", "period": "2025-03"}),
        json!({"figure": "on_tim_rate", "period": "2025-03"}),
    ];
    let lines = questions.map(|question| question.to_string()).join("\n");
    let mut answers = Vec::new();
    serve(&engine, &shell, BufReader::new(lines.as_bytes()), &mut answers);
    let answers: Vec<Value> =
        String::from_utf8(answers).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rank = ["rank", "--index", "on-time", "--period", "2025-Q1"];
    assert_eq!(answers[0], printed(&rank, &["unit_code", "rank", "score"]));
    let figures = ["indicators", "--period", "2025-03", "--indicator", "on_time_rate"];
    assert_eq!(answers[1], printed(&figures, &["unit_code", "value"]));
    assert!(answers[2]["error"].as_str().unwrap().contains("on_time_rate"), "{}", answers[2]);
}
