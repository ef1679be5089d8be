//! Which spans of days hold which others.

use chrono::NaiveDate;

/// First and last day.
pub(super) type Span = (NaiveDate, NaiveDate);

/// Of each span that holds others: the largest of them that it holds, and whether they are all of it.
///
/// # Errors
/// Two spans overlap, and neither holds the other.
pub(super) fn nested(spans: &[Span]) -> Result<Vec<(Span, Vec<Span>, bool)>, String> {
    let mut sorted = spans.to_vec();
    sorted.sort_by_key(|(start, end)| (*start, std::cmp::Reverse(*end)));
    sorted.dedup();
    let mut parts: Vec<Vec<Span>> = vec![Vec::new(); sorted.len()];
    let mut around: Vec<usize> = Vec::new();
    for (at, span) in sorted.iter().enumerate() {
        while around.last().is_some_and(|outer| sorted[*outer].1 < span.0) {
            around.pop();
        }
        if let Some(outer) = around.last() {
            let outer_span = sorted[*outer];
            if outer_span.1 < span.1 {
                return Err(format!(
                    "{}..{} and {}..{} overlap; small counts of periods that overlap cannot be protected together",
                    outer_span.0, outer_span.1, span.0, span.1
                ));
            }
            parts[*outer].push(*span);
        }
        around.push(at);
    }
    let days = |span: &Span| (span.1 - span.0).num_days() + 1;
    let held = sorted.iter().zip(parts).filter(|(_, parts)| !parts.is_empty());
    Ok(held.map(|(span, parts)| (*span, parts.clone(), parts.iter().map(days).sum::<i64>() == days(span))).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    fn span(text: &str) -> Span {
        let (start, end) = text.split_once("..").unwrap();
        (start.parse().unwrap(), end.parse().unwrap())
    }

    #[test]
    fn a_quarter_holds_its_months_and_a_year_its_quarters() {
        let spans =
            ["2025-01-01..2025-12-31", "2025-01-01..2025-03-31", "2025-01-01..2025-01-31", "2025-02-01..2025-02-28"];
        let [year, quarter, first, second] = spans.map(span);
        let found = nested(&[second, year, first, quarter]).unwrap();
        assert_eq!(found, [(year, vec![quarter], false), (quarter, vec![first, second], false)]);
    }

    #[test]
    fn spans_that_overlap_are_refused() {
        assert!(nested(&[span("2025-01-01..2025-03-31"), span("2025-02-01..2025-04-30")]).is_err());
    }
}
