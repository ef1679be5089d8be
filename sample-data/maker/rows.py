"""What a file says of a dossier: the clean record plus the dirt planted on it, and the account of an import."""

import unicodedata
from dataclasses import astuple, dataclass, field, replace
from datetime import date, timedelta

from .dossiers import as_of
from .province import FORMULAS, other_tone_place

STRANGERS = ["UBND xã Mù Khơi", "Sở Vũ trụ", "UBND phường Hải Đăng Cũ"]
REFUSALS = {"unknown_unit": 10, "finished_before_received": 6, "impossible_date": 6, "year_2569": 4, "missing_code": 3, "missing_received": 3}


@dataclass
class Row:
    """One body row of one file. `dates` holds written dates as (y, m, d, H, M, S), so that 31/02 can be written."""

    d: object
    code: str
    unit: str
    receiving: str
    dates: dict = field(default_factory=dict)
    refused: str = ""

    def date(self, name):
        """The date to write: planted, or the clean one, or None."""
        if name in self.dates:
            return self.dates[name]
        moment = getattr(self.d, name)
        return moment and (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)

    def held(self):
        """What an import compares: all columns of the layout that are not personal."""
        shown = {"G": self.d.pauses, "D": len(self.d.pauses)}.get(self.d.layout, ())
        return astuple(replace(self.d, applicant="", applicant_id="", phone="", pauses=shown))


@dataclass
class File:
    """One export file and its rows in order."""

    name: str
    layout: str
    exported: date
    rows: list
    owner: str = ""

    @property
    def path(self):
        """Where it lies below sample-data."""
        return f"exports/{self.name}"


def clean_row(rng, d, units, dirt):
    """A row as people write it: aliases, spaces, decomposed letters, tone marks in the other place."""
    unit = units[d.resolving]
    name, code = unit.name, d.code
    roll = rng.random()
    if roll < 0.10 and unit.aliases:
        name = rng.choice(unit.aliases)
        dirt["rows_with_alias"] += 1
    elif roll < 0.40 and other_tone_place(name):
        name = other_tone_place(name)
        dirt["rows_with_tone_mark_elsewhere"] += 1
    if rng.random() < 0.015:
        name += "\u00a0"
        dirt["rows_with_nbsp_after_unit"] += 1
    if d.layout in "DG" and rng.random() < 0.03:
        name = unicodedata.normalize("NFD", name)
        dirt["rows_with_nfd_unit"] += 1
    if rng.random() < 0.015:
        code += rng.choice((" ", "  ", "\u00a0"))
        dirt["rows_with_space_after_code"] += 1
    return Row(d, code, name, units[d.receiving].name)


def refuse(row, rule, n):
    """Spoils a row so that the rule refuses it."""
    row.refused = rule
    received = row.date("received")
    if rule == "unknown_unit":
        row.unit = STRANGERS[n % len(STRANGERS)]
    elif rule == "missing_code":
        row.code = ""
    elif rule == "missing_received":
        row.dates["received"] = None
    elif rule == "year_2569":
        row.dates["received"] = (2569, *received[1:])
    elif rule == "impossible_date":
        row.dates[("received", "due", "finished")[n % 3]] = (2025, 2, 31, 8, 30, 0)
    else:
        before = row.d.received - timedelta(days=3 + n)
        row.dates["finished"] = (before.year, before.month, before.day, 8, 30, 0)


def plant_refusals(rng, dossiers, files, units, dirt):
    """Adds refused rows: dossiers that no file states rightly, so that they count nowhere."""
    victims = [d for d in dossiers if d.status == 10 and d.due and d.received.year == 2025 and d.received.day < 29]
    targets = [f for f in files if "(1)" not in f.name and f.exported == date(2025, 4, 1)]
    n = 0
    for rule, count in REFUSALS.items():
        for _ in range(count):
            target = targets[n % len(targets)]
            d = rng.choice([v for v in victims if v.layout == target.layout and any(r.d is v for r in target.rows)])
            d = replace(d, code=f"{d.code[:-4]}9{n:03}")
            row = clean_row(rng, d, units, dirt)
            refuse(row, rule, n)
            insert_near(rng, target.rows, row)
            n += 1


def insert_near(rng, rows, row):
    """Puts a row at a place where its unit's rows are, so that group rows stay true."""
    places = [i for i, r in enumerate(rows) if r.d.resolving == row.d.resolving]
    rows.insert(rng.choice(places) + 1, row)


def plant_duplicates(rng, files, dirt, count=12):
    """Writes some rows of a file a second time."""
    for n in range(count):
        target = [f for f in files if "(1)" not in f.name][n % 8]
        row = rng.choice([r for r in target.rows if not r.refused])
        insert_near(rng, target.rows, replace(row, code=row.d.code + rng.choice(("", " "))))
        dirt["duplicate_in_file"] += 1


def plant_oddities(rng, dossiers, dirt):
    """Names like formulas, and results returned before the dossier was received: loaded all the same."""
    chosen = rng.sample([d for d in dossiers if d.returned and d.layout in "CDG"], 4)
    for d in chosen:
        d.returned = d.received - timedelta(days=2)
    for d, name in zip(rng.sample(dossiers, len(FORMULAS)), FORMULAS):
        d.applicant = name
    dirt |= {"returned_before_received": len(chosen), "formula_like_names": len(FORMULAS)}
    dirt["no_due_date"] = sum(d.received is not None and d.due is None for d in dossiers)
    dirt["not_accepted_status_1_or_3"] = sum(d.status in (1, 3) for d in dossiers)


def older_export(rng, dossiers, moment, dirt):
    """The same dossiers as an older export shows them; changes some clean records so that they differ more."""
    old = []
    candidates = [d for d in dossiers if d.received and d.received <= moment]
    recent = [d for d in candidates if d.status == 10 and (d.received.year, d.received.month) == (2025, 2)]
    reopened = rng.sample([d for d in recent if d.finished < moment], 3)
    moved = rng.sample([d for d in recent if d.due and d not in reopened], 4)
    for d in candidates:
        state = as_of(d, moment)
        if d in reopened:
            d.finished, d.returned, d.e_result, d.status = None, None, None, 4
        if d in moved:
            days = 2 if state.due.date() - timedelta(days=2) > state.received.date() else 1
            state = replace(state, due=state.due - timedelta(days=days))
        old.append(state)
    dirt |= {"reopened": len(reopened), "due_date_moved": len(moved)}
    return old


def account(files):
    """Row account per file and in all: files in order of export date, then path; newest wins."""
    held, per_file = {}, []
    total = {"in_files": 0, "loaded": 0, "updated": 0, "duplicate": 0, "rejected": 0}
    for f in sorted(files, key=lambda f: (f.exported, f.path)):
        n = dict.fromkeys(total, 0)
        for row in f.rows:
            n["in_files"] += 1
            n[verdict(held, f, row)] += 1
        per_file.append({"file": f.path, "layout": f.layout, "exported_at": f.exported.isoformat(), **n})
        total = {k: total[k] + n[k] for k in total}
    return total, per_file


def verdict(held, file, row):
    """What becomes of one row."""
    if row.refused:
        return "rejected"
    known = held.get(row.d.code)
    if known is None:
        held[row.d.code] = file.exported, row.held()
        return "loaded"
    if file.exported > known[0] and row.held() != known[1]:
        held[row.d.code] = file.exported, row.held()
        return "updated"
    return "duplicate"
