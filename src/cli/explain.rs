//! `cchc explain`: a figure with its definition, SQL, files and dossiers.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::estimates::note_estimates;
use super::figures::{note_remarks, policy_line};
use super::output::{self, Columns};
use super::{Format, Global, OpenEngine, Outcome, PolicyArgs, explain_index, period};
use cchc_engine::{Explanation, ExplanationRequest};
use cchc_indicators::{KeptFrom, Trace, TracedRow};
use cchc_model::{Period, Policies};

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Indicator or index
    indicator: String,
    /// Unit code; `*KIND` for the sum over a kind, `*` for everything
    #[arg(long, value_name = "CODE")]
    unit: String,
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th; 2026-Q3@581 for the reform report
    #[arg(long, value_parser = period)]
    period: Period,
    /// Only this criterion of an index of points
    #[arg(long, value_name = "CODE")]
    item: Option<String>,
    /// List the dossier codes on either side
    #[arg(long)]
    rows: bool,
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Explain {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = OpenEngine::open(global)?;
        let policies = self.policies.over(opened.engine.config().policies);
        let request = ExplanationRequest {
            id: self.indicator.clone(),
            unit: opened.engine.unit_named(&self.unit)?,
            period: self.period.clone(),
            item: self.item.clone(),
            policies,
        };
        let unit = self.unit.as_str();
        match opened.wait(opened.engine.explanation(&request))? {
            Explanation::Figure(found) => {
                note_estimates(
                    global,
                    (&opened.engine, &self.period),
                    std::iter::once((unit, found.row.measure.estimate)),
                );
                self.write(global, &found, policies)?;
            }
            Explanation::Score(score) => {
                note_remarks(global, &score.remarks);
                note_estimates(global, (&opened.engine, &self.period), std::iter::once((unit, score.is_estimate)));
                explain_index::write(global, &score, policies)?;
            }
        }
        Ok(Outcome::Done)
    }

    fn write(&self, global: &Global, found: &Trace, policies: Policies) -> Result<()> {
        match global.format {
            Format::Json => {
                let mut document = self.document(found);
                document["policies"] = json!(policies);
                output::json(&json!([document]))
            }
            Format::Table => {
                output::plain(&global.in_words(&format!("{}\n{}", self.page(found), policy_line(policies))))
            }
            _ => rows(global, found),
        }
    }

    fn document(&self, found: &Trace) -> serde_json::Value {
        let (indicator, measure) = (&found.definition, found.row.measure);
        let codes = |top: bool| {
            found.rows.iter().filter(|row| row.in_numerator == top).map(|row| row.code.as_str()).collect::<Vec<_>>()
        };
        let mut document = json!({
            "indicator": indicator.id,
            "name": indicator.name_vi,
            "meaning": indicator.meaning,
            "legal_basis": indicator.legal_basis,
            "unit_code": found.row.unit.unit_code,
            "unit_name": found.row.unit.unit_name,
            "period": found.row.period,
            "numerator": measure.numerator,
            "denominator": measure.denominator,
            "value": measure.value,
            "status": measure.status.word(),
            "numerator_condition": indicator.numerator,
            "denominator_condition": indicator.denominator,
            "estimate": measure.estimate,
            "sql": found.sql,
            "files": found.files,
        });
        if self.rows {
            document["in_numerator"] = json!(codes(true));
            document["only_in_denominator"] = json!(codes(false));
        }
        if indicator.derived.is_some() {
            document["inputs"] = found.inputs.iter().map(|input| self.document(input)).collect();
        }
        document
    }

    fn page(&self, found: &Trace) -> String {
        let (indicator, measure) = (&found.definition, found.row.measure);
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
        let rows = match &indicator.derived {
            None => format!("{:?}", indicator.rows),
            Some(_) => "made of other indicators, below".to_owned(),
        };
        let mut page = format!(
            "{} ({})\n{}\n\n{} ({}), {}\n  value        {}  [{}]\n  numerator    {}\n  denominator  {}\n\nrows         {}\nnumerator    {}\ndenominator  {}\nlegal basis  {}\n\nfiles\n",
            indicator.name_vi,
            indicator.id,
            indicator.meaning,
            found.row.unit.unit_name,
            found.row.unit.unit_code,
            found.row.period,
            number(measure.value),
            measure.status.word(),
            number(measure.numerator),
            number(measure.denominator),
            rows,
            indicator.numerator,
            indicator.denominator,
            indicator.legal_basis,
        );
        for file in &found.files {
            page.push_str(&format!("  {file}\n"));
        }
        page.push_str(&format!("\nSQL\n{}\n", found.sql));
        if self.rows {
            for (title, top) in [("in the numerator", true), ("only in the denominator", false)] {
                page.push_str(&format!("\n{title}\n"));
                for row in found.rows.iter().filter(|row| row.in_numerator == top) {
                    let place = if row.file.is_empty() {
                        String::new()
                    } else {
                        format!("  {} {} row {}", row.file, row.sheet, row.row)
                    };
                    page.push_str(&format!("  {}{place}\n", row.code));
                    for cell in &row.kept_from {
                        page.push_str(&format!("    {}: {} {} row {}\n", cell.column, cell.file, cell.sheet, cell.row));
                    }
                }
            }
        }
        for input in &found.inputs {
            page.push_str(&format!("\nread: {}", self.page(input)));
        }
        page
    }
}

fn rows(global: &Global, found: &Trace) -> Result<()> {
    let kept: Vec<Option<String>> = found.rows.iter().map(kept_from).collect();
    Columns::default()
        .text("code", found.rows.iter().map(|row| Some(row.code.as_str())))
        .flag("in_numerator", found.rows.iter().map(|row| row.in_numerator))
        .text("file", found.rows.iter().map(|row| Some(row.file.as_str())))
        .text("sheet", found.rows.iter().map(|row| Some(row.sheet.as_str())))
        .text("row", found.rows.iter().map(|row| Some(row.row.as_str())))
        .text("kept_from", kept.iter().map(Option::as_deref))
        .write(global)
}

/// Where cells stood that were kept from older files.
fn kept_from(row: &TracedRow) -> Option<String> {
    let cell = |cell: &KeptFrom| format!("{}: {} {} row {}", cell.column, cell.file, cell.sheet, cell.row);
    (!row.kept_from.is_empty()).then(|| row.kept_from.iter().map(cell).collect::<Vec<_>>().join("; "))
}
