"""Makes sample-data/ and the truth about it in tests/data/. Run from anywhere: python3 sample-data/make.py

Needs openpyxl and pyarrow. The files that it writes are checked in, so the demonstration needs no Python.
"""

import csv
import json
import random
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path

sys.dont_write_bytecode = True  # this folder is data; no caches beside it

from maker import layouts, province, tables
from maker.calendar_days import CALENDAR
from maker.dossiers import as_of, make_answers, make_dossiers, make_feedback
from maker.rows import File, account, clean_row, older_export, plant_duplicates, plant_oddities, plant_refusals
from maker.source import source_text
from maker.ties import find_ties, plant_tie
from maker.truth import COLUMNS, Period, truth_rows

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "tests" / "data"
SEED = 2025
NEW, OLD = date(2025, 4, 1), date(2025, 3, 1)
OLD_MOMENT = datetime(2025, 2, 28, 17, 0)
SILENT = "000.00.05.H99"  # its newest export is the old one
PERIODS = [
    Period("2025-Q1", date(2025, 1, 1), date(2025, 3, 31)), Period("2024-Q4", date(2024, 10, 1), date(2024, 12, 31)),
    Period("2024-Q1", date(2024, 1, 1), date(2024, 3, 31)), Period("2025-01", date(2025, 1, 1), date(2025, 1, 31)),
    Period("2025-02", date(2025, 2, 1), date(2025, 2, 28)), Period("2025-03", date(2025, 3, 1), date(2025, 3, 31)),
    Period("2025-Q1@nd09", date(2024, 12, 15), date(2025, 3, 14)),
    Period("2025-01-10..2025-02-20", date(2025, 1, 10), date(2025, 2, 20)),
]
TIES = [(("000.00.03.H99", "000.00.04.H99"), 15), (("000.00.32.H99", "000.00.34.H99"), 20)]
FILES = [  # name, layout, houses (department or district numbers), owner
    ("ho-so_so-noi-vu_20250401.xlsx", "A", "01", "Sở Nội vụ"),
    ("ho-so_so-tu-phap_20250401.xlsx", "A", "02", "Sở Tư pháp"),
    ("ho-so_ubnd-thanh-pho-may-trang_20250401.xlsx", "A", "31", "UBND thành phố Mây Trắng"),
    ("ho-so_ubnd-huyen-suoi-lam_20250401.xls", "C", "33", "UBND huyện Suối Lam"),
    ("ho-so_nhieu-don-vi_20250401.csv", "D", "03 04 07", ""),
    ("ho-so_so-tai-chinh_20250401.csv", "E", "06", ""),
    ("dong-bo_ubnd-thi-xa-ben-suong_20250401.csv", "G", "32", ""),
    ("dong-bo_ubnd-huyen-doi-mo_20250401.parquet", "G", "34", ""),
]


def house(d):
    """Department or district number of the resolving unit."""
    return d.resolving.split(".")[2]


def invent(rng, units, procedures, dirt):
    """The clean dossiers as the newest exports have them, and the older state of one district."""
    dossiers = make_dossiers(rng, units, procedures)
    dossiers = [as_of(d, OLD_MOMENT) if d.resolving == SILENT else d for d in dossiers
                if d.resolving != SILENT or (d.received or d.submitted) <= OLD_MOMENT]
    for codes, one_late_in in TIES:
        plant_tie(rng, dossiers, PERIODS[0], codes, one_late_in)
    plant_oddities(rng, dossiers, dirt)
    old = older_export(rng, [d for d in dossiers if house(d) == "33"], OLD_MOMENT, dirt)
    return dossiers, old


def make_files(rng, dossiers, old, units, dirt):
    """The files with their rows; three dossiers of the older export are missing from the newer one."""
    files = [File(name, layout, NEW, [clean_row(rng, d, units, dirt) for d in dossiers if house(d) in houses.split()], owner)
             for name, layout, houses, owner in FILES]
    older = File("ho-so_ubnd-huyen-suoi-lam_20250301.xls", "C", OLD, [clean_row(rng, d, units, dirt) for d in old], "UBND huyện Suối Lam")
    newer = next(f for f in files if f.name == "ho-so_ubnd-huyen-suoi-lam_20250401.xls")
    gone = {d.code: d for d in rng.sample([d for d in old if d.status == 4], 3)}
    newer.rows = [r for r in newer.rows if r.d.code not in gone]
    dossiers[:] = [gone.get(d.code, d) for d in dossiers]
    dirt["absent_from_newer_export"] = len(gone)
    silent = [clean_row(rng, d, units, dirt) for d in dossiers if d.resolving == SILENT]
    files += [older, File("ho-so_so-cong-thuong_20250301.csv", "E", OLD, silent)]
    plant_refusals(rng, dossiers, files, units, dirt)
    plant_duplicates(rng, files, dirt)
    big = next(f for f in files if f.layout == "D")
    again = rng.sample([r for r in big.rows if not r.refused], 8)
    files.append(File(big.name.replace(".csv", " (1).csv"), "D", NEW, again))
    dirt["duplicate_across_files"] = len(again)
    return files


def write_exports(files, units):
    """All export files."""
    folder = HERE / "exports"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    names = {u.code: u.name for u in units.values()}
    for f in files:
        layouts.WRITERS[f.layout](folder / f.name, f, names)


def write_truth_csv(path, rows):
    """One line per period and unit; blank where there is no figure."""
    with open(path, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    """Everything, in an order that the seed fixes."""
    rng = random.Random(SEED)
    dirt = Counter()
    listed = province.make_units()
    units = {u.code: u for u in listed}
    procedures = province.make_procedures(rng)
    dossiers, old = invent(rng, listed, procedures, dirt)
    files = make_files(rng, dossiers, old, units, dirt)
    answers, feedback = make_answers(rng, listed, dossiers), make_feedback(rng, listed)

    total, per_file = account(files)
    assert total["loaded"] == len(dossiers), (total, len(dossiers))
    rejected = Counter(r.refused for f in files for r in f.rows if r.refused)
    write_exports(files, units)
    folder = HERE / "tables"
    folder.mkdir(exist_ok=True)
    names = {u.code: u.name for u in listed}
    others = [tables.write_catalogue(rng, folder / "danh-muc-tthc.xlsx", procedures, names),
              tables.write_answers(rng, folder / "danh-gia-hai-long.csv", answers, units),
              tables.write_feedback(rng, folder / "phan-anh-kien-nghi.xlsx", feedback, units)]
    tables.write_units(HERE / "units.csv", listed)

    rows = truth_rows(PERIODS, {u.code: u.level for u in listed}, dossiers, answers, feedback, CALENDAR)
    DATA.mkdir(parents=True, exist_ok=True)
    write_truth_csv(DATA / "sample-truth.csv", rows)
    facts = {
        "seed": SEED, "cut_off": "2025-03-31", "rows": total, "rejected": dict(sorted(rejected.items())),
        "dirt": dict(sorted(dirt.items())), "files": per_file, "other_files": others,
        "planted_ties": find_ties(rows, PERIODS[0].name, [codes for codes, _ in TIES]),
        "not_sent": [{"unit_code": SILENT, "last_export": OLD.isoformat()}, {"unit_code": "000.00.08.H99", "last_export": None}],
        "catalogue": tables.catalogue_counts(procedures),
        "periods": [{"period": p.name, "start": p.start.isoformat(), "end": p.end.isoformat()} for p in PERIODS],
    }
    (DATA / "sample-truth.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (HERE / "SOURCE.md").write_text(source_text(facts), encoding="utf-8")


if __name__ == "__main__":
    main()
