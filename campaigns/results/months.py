"""Whole months by note: summed once they have ripened, and read in their rows' place.

A year of thousands of notes is hundreds of thousands of rows, most of which change no more. A month
is summed once its shortest windows are over. It is read by its sums where each account that told of
it has been summed since it last changed, and the windows asked for are over. The database forgets
the sums of a month with any row that changes, as the last months' do at night.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import connection, connections, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncMonth

from campaigns.models import NoteDay, NoteDayStep, NoteMonth, SummedMonth
from campaigns.results.maturity import matures_on
from campaigns.results.metrics import WINDOWS
from campaigns.results.question import Question
from campaigns.results.steps import OWNER, SUMMED
from merchants.models import Brand, Membership
from portal.lib import days
from portal.lib.scope import Hat, scope

MOST_AT_ONCE = 500
ROWS, MONTHS = NoteDay._meta.db_table, NoteMonth._meta.db_table
OWN = "brand_id, store_id, connection_id, note_id"
LAST = "(date_trunc('month', day::timestamp) + '1 month'::interval)::date - 1"
BLANKS = ", ".join(f"{name} IS NULL" for name in SUMMED)
SUMS = ", ".join(f"sum({name})" for name in SUMMED)
IS_SUMMED = f"""EXISTS (
    SELECT FROM {SummedMonth._meta.db_table} summed
    WHERE summed.connection_id = told.connection_id AND told.day
        BETWEEN summed.month AND (summed.month + '1 month'::interval)::date - 1
)"""
DIFFERENT = f"""
WITH rows AS (
    SELECT {OWN}, {LAST} AS day, count(*), {SUMS} FROM {ROWS} told
    WHERE known_to IS NULL AND {IS_SUMMED} GROUP BY {OWN}, 5, {BLANKS}
), kept AS (
    SELECT {OWN}, day, note_days, {", ".join(SUMMED)} FROM {MONTHS} told
)
SELECT DISTINCT brand_id, day FROM (
    (TABLE rows EXCEPT ALL TABLE kept) UNION ALL (TABLE kept EXCEPT ALL TABLE rows)
) AS different ORDER BY brand_id, day
"""  # noqa: S608


Sums = dict[date, frozenset[int]]  # by a month's first day: which sums of it are read


def summed_months(brand: Brand, membership: Membership, question: Question) -> Sums:
    """Return the months whose sums answer for their rows, each with what they are; two queries.

    A month that was forgotten and summed anew is not what it was: who reads in several statements
    asks again when all is read.
    """
    whole = [each for each in _months(question) if _is_ripe(each, question)]
    if not whole:
        return {}
    asked = {"brand": brand} | ({"store": question.store} if question.store else {})
    summed = SummedMonth.objects.filter(**asked, month__in=whole).seen_by(membership)
    sums: dict[date, set[int]] = defaultdict(set)
    summed_accounts: dict[date, set[int]] = defaultdict(set)
    rows = summed.as_of(question.moment).values_list("month", "connection_id", "pk")
    for month, account, pk in rows:
        summed_accounts[month].add(account)
        sums[month].add(pk)
    told: dict[date, set[int]] = defaultdict(set)
    steps = NoteDayStep.objects.filter(**asked, day__range=(whole[0], last_of(whole[-1])))
    accounts = steps.seen_by(membership).values_list(TruncMonth("day"), "connection_id")
    for month, account in accounts.distinct():
        told[month].add(account)
    answering = [each for each in whole if told[each] and told[each] == summed_accounts[each]]
    return {each: frozenset(sums[each]) for each in answering}


def sums_of(
    brand: Brand, membership: Membership, question: Question, months: Iterable[date]
) -> QuerySet[NoteMonth]:
    found = NoteMonth.objects.filter(brand=brand, day__in=[last_of(each) for each in months])
    found = found.seen_by(membership)
    return found.filter(store_id=question.store) if question.store else found


def last_of(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def sum_ripe_months() -> int:
    """Sum months that have ripened and are not summed, each account's by itself; return how many.

    What more there is waits for the next time.
    """
    today = days.today()
    summed = SummedMonth.objects.filter(connection=OuterRef("connection"), month=OuterRef("first"))
    with scope(Hat.NIGHT):
        told = NoteDayStep.objects.filter(day__lt=today).annotate(first=TruncMonth("day"))
        owing = told.exclude(Exists(summed)).values_list("connection_id", "first").distinct()
        due = [
            (account, month)
            for account, month in owing.order_by("first", "connection_id")
            if matures_on(last_of(month), min(WINDOWS)) <= today
        ]
    for account, month in due[:MOST_AT_ONCE]:
        with scope(Hat.NIGHT), connection.cursor() as cursor:
            cursor.execute("SELECT sum_note_month(%s, %s)", [account, month])
    return len(due[:MOST_AT_ONCE])


def differences() -> list[tuple[int, date]]:
    """Return each brand's months, by their last day, whose sums are not what the rows say."""
    with scope(Hat.ADMIN), connection.cursor() as cursor:
        cursor.execute(DIFFERENT)
        return list(cursor.fetchall())


def rebuild() -> int:
    """Forget all sums and make them anew; return how many months they are."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        for model in (NoteMonth, SummedMonth):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608
    return sum(iter(sum_ripe_months, 0))


def _months(question: Question) -> list[date]:
    """Return the first days of the months that lie within the period."""
    firsts = {day.replace(day=1) for day in question.days()}
    return sorted(
        each for each in firsts if each >= question.first and last_of(each) <= question.last
    )


def _is_ripe(month: date, question: Question) -> bool:
    """Say whether all windows are over: days gone are counted by the month's last day."""
    return matures_on(last_of(month), question.window) <= question.known
