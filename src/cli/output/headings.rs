//! Headings and values of tables for people, from `report-templates/columns.toml`, in the chosen language.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use serde::Deserialize;

use super::super::{Format, Global};
use cchc_definitions::{Bilingual, Language, template_text};

const FILE: &str = "columns.toml";

/// The words for columns of yes and no.
const FLAGS: &str = "true_false";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    heading: BTreeMap<String, Bilingual<String>>,
    /// Those of a terminal that are shorter.
    short: BTreeMap<String, Bilingual<String>>,
    value: BTreeMap<String, BTreeMap<String, Bilingual<String>>>,
}

/// What a table for people says instead of keys.
pub(super) struct Headings {
    raw: Raw,
    language: Language,
}

impl Headings {
    /// Those of the workspace, or the shipped ones.
    pub fn load(global: &Global) -> Result<Self> {
        let text = template_text(Some(&global.workspace), FILE).context(FILE)?;
        let mut raw: Raw = toml::from_str(&text).context(FILE)?;
        if global.format == Format::Table {
            raw.heading.append(&mut raw.short);
        }
        Ok(Self { raw, language: global.language() })
    }

    /// A batch with headings for keys, and words for values that have some.
    pub fn in_words(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let schema = batch.schema();
        let pairs = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
            let column = self.values(field, column);
            (Field::new(self.heading(field.name()), column.data_type().clone(), true), column)
        });
        let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = pairs.unzip();
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
    }

    fn heading<'a>(&'a self, key: &'a str) -> &'a str {
        self.raw.heading.get(key).map_or(key, |heading| heading.of(self.language))
    }

    fn values(&self, field: &Field, column: &ArrayRef) -> ArrayRef {
        let words = |key: &str| self.raw.value.get(key);
        let said = |words: &'_ BTreeMap<String, Bilingual<String>>, value: &str| {
            words.get(value).map_or_else(|| value.to_owned(), |word| word.of(self.language).clone())
        };
        match field.data_type() {
            DataType::Boolean => words(FLAGS).map_or_else(
                || Arc::clone(column),
                |words| {
                    let flags = column.as_boolean().iter();
                    let texts = flags.map(|flag| flag.map(|flag| said(words, if flag { "true" } else { "false" })));
                    Arc::new(texts.collect::<StringArray>())
                },
            ),
            DataType::Utf8 => words(field.name()).map_or_else(
                || Arc::clone(column),
                |words| {
                    let texts = column.as_string::<i32>().iter().map(|text| text.map(|text| said(words, text)));
                    Arc::new(texts.collect::<StringArray>())
                },
            ),
            _ => Arc::clone(column),
        }
    }
}
