//! The words and looks of what people read: a workspace's own templates, or the shipped ones.

use std::path::Path;

use chrono::{NaiveDate, NaiveDateTime};

use super::{Engine, EngineError};
use cchc_definitions::{Fault, Language, template_text, too_long_text};
use cchc_report::{ReportError, ReturnWords, ScoringFormWords, Template, Theme};

impl Engine {
    /// The template of reports.
    pub(super) fn template(&self) -> Result<Template, EngineError> {
        let root = self.workspace().root();
        // Faults name the workspace's own file, since that is the one to edit.
        parsed(
            root,
            "workbook.toml",
            &root.join("report-templates/workbook.toml").display().to_string(),
            Template::parse,
        )
    }

    /// The looks of reports, which other workbooks share.
    pub(super) fn theme(&self) -> Result<Theme, EngineError> {
        Ok(self.template()?.theme)
    }

    /// The words of workbooks that give findings back.
    pub(super) fn return_words(&self, language: Language) -> Result<ReturnWords, EngineError> {
        parsed(self.workspace().root(), "findings.toml", "report-templates/findings.toml", |text| {
            ReturnWords::parse(text, language)
        })
    }

    /// The data version's time: the same data give the same bytes.
    pub(super) fn created(&self) -> NaiveDateTime {
        let day = self.version().time.or_else(|| NaiveDate::from_ymd_opt(2000, 1, 1));
        day.and_then(|day| day.and_hms_opt(0, 0, 0)).unwrap_or_default()
    }
}

/// The words of the form on which units score themselves.
///
/// # Errors
/// The workspace's own file cannot be read, or lacks a word.
pub fn form_words(root: &Path) -> Result<ScoringFormWords, EngineError> {
    parsed(root, "form.toml", "report-templates/form.toml", ScoringFormWords::parse)
}

/// Faults of a workspace's own templates, which reports and forms could not be made with.
pub(super) fn template_faults(root: &Path) -> Vec<Fault> {
    let fault = |name: &str, told: &EngineError| {
        let causes = std::iter::successors(Some(told as &dyn std::error::Error), |error| error.source());
        let message = causes.skip(1).map(ToString::to_string).next().unwrap_or_else(|| told.to_string());
        Fault { file: format!("report-templates/{name}"), key: String::new(), message: message.trim_end().to_owned() }
    };
    let file = |name: &'static str, parse: fn(&str) -> Result<(), ReportError>| {
        let long = template_text(Some(root), name).ok().and_then(|text| too_long_text(&text));
        let long = long.map(|message| Fault { file: format!("report-templates/{name}"), key: String::new(), message });
        long.or_else(|| parsed(root, name, name, parse).err().map(|told| fault(name, &told)))
    };
    [
        file("workbook.toml", |text| Template::parse(text).map(drop)),
        file("findings.toml", |text| ReturnWords::parse(text, Language::Vi).map(drop)),
        file("form.toml", |text| ScoringFormWords::parse(text).map(drop)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn parsed<T>(
    root: &Path,
    name: &str,
    shown: &str,
    parse: impl FnOnce(&str) -> Result<T, ReportError>,
) -> Result<T, EngineError> {
    let text = template_text(Some(root), name)
        .map_err(|source| EngineError::TemplateFile { file: shown.to_owned(), source })?;
    parse(&text).map_err(|source| EngineError::Template { file: shown.to_owned(), source })
}
