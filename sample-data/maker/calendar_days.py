"""The working-day calendar of 2024 and 2025: days off for civil servants, and Saturdays worked instead."""

from datetime import date, timedelta

from .truth import WorkingDays

OFF = {date(2024, m, d) for d, m in (
    (1, 1), (8, 2), (9, 2), (12, 2), (13, 2), (14, 2), (18, 4), (29, 4), (30, 4), (1, 5), (2, 9), (3, 9),
)} | {date(2025, m, d) for d, m in (
    (1, 1), (27, 1), (28, 1), (29, 1), (30, 1), (31, 1), (7, 4), (30, 4), (1, 5), (2, 5), (1, 9), (2, 9),
)}
WORKED = {date(2024, 5, 4), date(2025, 4, 26)}
CALENDAR = WorkingDays(OFF, WORKED, date(2023, 12, 1), date(2025, 12, 31))


def is_working(day):
    """Whether offices are open."""
    return day in WORKED or (day.weekday() < 5 and day not in OFF)


def add_working_days(day, n):
    """The n-th working day after `day`."""
    while n > 0:
        day += timedelta(days=1)
        n -= is_working(day)
    return day
