//! Makes a tree of the rows of a criteria sheet, by codes or by indentation, and finds contradictions in it.

use std::collections::BTreeMap;

use super::form_rule::{rule_cell, rule_of};
use super::grid::{Field, Grid, GridRow};
use super::{CellFault, Draft, DraftItem, SheetReading, rule};
use cchc_definitions::{Item, Role};
use cchc_normalise::{code_depth, code_follows, is_total, vietnamese_number};

/// Maxima may be off by this much: decimal fractions have no exact binary form.
const TOLERANCE: f64 = 1e-9;
/// Depths of codes as [`code_depth`] gives them: of criteria (1), and of letters and dashes.
const CRITERION: u8 = 2;
const LETTER: u8 = 9;

/// The rows as an index.
pub(super) fn draft(grid: &Grid, reading: SheetReading<'_>, faults: &mut Vec<CellFault>) -> Draft {
    let (totals, rows): (Vec<&GridRow>, Vec<&GridRow>) =
        grid.rows.iter().partition(|row| row.code.is_empty() && is_total(&row.name, &reading.reading.rows));
    let is_coded = grid.has(Field::Code) && rows.iter().any(|row| !row.code.is_empty());
    let mut tree = Tree { grid, reading, items: Vec::new(), notes: Vec::new(), faults };
    if is_coded {
        tree.by_codes(&rows);
    } else {
        tree.by_indentation(&rows);
    }
    tree.maxima();
    tree.sums();
    let max = tree.total(&totals);
    let caps = tree.caps(&totals);
    tree.rules();
    if tree.items.is_empty() && tree.faults.is_empty() {
        let fault = grid.fault(0, Field::Name, "no criterion stands below the headings");
        tree.faults.push(fault);
    }
    Draft {
        sheet: grid.sheet.clone(),
        title: grid.title.clone(),
        max,
        caps,
        items: tree
            .items
            .into_iter()
            .map(|(item, row)| DraftItem { row: row.number, item, words: row.rule.clone() })
            .collect(),
        notes: tree.notes,
    }
}

struct Tree<'a> {
    grid: &'a Grid,
    reading: SheetReading<'a>,
    /// Items with their rows.
    items: Vec<(Item, &'a GridRow)>,
    notes: Vec<String>,
    faults: &'a mut Vec<CellFault>,
}

impl<'a> Tree<'a> {
    fn fault(&mut self, row: u32, field: Field, message: impl Into<String>) {
        let fault = self.grid.fault(row, field, message);
        self.faults.push(fault);
    }

    fn by_codes(&mut self, rows: &[&'a GridRow]) {
        let codes = self.repaired_codes(rows);
        let mut first: BTreeMap<String, u32> = BTreeMap::new();
        let mut above: Vec<(usize, u8)> = Vec::new();
        for (row, code) in rows.iter().zip(codes) {
            if code.is_empty() {
                // Notes and signatures have neither; a criterion without a code cannot be placed.
                if row.max.is_some() {
                    self.fault(row.number, Field::Code, format!("'{}' has a maximum but no code", row.name));
                }
                continue;
            }
            let depth = code_depth(&code);
            let role = self.role(row);
            if role != Role::Points {
                above.clear();
            }
            let bullet = depth >= LETTER;
            above.retain(|(_, other)| *other < depth);
            let parent = self.parent(row, &code, depth, &above);
            let code = match parent {
                Some(parent) if bullet => self.bullet(parent, &code),
                _ => code,
            };
            if let Some(other) = first.get(&code) {
                self.fault(row.number, Field::Code, format!("the code '{code}' stands in row {other} already"));
            }
            first.entry(code.clone()).or_insert(row.number);
            above.push((self.items.len(), depth));
            self.push(row, code, parent, role);
        }
    }

    /// Codes without the marks behind them; `1.10` that a spreadsheet keeps as the number 1.1 gets its zero back.
    fn repaired_codes(&mut self, rows: &[&'a GridRow]) -> Vec<String> {
        let mut codes: Vec<String> = Vec::with_capacity(rows.len());
        for row in rows {
            let mut code = row.code.trim_end_matches(['.', ')', ' ', ':']).to_owned();
            let longer = format!("{code}0");
            let before = codes.iter().rev().find(|code| !code.is_empty()).map_or("", String::as_str);
            if row.is_number && codes.contains(&code) && code_follows(before, &longer) && !codes.contains(&longer) {
                self.notes.push(format!("row {}: the code {code} is read as {longer}", row.number));
                code = longer;
            }
            codes.push(code);
        }
        codes
    }

    /// The parent of a code: the code that it begins with, else the last row above of a higher level.
    fn parent(&mut self, row: &GridRow, code: &str, depth: u8, above: &[(usize, u8)]) -> Option<usize> {
        let prefix = code.rsplit_once('.').map(|(prefix, _)| prefix).filter(|_| depth > CRITERION && depth < LETTER);
        let found = prefix.and_then(|prefix| self.items.iter().rposition(|(item, _)| item.code == prefix));
        if found.is_some() {
            return found;
        }
        let last = above.last().copied();
        match (prefix, last) {
            // The parent of 1.1 may be an area, that of 1.1.1 only 1.1.
            (Some(prefix), last) if depth > CRITERION + 1 || last.is_some_and(|(_, depth)| depth >= CRITERION) => {
                self.fault(row.number, Field::Code, format!("'{code}' is part of '{prefix}', which no row above has"));
                None
            }
            (_, Some((parent, _))) => Some(parent),
            (_, None) => {
                if depth >= LETTER {
                    self.fault(row.number, Field::Code, format!("'{code}' stands below nothing"));
                }
                None
            }
        }
    }

    /// `a)` below 1.1 is 1.1.a, the second dash 1.1.2.
    fn bullet(&self, parent: usize, code: &str) -> String {
        let own: String = code.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let siblings = self.items.iter().filter(|(item, _)| item.parent == Some(parent)).count();
        let own = if own.is_empty() { (siblings + 1).to_string() } else { own };
        format!("{}.{own}", self.items[parent].0.code)
    }

    /// Without codes the spaces in front of the names give the levels.
    fn by_indentation(&mut self, rows: &[&'a GridRow]) {
        let mut above: Vec<(usize, usize)> = Vec::new();
        let mut children: BTreeMap<Option<usize>, usize> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            let leads = rows.get(at + 1).is_some_and(|next| next.indent > row.indent && next.max.is_some());
            if row.max.is_none() && !leads {
                continue;
            }
            let role = self.role(row);
            above.retain(|(_, indent)| *indent < row.indent);
            let parent = above.last().map(|(item, _)| *item);
            let number = children.entry(parent).or_default();
            *number += 1;
            let code = match parent {
                Some(parent) => format!("{}.{number}", self.items[parent].0.code),
                None => number.to_string(),
            };
            above.push((self.items.len(), row.indent));
            self.push(row, code, parent, role);
        }
    }

    fn push(&mut self, row: &'a GridRow, code: String, parent: Option<usize>, role: Role) {
        if row.name.is_empty() {
            self.fault(row.number, Field::Name, format!("'{code}' has no name"));
        }
        let role = parent.map_or(role, |parent| self.items[parent].0.role);
        let item = Item {
            code,
            parent,
            name: row.name.clone(),
            // `maxima` and `sums` fill it in.
            max: f64::NAN,
            role,
            rule: None,
            counts: None,
            not_applicable: None,
            zero: None,
            rounding: None,
            evidence: row.evidence.clone(),
            source: String::new(),
        };
        self.items.push((item, row));
    }

    /// Bonus and deduction are recognised by the beginning of the name, or by the sentence of a form.
    fn role(&self, row: &GridRow) -> Role {
        let speech = &self.reading.words.words;
        let name = row.name.to_lowercase();
        let begins = |words: &[String]| words.iter().any(|word| name.starts_with(word.as_str()));
        if begins(&speech.bonus) {
            return Role::Bonus;
        }
        if begins(&speech.deduction) {
            return Role::Deduction;
        }
        rule_cell(&self.reading.forms.rule, &row.rule).role
    }

    fn is_parent(&self, at: usize) -> bool {
        self.items.iter().any(|(item, _)| item.parent == Some(at))
    }

    /// Most points of each item: a number above 0; an empty one of a sum is that of its parts.
    fn maxima(&mut self) {
        for at in 0..self.items.len() {
            let (row, code) = (self.items[at].1, self.items[at].0.code.clone());
            let max = match &row.max {
                Some(Ok(max)) => Some(if self.items[at].0.role == Role::Deduction { max.abs() } else { *max }),
                Some(Err(text)) => {
                    self.fault(row.number, Field::Max, format!("'{text}' is no number"));
                    continue;
                }
                None if self.is_parent(at) => continue,
                None => {
                    self.fault(row.number, Field::Max, format!("'{code}' has no maximum"));
                    continue;
                }
            };
            match max.filter(|max| max.is_finite() && *max > 0.0) {
                Some(max) => self.items[at].0.max = max,
                None => self.fault(row.number, Field::Max, format!("{} is not above 0", max.unwrap_or_default())),
            }
        }
    }

    /// A sum has the points of its parts.
    fn sums(&mut self) {
        for at in (0..self.items.len()).rev().filter(|at| self.is_parent(*at)).collect::<Vec<_>>() {
            let parts = self.items.iter().filter(|(item, _)| item.parent == Some(at));
            let sum: f64 = parts.map(|(item, _)| item.max).sum();
            // A part without a number has a fault of its own.
            if sum.is_nan() {
                continue;
            }
            let (item, row) = (&self.items[at].0, self.items[at].1);
            if row.max.is_none() {
                self.items[at].0.max = sum;
            } else if (item.max - sum).abs() > TOLERANCE {
                let message =
                    format!("'{}' has {} points, but its parts add up to {}", item.code, item.max, shown(sum));
                self.fault(row.number, Field::Max, message);
            }
        }
    }

    fn of_roots(&self, role: Role) -> f64 {
        let roots = self.items.iter().filter(|(item, _)| item.parent.is_none() && item.role == role);
        roots.fold(0.0, |sum, (item, _)| sum + item.max)
    }

    /// Points of everything, which the row of the total must repeat.
    fn total(&mut self, totals: &[&GridRow]) -> f64 {
        let sum = self.of_roots(Role::Points);
        if let Some((row, max)) = totals.iter().find_map(|row| Some((row, row.max.as_ref()?))) {
            match max {
                Ok(max) if !sum.is_nan() && (max - sum).abs() > TOLERANCE => {
                    let message = format!("the total is {max}, but the areas add up to {}", shown(sum));
                    self.fault(row.number, Field::Max, message);
                }
                Ok(_) => {}
                Err(text) => self.fault(row.number, Field::Max, format!("'{text}' is no number")),
            }
        }
        sum
    }

    /// Most points on top and off: as a row at the foot says, else all that there are.
    fn caps(&self, totals: &[&GridRow]) -> [Option<f64>; 2] {
        let speech = &self.reading.words.words;
        let stated = |words: &[String]| {
            let row = totals.iter().map(|row| row.name.to_lowercase());
            let mut row = row.filter(|name| words.iter().any(|word| name.contains(word.as_str())));
            let name = row.next()?;
            let end = speech.cap.iter().find_map(|word| Some(name.find(word.as_str())? + word.len()))?;
            let number: String = name[end..]
                .trim_start()
                .chars()
                .take_while(|one| one.is_ascii_digit() || matches!(one, ',' | '.'))
                .collect();
            vietnamese_number(&number).filter(|cap| *cap > 0.0)
        };
        [(Role::Bonus, &speech.bonus), (Role::Deduction, &speech.deduction)].map(|(role, words)| {
            let all = self.of_roots(role);
            (all != 0.0).then(|| stated(words).unwrap_or(all))
        })
    }

    /// Rules of the items that are scored, where the words are unambiguous.
    fn rules(&mut self) {
        let codes: Vec<String> = self.items.iter().map(|(item, _)| item.code.clone()).collect();
        let place = |code: &str| codes.iter().position(|other| other == code);
        for at in 0..self.items.len() {
            if self.is_parent(at) {
                continue;
            }
            let SheetReading { words, forms, figures, .. } = self.reading;
            let (item, row) = &mut self.items[at];
            let cell = rule_cell(&forms.rule, &row.rule);
            let read = rule_of(&forms.rule, &cell.sentences, item.max, &place);
            let mut found = read.or_else(|| rule::read(&cell.sentences, item.max, &words.words));
            let mut named = figures.iter().filter(|(name, _)| cell.figure.as_deref() == Some(*name));
            if let (Some(rule), Some((_, id)), None) = (&mut found, named.next(), named.next()) {
                rule.set_input(id);
            }
            item.rule = found;
        }
    }
}

/// A sum without the dust of binary fractions.
fn shown(sum: f64) -> f64 {
    (sum * 1e9).round() / 1e9
}
