"""Invents the dossiers, clean: every date is consistent, every state is the one at the end of 31/3/2025."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from .calendar_days import add_working_days, is_working
from .province import PROVINCE, person
from .truth import Dossier, day

CUT_OFF = datetime(2025, 3, 31, 17, 0)
WINDOWS = [(date(2024, 1, 2), date(2024, 3, 29), 260), (date(2024, 4, 1), date(2024, 9, 30), 60),
           (date(2024, 10, 1), date(2024, 12, 31), 2080), (date(2025, 1, 2), date(2025, 3, 31), 2650)]
LAYOUT_OF = {"01": "A", "02": "A", "03": "D", "04": "D", "05": "E", "06": "E", "07": "D", "31": "A", "32": "G", "33": "C", "34": "G"}
WEIGHT = {"01": 3, "02": 9, "03": 9, "04": 8, "05": 5, "06": 7, "07": 3, "31": 18, "32": 14, "33": 12, "34": 12}
LATE_SHARE = {"01": 0.02, "02": 0.04, "03": 0.08, "04": 0.07, "05": 0.05, "06": 0.03, "07": 0.09, "31": 0.05, "32": 0.06, "33": 0.09, "34": 0.05}


def house(unit_code):
    """The part of a unit code that names the department, or the district that it belongs to."""
    return unit_code.split(".")[2]


def make_dossiers(rng, units, procedures):
    """All dossiers in order of reception, with their codes."""
    by_house = {}
    for u in units:
        if u.level != "province" and house(u.code) in WEIGHT:
            by_house.setdefault(house(u.code), []).append(u)
    dossiers, sequence = [], {}
    for start, end, count in WINDOWS:
        days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
        days = [d for d in days if is_working(d)]
        for on in sorted(rng.choices(days, k=count)):
            h = rng.choices(list(WEIGHT), WEIGHT.values())[0]
            unit = rng.choices(by_house[h], [4 if u.level == "district" else 1 for u in by_house[h]])[0]
            sequence[unit.code, on] = sequence.get((unit.code, on), 0) + 1
            code = f"{unit.code}-{on:%y%m%d}-{sequence[unit.code, on]:04}"
            dossiers.append(one_dossier(rng, code, unit, on, procedures, by_house[h]))
    return dossiers


def one_dossier(rng, code, unit, on, procedures, neighbours):
    """One dossier received on a day, handled as far as the cut-off allows."""
    offered = [p for p in procedures if p.level == unit.level and p.agency in ("", unit.code)]
    p = rng.choices(offered, [1 / (n + 1) for n in range(len(offered))])[0]
    received = at_office(rng, on, 7.5, 16.6)
    months = (on.year - 2024) * 12 + on.month - 1
    channel = 2 if rng.random() < 0.60 + 0.01 * months else rng.choices((1, 3), (9, 1))[0]
    submitted = received - timedelta(minutes=rng.randint(20, 900), seconds=rng.randint(0, 59)) if channel == 2 else received
    limit = add_working_days(on, p.limit)
    due = datetime.combine(limit, received.time()) if p.limit else datetime.combine(on, time(17))
    receiving = rng.choice(neighbours) if rng.random() < 0.02 else unit
    name, id_number, phone = person(rng)
    d = Dossier(
        code, p.code, p.name, p.field, p.online, receiving.code, unit.code, channel, submitted, received,
        None if rng.random() < 0.02 else due, None, None, 4, p.fee,
        rng.choice((1, 1, 2)) if p.fee and channel == 2 and rng.random() < 0.5 else 0,
        rng.random() < 0.68, None, rng.random() < 0.3, LAYOUT_OF[house(unit.code)], name, id_number, phone,
    )
    roll = rng.random()
    if roll < 0.009:
        return replace(d, status=1 if day(received) > date(2025, 3, 24) else 3, received=None, due=None)
    return handle(rng, d, p.limit, withdrawn=roll < 0.02)


def handle(rng, d, limit, withdrawn):
    """Decides when it is finished and returned, as far as that lies before the cut-off."""
    on = day(d.received)
    if limit == 0:
        taken = 0
    else:
        taken = limit if rng.random() < 0.25 else rng.randint(0, limit)
    if rng.random() < LATE_SHARE[house(d.resolving)] * (0.9 if on.year == 2025 else 1.15):
        taken = limit + rng.randint(1, 9)
    pauses = ()
    if taken >= 3 and rng.random() < 0.08:
        first, last = add_working_days(on, 1), add_working_days(on, max(2, taken - 1))
        pauses = ((at_office(rng, first, 8, 11), at_office(rng, last, 8, 11)),)
    finished = at_office(rng, add_working_days(on, taken), 13, 16.5)
    if taken == 0:
        finished = max(d.received + timedelta(minutes=rng.randint(5, 25)), d.received)
    returned = at_office(rng, add_working_days(day(finished), rng.choice((0, 0, 1, 1, 2, 5))), 16.5, 17)
    if rng.random() < 0.03:
        returned = None
    if withdrawn:
        d = replace(d, status=7, finished=finished, e_result=None, pauses=pauses)
    else:
        d = replace(d, status=10 if returned else 9, finished=finished, returned=returned,
                    e_result=rng.random() < 0.55, pauses=pauses)
    return as_of(d, CUT_OFF, rng.choices((4, 5, 8, 6), (88, 8, 2, 2))[0])


def as_of(d, moment, open_status=4):
    """The dossier as an export made at that moment shows it (it was received by then)."""
    if d.received is None:
        return d
    pauses = tuple((a, b if b <= moment else None) for a, b in d.pauses if a <= moment)
    if d.finished is None or d.finished > moment:
        fresh = day(d.received) == day(moment)
        status = d.status if d.finished is None else 2 if fresh else open_status
        return replace(d, finished=None, returned=None, e_result=None, status=status, pauses=pauses)
    if d.returned is not None and d.returned > moment:
        return replace(d, returned=None, status=9, pauses=pauses)
    return replace(d, pauses=pauses)


def at_office(rng, on, first_hour, last_hour):
    """A moment of that day between two hours."""
    return datetime.combine(on, time()) + timedelta(seconds=rng.randint(int(first_hour * 3600), int(last_hour * 3600)))


def make_answers(rng, units, dossiers):
    """Satisfaction answers: (id, unit, day, score, dossier code); None and scores outside 1 to 5 are not valid."""
    by_unit = {}
    for d in dossiers:
        if d.finished:
            by_unit.setdefault(d.resolving, []).append(d)
    codes = sorted(by_unit)
    answers = []
    for _ in range(600):
        unit = rng.choices(codes, [len(by_unit[c]) for c in codes])[0]
        d = rng.choice(by_unit[unit])
        score = rng.choices((5, 4, 3, 2, 1, 0, 6, None), (52, 32, 5, 3, 2, 3, 1, 2))[0]
        answers.append([day(d.finished), unit, score, d.code if rng.random() < 0.6 else ""])
    silent = f"000.00.08.{PROVINCE}"
    answers += [[date(2025, 2, 10 + n), silent, 4 + n % 2, ""] for n in range(5)]
    answers.sort(key=lambda a: (a[1], a[0]))
    return [(f"PDG{n:07}", unit, on, score, code) for n, (on, unit, score, code) in enumerate(answers)]


def make_feedback(rng, units):
    """Complaints and proposals: (id, unit, received, due, answered or None)."""
    codes = [u.code for u in units if u.level in ("department", "district", "commune")]
    days = sorted(date(2024, 10, 1) + timedelta(days=rng.randrange(182)) for _ in range(60))
    feedback = []
    for n, received in enumerate(days):
        due = add_working_days(received, 15)
        answered = add_working_days(received, rng.choice((2, 3, 5, 8, 12, 15, 15, 17, 20)))
        feedback.append((f"PAKN-{n:05}", rng.choice(codes), received, due, answered if answered <= CUT_OFF.date() else None))
    return feedback
