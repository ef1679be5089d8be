//! Lists findings: grouped by file for people, one row each for programs.

use anyhow::Result;

use super::super::lines::{WIDTH, cut, shown, wrapped};
use super::super::output::{self, Columns};
use super::super::words::{FindingsWords, Words, counted};
use super::super::{Format, Global, OpenEngine};
use cchc_definitions::{Language, Messages, fill};
use cchc_engine::{FindingPage, FindingsRequest, StoredFinding};
use cchc_model::Level;

/// Writes the findings that are asked for as they come, page by page.
pub(super) fn write(global: &Global, opened: &OpenEngine, request: &FindingsRequest) -> Result<()> {
    let messages = &opened.engine.definitions().messages;
    let pages = opened.wait(opened.engine.finding_pages(request))?;
    let found = |page: &FindingPage| opened.wait(opened.engine.findings_of(&pages, page));
    if global.format == Format::Table {
        let mut listing = Listing::new(global, messages)?;
        for page in &pages.pages {
            output::plain(&listing.page(&found(page)?))?;
        }
        return output::plain(&listing.sums());
    }
    // A table without rows has headings.
    let headings = pages.pages.is_empty().then(|| columns(global, messages, &[]).batch());
    let batches = pages.pages.iter().map(|page| columns(global, messages, &found(page)?).batch());
    output::stream(global, headings.into_iter().chain(batches))
}

fn columns(global: &Global, messages: &Messages, found: &[StoredFinding]) -> Columns {
    let language = global.language();
    let sentences: Vec<String> = found.iter().map(|one| messages.sentence(&one.finding, language)).collect();
    let wrong: Vec<String> = found.iter().map(|one| messages.wrong(&one.finding, language)).collect();
    let to_do: Vec<String> = found.iter().map(|one| messages.to_do(&one.finding, language)).collect();
    let units: Vec<String> = found.iter().map(|one| one.units.join(",")).collect();
    Columns::default()
        .int("import", found.iter().map(|one| Some(one.import)))
        .text("file", found.iter().map(|one| Some(one.finding.file.as_str())))
        .text("sheet", found.iter().map(|one| Some(one.finding.sheet.as_str())))
        .int("row", found.iter().map(|one| Some(i64::from(one.finding.row)).filter(|row| *row > 0)))
        .text("level", found.iter().map(|one| Some(one.finding.level.as_str())))
        .text("rule", found.iter().map(|one| Some(&*one.finding.rule)))
        .text("column", found.iter().map(|one| Some(one.finding.column.as_str())))
        .text("value", found.iter().map(|one| Some(one.finding.value.as_str())))
        .int("count", found.iter().map(|one| Some(one.finding.count as i64)))
        .text("message", sentences.iter().map(|sentence| Some(sentence.as_str())))
        .text("wrong", known(&wrong))
        .text("to_do", known(&to_do))
        .text("unit_code", known(&units))
        .text("unit_name", found.iter().map(|one| Some(one.unit_name.as_str()).filter(|name| !name.is_empty())))
        .text("code", found.iter().map(|one| Some(one.code.as_str()).filter(|code| !code.is_empty())))
        .text("status", found.iter().map(|one| Some(if one.cleared.is_some() { "cleared" } else { "open" })))
        .int("cleared_by", found.iter().map(|one| one.cleared.as_ref().and_then(|cleared| cleared.by)))
        .text("how", found.iter().map(|one| one.cleared.as_ref().map(|cleared| cleared.how.as_str())))
        .text("cells", found.iter().map(|one| Some(one.cells.as_str()).filter(|cells| !cells.is_empty())))
}

/// Texts, nothing for an empty one.
fn known(values: &[String]) -> impl Iterator<Item = Option<&str>> {
    values.iter().map(|value| Some(value.as_str()).filter(|value| !value.is_empty()))
}

/// What a listing for people has told so far.
struct Listing<'a> {
    messages: &'a Messages,
    language: Language,
    words: FindingsWords,
    /// Import, file and sheet of the last finding.
    before: Option<(i64, String, String)>,
    /// The last sentence: of many rows with one reason it is told once.
    sentence: String,
    rows: usize,
    others: usize,
    cleared: usize,
}

impl<'a> Listing<'a> {
    fn new(global: &Global, messages: &'a Messages) -> Result<Self> {
        let (language, words) = (global.language(), Words::load(global)?.findings);
        let sentence = String::new();
        Ok(Self { messages, language, words, before: None, sentence, rows: 0, others: 0, cleared: 0 })
    }

    fn page(&mut self, found: &[StoredFinding]) -> String {
        let mut text = String::new();
        for one in found {
            self.add(one, &mut text);
        }
        text
    }

    fn add(&mut self, one: &StoredFinding, text: &mut String) {
        let (finding, words) = (&one.finding, &self.words);
        let is_same = self
            .before
            .as_ref()
            .is_some_and(|(import, file, sheet)| (*import, file, sheet) == (one.import, &finding.file, &finding.sheet));
        if !is_same {
            let sheet = if finding.sheet.is_empty() { String::new() } else { format!(" · {}", finding.sheet) };
            let gap = if self.before.is_some() { "\n" } else { "" };
            let import = counted(&words.import, "import", one.import);
            text.push_str(&format!("{gap}{import} · {}\n", shown(&format!("{}{sheet}", finding.file))));
            self.before = Some((one.import, finding.file.clone(), finding.sheet.clone()));
            self.sentence.clear();
        }
        let mark = match finding.level {
            Level::Error => '✗',
            Level::Warning => '!',
            Level::Info => '·',
        };
        let at = if finding.row > 0 { format!(" {}", counted(&words.row, "row", finding.row)) } else { String::new() };
        let known = [one.code.clone(), one.unit_name.clone(), finding.rule.clone().into_owned()];
        let known: Vec<String> = known.into_iter().filter(|part| !part.is_empty()).collect();
        let cleared = one.cleared.as_ref().map_or_else(String::new, |cleared| match cleared.by {
            Some(by) => {
                let by = by.to_string();
                format!(" · {}", fill(&words.cleared, &[("import", &by), ("how", &cleared.how)]))
            }
            None => format!(" · {}", cleared.how),
        });
        let line = format!("  {mark}{at} · {}{cleared}", known.join(" · "));
        text.push_str(&format!("{}\n", cut(&shown(&line), WIDTH)));
        let sentence = self.messages.sentence(finding, self.language);
        if sentence != self.sentence {
            text.push_str(&wrapped(&shown(&sentence), 6));
            self.sentence = sentence;
        }
        match (&one.cleared, one.is_row) {
            (Some(_), _) => self.cleared += 1,
            (None, true) => self.rows += 1,
            (None, false) => self.others += 1,
        }
    }

    fn sums(&self) -> String {
        let words = &self.words;
        let gap = if self.before.is_none() { "" } else { "\n" };
        let more = if self.cleared > 0 { counted(&words.cleared_count, "count", self.cleared) } else { String::new() };
        let (rows, others) = (self.rows.to_string(), self.others.to_string());
        let open = fill(&words.open, &[("rows", &rows), ("others", &others)]);
        format!("{gap}{open}{more}\n")
    }
}
