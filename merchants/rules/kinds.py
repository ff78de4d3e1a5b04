"""The kinds of rules that ask one thing each. A new kind is a class here and a registry entry."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants.models import EvidenceKind, Partner, StoreKind
from merchants.rules.base import Facts, Place, Result, Rule, Stored, day_of, upload_of, uploaded


class Amount(models.TextChoices):
    SPEND = "spend", gettext_lazy("Minimum spend")
    FEE = "fee", gettext_lazy("Minimum fee")


# What versions written before call a kind of evidence; they are kept as they were published.
FORMER_NAMES = {"authorisation": EvidenceKind.CATEGORY.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreType(Rule):
    kind = "store_type"
    variants = {"store_type": {}}
    machine_checkable = True

    @classmethod
    def heading(cls, fixed: Stored) -> str:
        return _("Store type")

    def required(self) -> str:
        return _("A Tmall store; Taobao C-shops are not supported")

    def judge(self, facts: Facts) -> Result:
        return Result.MET if facts.kind == StoreKind.TMALL else Result.NOT_MET

    def seen(self, facts: Facts) -> str:
        kind = StoreKind(facts.kind).label
        return _("%(kind)s (type %(code)s)") % {"kind": kind, "code": facts.kind}

    def evidence(self, facts: Facts) -> str:
        return _("Tmall TOP consent, checked automatically")

    def gap(self, facts: Facts, result: Result) -> str:
        return _("Register a Tmall store instead.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected(Rule):
    kind = "connection"
    variants = {
        "consent": {"partner": Partner.TOP},
        "juguang": {"partner": Partner.JUGUANG},
        "pugongying": {"partner": Partner.PUGONGYING},
    }
    machine_checkable = True

    partner: str

    @classmethod
    def heading(cls, fixed: Stored) -> str:
        partner = Partner(fixed["partner"])
        if partner == Partner.TOP:
            return _("Store consent")
        return _("Consent at %(partner)s") % {"partner": partner.label}

    def required(self) -> str:
        return _("A valid consent at %(partner)s") % {"partner": Partner(self.partner).label}

    def judge(self, facts: Facts) -> Result:
        return Result.MET if self.partner in facts.connected else Result.NOT_MET

    def seen(self, facts: Facts) -> str:
        until = facts.connected.get(self.partner)
        return _("Valid until %(day)s") % {"day": day_of(until)} if until else _("No consent")

    def evidence(self, facts: Facts) -> str:
        return _("%(partner)s, checked automatically") % {"partner": Partner(self.partner).label}

    def gap(self, facts: Facts, result: Result) -> str:
        partner = Partner(self.partner).label
        return _("Give the consent at %(partner)s again.") % {"partner": partner}

    def place(self, facts: Facts, result: Result) -> str:
        return "" if result.lets_in else Place.CONSENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersWithMfa(Rule):
    kind = "member_mfa"
    variants = {"member_mfa": {}}
    machine_checkable = True

    at_least: int

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        return {
            "at_least": forms.IntegerField(
                label=gettext_lazy("members, at least"), min_value=1, max_value=100
            )
        }

    @classmethod
    def heading(cls, fixed: Stored) -> str:
        return _("Second factor")

    def required(self) -> str:
        return _("Members of the brand with a second factor: at least %(number)s") % {
            "number": self.at_least
        }

    def judge(self, facts: Facts) -> Result:
        if facts.members_with_mfa is None:
            return Result.UNKNOWN
        return Result.MET if facts.members_with_mfa >= self.at_least else Result.NOT_MET

    def seen(self, facts: Facts) -> str:
        return "" if facts.members_with_mfa is None else str(facts.members_with_mfa)

    def evidence(self, facts: Facts) -> str:
        return _("Counted by the portal, checked automatically")

    def gap(self, facts: Facts, result: Result) -> str:
        if facts.members_with_mfa is None:
            return _("Not known yet how many members have a second factor.")
        return _("Second factors still to set up: %(number)s.") % {
            "number": self.at_least - facts.members_with_mfa
        }

    def place(self, facts: Facts, result: Result) -> str:
        return "" if result.lets_in else Place.SECOND_FACTOR


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumAmount(Rule):
    """An empty `floor` says that the platforms publish no value: then nothing is judged."""

    kind = "minimum_amount"
    variants = {"minimum_spend": {"of": Amount.SPEND}, "minimum_fee": {"of": Amount.FEE}}

    of: str
    floor: str = ""

    @property
    def machine_checkable(self) -> bool:
        """Nobody tells the amounts yet."""
        return not self.floor

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        return {
            "floor": forms.DecimalField(
                label=gettext_lazy("yuan, at least (empty: not published)"),
                required=False,
                min_value=Decimal("0.01"),
                max_digits=12,
                decimal_places=2,
            )
        }

    @classmethod
    def parameters(cls, cleaned: Stored) -> Stored:
        return {"floor": str(cleaned["floor"] or "")}

    @classmethod
    def heading(cls, fixed: Stored) -> str:
        return str(Amount(fixed["of"]).label)

    def required(self) -> str:
        return (
            _("At least ¥%(floor)s") % {"floor": self.floor} if self.floor else _("Not published")
        )

    def judge(self, facts: Facts) -> Result:
        if not self.floor:
            return Result.NO_REQUIREMENT
        amount = facts.amounts.get(self.of)
        if amount is None:
            return Result.UNKNOWN
        return Result.MET if amount >= Decimal(self.floor) else Result.NOT_MET

    def seen(self, facts: Facts) -> str:
        amount = facts.amounts.get(self.of)
        return "" if amount is None else f"¥{amount}"

    def gap(self, facts: Facts, result: Result) -> str:
        amount = facts.amounts.get(self.of)
        if amount is None:
            return _("The amount is not known yet.")
        return _("Still lacking: ¥%(rest)s.") % {"rest": Decimal(self.floor) - amount}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFresh(Rule):
    kind = "evidence"
    variants = {f"evidence_{each}": {"document": each} for each in EvidenceKind}

    document: str
    max_age_days: int | None = None

    @classmethod
    def shown_by(cls, fixed: Stored) -> EvidenceKind:
        return EvidenceKind(fixed["document"])

    @classmethod
    def in_todays_words(cls, stored: Stored) -> Stored:
        if kind := FORMER_NAMES.get(stored.get("document", "")):
            return stored | {"id": f"evidence_{kind}", "document": kind}
        return stored

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        return {
            "max_age_days": forms.IntegerField(
                label=gettext_lazy("not older than, in days (empty: any age)"),
                required=False,
                min_value=1,
                max_value=3650,
            )
        }

    @classmethod
    def heading(cls, fixed: Stored) -> str:
        return _("Evidence: %(kind)s") % {"kind": EvidenceKind(fixed["document"]).label}

    def required(self) -> str:
        if self.max_age_days is None:
            return _("A file that is valid")
        return _("A file that is valid, not older than %(days)s days") % {"days": self.max_age_days}

    def judge(self, facts: Facts) -> Result:
        if facts.evidence is None or (self.max_age_days and facts.day is None):
            return Result.UNKNOWN
        dated = facts.evidence.get(self.document)
        if dated is None:
            return Result.NOT_MET
        if self.max_age_days is None or facts.day is None:
            return Result.MET
        is_fresh = dated >= facts.day - timedelta(days=self.max_age_days)
        return Result.MET if is_fresh else Result.NOT_MET

    def seen(self, facts: Facts) -> str:
        dated = (facts.evidence or {}).get(self.document)
        return _("Dated %(day)s") % {"day": dated.isoformat()} if dated else ""

    def evidence(self, facts: Facts) -> str:
        return uploaded(facts, self.document)

    def gap(self, facts: Facts, result: Result) -> str:
        if result == Result.UNKNOWN:
            return _("Evidence is not collected yet.")
        kind = EvidenceKind(self.document).label
        if self.document in (facts.evidence or {}):
            return _("The file is too old. Upload a newer one: %(kind)s.") % {"kind": kind}
        return _("No valid file yet. Upload one: %(kind)s.") % {"kind": kind}

    def place(self, facts: Facts, result: Result) -> str:
        return "" if result.lets_in else upload_of(self.document)
