//! The words of `workbook.toml`, part by part.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Declares the words of one part of the template: texts, then the fields of other types.
macro_rules! words {
    ($name:ident { $($text:ident),* $(,)? } $({ $($field:ident: $type:ty),* $(,)? })?) => {
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            $(pub(crate) $text: String,)*
            $($(pub(crate) $field: $type,)*)?
        }
    };
}

words!(BookWords { file, title, subject });
words!(Words {
    missing,
    not_applicable,
    suppressed,
    missing_reason,
    not_applicable_reason,
    suppressed_reason,
    small_hidden,
    small_left_out,
    not_sent_reason,
    legend,
    marked,
    no_period,
    not_sent,
    number,
    unit,
    all_units,
    now,
    before,
    last_year,
    numerator,
    denominator,
    value,
    yes,
    no,
    units_as_of,
    units_as_of_text,
    estimate_mark,
    estimate,
    not_carried_mark,
    not_carried,
});
words!(CoverWords {
    sheet, title, subtitle, key_figures, key_rate, ranking, not_sent, not_sent_line, not_sent_more,
    not_sent_none, basis, period, period_text, calendar, calendar_unknown, report_due, report_due_text, compared, compared_text, version, version_text, held, held_text,
    rows, rows_text, policies, ranking_none, tied_places,
} { key_columns: [String; 7], ranking_columns: [String; 7], places: usize, not_sent_names: usize });
words!(RankingWords {
    sheet, sheet_other, title, title_index, subtitle, rank, score, rate, class, change, note, unranked, tie_note, average, average_of_ranked, chart, chart_cut,
    ranked_of, hardly_any, common, incomplete, few_cases, owed_figure, owed_units, owed_by, owed_by_all,
} { chart_bars: usize });
words!(ContentWords { sheet, title, number, name, about });
words!(IndexWords {
    legal_basis, not_a_regulation, set_aside, set_aside_reason, left_out, areas, nodes, area, node, points, applies, bonus, deduction, unscored,
    unscored_note, score_note, heat_sheet, heat_title, subtitle, heat_note, heat_note_scaled, heat_missing, mean,
    charts_sheet, charts_title, areas_chart, chart_cut, counts, not_applicable, zero, missing, cap, class_from, class_when, class_quota, class_quota_few, scale,
    weigh, aggregate,
} {
    layers: BTreeMap<String, String>,
    not_applicable_rules: BTreeMap<String, String>,
    zero_rules: BTreeMap<String, String>,
    missing_rules: BTreeMap<String, String>,
    quota_roundings: BTreeMap<String, String>,
    class_reasons: BTreeMap<String, String>,
    imputations: BTreeMap<String, String>,
    scales: BTreeMap<String, String>,
    weighings: BTreeMap<String, String>,
    aggregations: BTreeMap<String, String>,
});
words!(ScorecardWords {
    sheet,
    sheet_other,
    title,
    subtitle,
    unit,
    result,
    result_text,
    before_text,
    points,
    points_text,
    note,
    note_scaled,
    code,
    name,
    max,
    got,
    lost,
    status,
    layers,
    reason,
    rule,
    input,
    indicator,
    evidence,
    source,
    not_applicable,
    full_by_default,
    missing,
    partly_missing,
    weight,
    raw,
    divided,
    imputed,
    treated,
    scaled,
});
words!(ChartWords {
    sheet, title, by_kind, outcome, pending, early, on_time, late, in_time,
} { indicators: Vec<String> });
words!(Form06Words {
    sheet, form, period, days, reporting, receiving, receiver, unit, total,
} { title: Vec<String>, columns: [Vec<String>; 13] });
words!(IndicatorWords { sheet, title, subtitle, total, absent, only_sum, no_unit } { fractions_up_to: usize });
words!(CompareWords {
    sheet,
    title,
    subtitle,
    indicator,
    counted,
    change_before,
    change_last_year,
    note,
    rate,
    days,
    hours,
    count,
    points,
});
words!(LateWords {
    sheet, title, sheet_list, title_list, subtitle, total, none, finished_late, open_late, all, longest, mean,
    code, procedure, received, due, finished, days, state, cut,
    chart,
} { max_rows: usize, chart_bars: usize });
words!(NotSentWords { sheet, title, subtitle, kind, last_export, days, never, none, note });
words!(QualityWords {
    sheet,
    title,
    sheet_files,
    title_files,
    rules,
    rule,
    level,
    error,
    warning,
    info,
    sentence,
    count,
    none,
    file,
    source,
    exported,
    rows,
    loaded,
    updated,
    duplicate,
    rejected,
    total,
    identity,
    no_source,
    unknown_day,
    files,
    dossiers,
});
words!(MethodWords {
    sheet, title, id, name, meaning, formula, sense, more_is_better, less_is_better, legal_basis, available,
} { notes: Vec<String> });
