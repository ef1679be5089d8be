"""The text of SOURCE.md, with the counts of this run."""

REFUSED = {"unknown_unit": "unknown unit", "finished_before_received": "finished on a day before it was received", "impossible_date": "a date that does not exist (31/02)",
           "year_2569": "year 2569", "missing_code": "no dossier code", "missing_received": "no received date although the status is neither 1 nor 3"}
MEANING = {
    "duplicate_in_file": "rows written twice in one file", "duplicate_across_files": "rows of the “(1)” file",
    "absent_from_newer_export": "dossiers of the older export that the newer one no longer lists (they stay)",
    "reopened": "finished in the older export, open in the newer", "due_date_moved": "due date changed since the older export",
    "rows_with_alias": "units under an alias", "rows_with_tone_mark_elsewhere": "units with the tone mark in the other place (Thuỷ, Thủy)",
    "rows_with_nbsp_after_unit": "no-break space after the unit", "rows_with_nfd_unit": "unit in decomposed Unicode",
    "rows_with_space_after_code": "spaces after the code", "formula_like_names": "names that look like formulas (a personal column)",
    "returned_before_received": "result returned before the dossier was received (only that date is wrong)",
    "no_due_date": "no due date", "not_accepted_status_1_or_3": "status 1 or 3, never accepted: loaded, counted in no column",
}
RULES = """## How the truth counts
1. Dates are compared, never times. Everything belongs to the resolving unit. State is read from the dates as of the end of the period.
2. Form 06: c4 received in the period online; c5 in person or by post; c6 received before the start and open or ended on or after it; c8 ended in the period before due; c9 on the due day, or without a due date; c10 after it; c12 open at the end with due ≥ end or none; c13 open with due < end.
3. `on_time_rate` (c8+c9)/c7 · `rate_766` (c8+c9+c12)/c3 · `online_share` c4/(c4+c5) · `l3`, `l4` online dossiers of that level / all of that level received in the period · `online_l34_share` online of level 3 and 4 / (c4+c5).
4. `digitised`, `reuse` of those received; `pay` paid online of those with a fee > 0 received; `e_result` of those ended and not withdrawn; only where the layout has the column (digitised C D E G; reuse and pay C D G; e-result C D G).
5. Days over c7: finished − received in calendar days; working days d with received < d ≤ finished. Median and p90 interpolate linearly.
6. `sat` scores 4, 5 / scores 1–5 of distinct answers dated in the period; `feedback` answered on or before due / answered, among those received in the period and answered by its end.
7. `rank` by `on_time_rate` at full precision among units of one level, ties 1-2-2-4. Nothing resolved: no rate, no rank.
"""


def source_text(facts):
    """SOURCE.md."""
    rows = facts["rows"]
    ties = "; ".join(" and ".join(u["unit_code"] for u in t["units"]) + f" (rank {t['rank']})" for t in facts["planted_ties"])
    lines = [
        "# The province of Sông Mây: invented data", "",
        "Nothing here is real. The province, its units, its dossiers, its catalogue, names, ID numbers (all begin with 099, which no province has) and phones "
        "(all begin with 06, which no network has) come from `sample-data/make.py` with a fixed seed; a likeness to a real name is chance. "
        "Public domain (CC0 1.0); the script is under Apache-2.0 like the rest of the project.", "",
        f"`python3 sample-data/make.py` (needs openpyxl and pyarrow) writes this folder and `tests/data/sample-truth.*` again, byte for byte (seed {facts['seed']}); "
        "with another release of pyarrow or zlib the Parquet and xlsx files may differ in bytes, not in content.", "",
        f"Cut-off: the end of {facts['cut_off']}. Dossiers are received fully from October 2024, thinly in the first quarter of 2024 (so that “same period last year” has something) and hardly between.", "",
        "## Files", "", "| file | layout | rows | loaded | updated | duplicate | refused |", "|---|---|---:|---:|---:|---:|---:|",
        *(f"| `{f['file']}` | {f['layout']} | {f['in_files']} | {f['loaded']} | {f['updated']} | {f['duplicate']} | {f['rejected']} |" for f in facts["files"]),
        f"| all | | {rows['in_files']} | {rows['loaded']} | {rows['updated']} | {rows['duplicate']} | {rows['rejected']} |", "",
        "A: letterhead, heading of two merged rows, group rows, “Tổng cộng”, signatures · C: an HTML table named .xls · D: UTF-8 with BOM, `;`, line breaks inside procedure names · "
        "E: TCVN3 (ABC) text, dates without time · G: fields of the national message, dates yyyyMMddHHmmss.", "",
        "Sở Công Thương (000.00.05.H99) has sent nothing since 1/3/2025; Sở Khoa học và Công nghệ (000.00.08.H99) never sent anything. "
        "Beside the exports: `units.csv`, and in `tables/` the catalogue, satisfaction answers and feedback "
        f"({', '.join(str(t['rows']) + ' rows' for t in facts['other_files'])}).", "",
        "## What is wrong in the files, on purpose", "", "Refused:", *(f"- {REFUSED[k]}: {n}" for k, n in facts["rejected"].items()), "",
        "Loaded, or told apart:", *(f"- {MEANING[k]}: {n}" for k, n in facts["dirt"].items()), "",
        f"Planted ties of `on_time_rate` in {facts['planted_ties'][0]['period']}: {ties}.", "", RULES,
    ]
    return "\n".join(lines)
