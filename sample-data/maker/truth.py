"""Figures computed from clean records in plain Python, straight from the counting rules in SOURCE.md.

Nothing here reads an export: the engine and this file can only agree by both being right.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

CARRIES = {  # which layouts have the columns digitised, e_result, reused, pay
    "A": "", "B": "", "C": "derp", "D": "derp", "E": "d", "F": "ep", "G": "derp",
}
COLUMNS = (
    "period,start,end,level,unit_code,c3,c4,c5,c6,c7,c8,c9,c10,c11,c12,c13,no_due_resolved,no_due_pending,"
    "l3_num,l3_den,l4_num,l4_den,digitised_num,digitised_den,e_result_num,e_result_den,pay_num,pay_den,"
    "reuse_num,reuse_den,avg_days,median_days,p90_days,avg_wdays,median_wdays,p90_wdays,sat_num,sat_den,"
    "feedback_num,feedback_den,on_time_rate,rate_766,online_share,online_l34_share,l3_share,l4_share,"
    "digitised_share,e_result_share,pay_share,reuse_share,sat_share,feedback_share,rank"
).split(",")
COUNTS = [c for c in COLUMNS[5:40] if "days" not in c]


@dataclass
class Dossier:
    """One dossier, clean; times only matter when it is written to a file."""

    code: str
    procedure: str
    name: str
    field: str
    level: int
    receiving: str
    resolving: str
    channel: int
    submitted: datetime
    received: datetime | None
    due: datetime | None
    finished: datetime | None
    returned: datetime | None
    status: int
    fee: int
    paid: int
    digitised: bool
    e_result: bool | None
    reused: bool
    layout: str
    applicant: str = ""
    applicant_id: str = ""
    phone: str = ""
    pauses: tuple = ()


@dataclass(frozen=True)
class Period:
    """Name and both days included."""

    name: str
    start: date
    end: date

    def holds(self, moment):
        """Whether a moment's day lies inside."""
        return moment is not None and self.start <= day(moment) <= self.end


def day(moment):
    """The day of a moment: dates are compared, never times."""
    return moment.date() if isinstance(moment, datetime) else moment


class WorkingDays:
    """Counts working days: Monday to Friday less the days off, plus the Saturdays worked."""

    def __init__(self, off, worked, first, last):
        self.number, n, d = {}, 0, first
        while d <= last:
            n += (d.weekday() < 5 and d not in off) or d in worked
            self.number[d] = n
            d += timedelta(days=1)

    def between(self, start, end):
        """Working days d with start < d <= end."""
        return self.number[end] - self.number[start]


def quantile(sorted_values, q):
    """Linear interpolation between the two nearest."""
    at = (len(sorted_values) - 1) * q
    low = int(at)
    high = min(low + 1, len(sorted_values) - 1)
    return sorted_values[low] + (sorted_values[high] - sorted_values[low]) * (at - low)


def tally(period, dossiers, answers, feedback, working_days):
    """All figures of one set of dossiers (a unit's, a kind's or everybody's) in one period, rank left out."""
    n = dict.fromkeys(COUNTS, 0)
    days, wdays = [], []
    for d in dossiers:
        if d.received is not None and day(d.received) <= period.end:
            count_form06(period, d, n, days, wdays, working_days)
            count_shares(period, d, n)
    for _, _, answered, score, *_ in answers:
        if period.holds(answered) and score in (1, 2, 3, 4, 5):
            n["sat_den"] += 1
            n["sat_num"] += score >= 4
    for _, _, received, due, answered in feedback:
        if period.holds(received) and answered is not None and answered <= period.end:
            n["feedback_den"] += 1
            n["feedback_num"] += answered <= due
    n["c3"] = n["c4"] + n["c5"] + n["c6"]
    n["c7"] = n["c8"] + n["c9"] + n["c10"]
    n["c11"] = n["c12"] + n["c13"]
    assert n["c3"] == n["c7"] + n["c11"], (period, n)
    return n | spread("days", days) | spread("wdays", wdays) | rates(n)


def count_form06(period, d, n, days, wdays, working_days):
    """Columns 4 to 13 of form 06 and the days taken."""
    received, due, ended = day(d.received), day(d.due), day(d.finished)
    if period.holds(received):
        n["c4" if d.channel == 2 else "c5"] += 1
    elif ended is None or ended >= period.start:
        n["c6"] += 1
    if ended is not None and ended < period.start:
        return
    if ended is not None and ended <= period.end:
        n["c9" if due is None or ended == due else "c8" if ended < due else "c10"] += 1
        n["no_due_resolved"] += due is None
        days.append((ended - received).days)
        wdays.append(working_days.between(received, ended))
    else:
        n["c12" if due is None or due >= period.end else "c13"] += 1
        n["no_due_pending"] += due is None


def count_shares(period, d, n):
    """Numerators and denominators of the shares; a column that the export lacks is unknown, not "no"."""
    has = CARRIES[d.layout]
    if period.holds(d.received):
        if d.level in (3, 4):
            n[f"l{d.level}_den"] += 1
            n[f"l{d.level}_num"] += d.channel == 2
        if "d" in has:
            n["digitised_den"] += 1
            n["digitised_num"] += d.digitised
        if "r" in has:
            n["reuse_den"] += 1
            n["reuse_num"] += d.reused
        if "p" in has and d.fee > 0:
            n["pay_den"] += 1
            n["pay_num"] += d.paid > 0
    if "e" in has and d.status != 7 and period.holds(d.finished):
        n["e_result_den"] += 1
        n["e_result_num"] += bool(d.e_result)


def spread(name, values):
    """Mean, median and 90th percentile, or nothing."""
    if not values:
        return dict.fromkeys((f"avg_{name}", f"median_{name}", f"p90_{name}"))
    values = sorted(values)
    return {
        f"avg_{name}": sum(values) / len(values),
        f"median_{name}": float(quantile(values, 0.5)),
        f"p90_{name}": float(quantile(values, 0.9)),
    }


def rates(n):
    """The shares; nothing to divide by gives nothing, never 0 and never 1."""
    pairs = {
        "on_time_rate": (n["c8"] + n["c9"], n["c7"]),
        "rate_766": (n["c8"] + n["c9"] + n["c12"], n["c3"]),
        "online_share": (n["c4"], n["c4"] + n["c5"]),
        "online_l34_share": (n["l3_num"] + n["l4_num"], n["c4"] + n["c5"]),
    }
    for share in ("l3", "l4", "digitised", "e_result", "pay", "reuse", "sat", "feedback"):
        pairs[f"{share}_share"] = (n[f"{share}_num"], n[f"{share}_den"])
    return {name: num / den if den else None for name, (num, den) in pairs.items()}


def group(rows, unit_of):
    """Rows by unit code."""
    groups = {}
    for row in rows:
        groups.setdefault(unit_of(row), []).append(row)
    return groups


def truth_rows(periods, units, dossiers, answers, feedback, working_days):
    """One row per period and unit: `*`, `*KIND` and every unit but the province. `units` maps code to kind."""
    inputs = [(dossiers, lambda d: d.resolving), (answers, lambda a: a[1]), (feedback, lambda f: f[1])]
    by_unit = [group(rows, of) for rows, of in inputs]
    kinds = sorted({k for k in units.values() if k != "province"})
    rows = []
    for period in periods:
        head = {"period": period.name, "start": period.start.isoformat(), "end": period.end.isoformat()}

        def row(level, code, *data):
            return head | {"level": level, "unit_code": code, "rank": None} | tally(period, *data, working_days)

        rows.append(row("all", "*", *(r for r, _ in inputs)))
        for kind in kinds:
            codes = sorted(c for c, k in units.items() if k == kind)
            rows.append(row(kind, f"*{kind}", *([x for c in codes for x in g.get(c, [])] for g in by_unit)))
            of_kind = [row(kind, c, *(g.get(c, []) for g in by_unit)) for c in codes]
            rank(of_kind)
            rows += of_kind
    return rows


def rank(rows):
    """Competition ranking (1-2-2-4) by the on-time rate at full precision; no rate, no rank."""
    scores = sorted((r["on_time_rate"] for r in rows if r["on_time_rate"] is not None), reverse=True)
    for r in rows:
        if r["on_time_rate"] is not None:
            r["rank"] = scores.index(r["on_time_rate"]) + 1
