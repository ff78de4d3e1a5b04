"""How much of a day's attribution window has gone: until all of it has, a figure may rise."""

from datetime import date, timedelta
from fractions import Fraction

from campaigns.results.metrics import LAG


def maturity(day: date, window: int, known: date, lag: int = LAG) -> Fraction:
    """Return the part of the day's window that had gone by as known on `known`: 0 to 1."""
    if not window:
        return Fraction(1)
    return Fraction(days_gone(day, window, known, lag), window)


def days_gone(day: date, window: int, known: date, lag: int = LAG) -> int:
    return min(max((known - day).days - lag, 0), window)


def matures_on(day: date, window: int, lag: int = LAG) -> date:
    """Return the first date on which the day's figures of that window are final."""
    return day + timedelta(days=window + lag)
