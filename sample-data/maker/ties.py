"""Plants ties: gives two units exactly the same on-time rate in a period by moving due dates of a few dossiers."""

from datetime import timedelta

from .truth import day


def plant_tie(rng, dossiers, period, unit_codes, one_late_in):
    """Afterwards every unit of the tie has finished a multiple of `one_late_in`, and one in so many of them late."""
    for code in unit_codes:
        resolved = [d for d in dossiers if d.resolving == code and d.received and period.holds(d.finished)]
        for d in rng.sample([d for d in resolved if period.holds(d.received)], len(resolved) % one_late_in):
            dossiers.remove(d)
            resolved.remove(d)
        late = [d for d in resolved if d.due and day(d.finished) > day(d.due)]
        target = len(resolved) // one_late_in
        for d in late[target:]:
            d.due = d.finished + timedelta(days=1)
        early = [d for d in resolved if d.due and d not in late and day(d.finished) > day(d.received) + timedelta(days=1)]
        for d in rng.sample(early, max(0, target - len(late))):
            d.due = d.finished - timedelta(days=1)


def find_ties(rows, period, groups):
    """The planted ties as the truth has them: all units of the kind with the same rate."""
    ties = []
    for codes in groups:
        mine = [r for r in rows if r["period"] == period and r["unit_code"] in codes]
        assert len({r["on_time_rate"] for r in mine}) == 1, mine
        tied = [r for r in rows if r["period"] == period and r["level"] == mine[0]["level"] and r["rank"] == mine[0]["rank"]]
        ties.append({
            "period": period, "rank": mine[0]["rank"], "on_time_rate": mine[0]["on_time_rate"],
            "units": [{"unit_code": r["unit_code"], "on_time": r["c8"] + r["c9"], "resolved": r["c7"]} for r in tied],
        })
    return ties
