"""What the audit page says of a change or an access: who, what, when and from where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from merchants.models import AccessEvent, AccessKind, Application, Brand, Change, Store, User
from portal.lib.days import SHANGHAI
from portal.lib.scope import Hat

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NOTHING = "—"
Row = dict[str, Any]  # a row as JSON keeps it
Model = type[models.Model]
# Who of the platform judged, and what only says again what another column of the change says.
UNTOLD = {
    *("brand", "policy", "facts", "verdicts", "claimed_by", "rejected_by", "appeal_judged_by"),
    *("registered_by", "facts_stated_by", "facts_stated_at", "consented_by", "times_sent"),
    *("lacking", "failing"),
    *("threshold", "least_sample", "campaign"),  # said on the rule's page, in their units
}
SAID: dict[tuple[str, str], "StrOrPromise"] = {
    ("brand", "insert"): gettext_lazy("created the brand %(name)s"),
    ("store", "insert"): gettext_lazy("registered the store %(name)s"),
    ("connection", "insert"): gettext_lazy("connected %(name)s"),
    ("evidence", "insert"): gettext_lazy("uploaded the file %(name)s"),
    ("application", "insert"): gettext_lazy("began the application %(name)s"),
    ("invitation", "insert"): gettext_lazy("invited %(name)s"),
    ("invitation", "accepted_at"): gettext_lazy("accepted the invitation to %(name)s"),
    ("invitation", "revoked_at"): gettext_lazy("revoked the invitation to %(name)s"),
    ("invitation", "sent_at"): gettext_lazy("sent the invitation to %(name)s again"),
    ("membershipstore", "insert"): gettext_lazy("let %(name)s see the store %(store)s"),
    ("membershipstore", "delete"): gettext_lazy("took the store %(store)s from what %(name)s sees"),
    ("invitationstore", "insert"): gettext_lazy("limited an invitation to the store %(store)s"),
    ("brandgrant", "insert"): gettext_lazy("offered access to the agency %(name)s"),
    ("brandgrantstore", "insert"): gettext_lazy("opened the store %(store)s to an agency"),
    ("brandgrantstore", "delete"): gettext_lazy("closed the store %(store)s to an agency"),
    ("participation", "insert"): gettext_lazy("began to judge how the store %(store)s takes part"),
    ("alertrule", "ended_at"): gettext_lazy("deleted the alert rule %(name)s"),
    ("", "insert"): gettext_lazy("added the %(thing)s %(name)s"),
    ("", "update"): gettext_lazy("changed the %(thing)s %(name)s"),
    ("", "delete"): gettext_lazy("removed the %(thing)s %(name)s"),
    ("", "step"): gettext_lazy(
        "changed the %(field)s of the %(thing)s %(name)s from “%(old)s” to “%(new)s”"
    ),
}
SAID_OF_ACCESS: dict[str, "StrOrPromise"] = {
    AccessKind.EVIDENCE: gettext_lazy("looked at the file %(what)s"),
    AccessKind.OPENED: gettext_lazy("opened the file %(what)s"),
    AccessKind.EXPORT: gettext_lazy("exported %(what)s"),
    AccessKind.DENIED: gettext_lazy("asked for a page of this brand and was turned away"),
    AccessKind.SHARED: gettext_lazy("opened the share link %(what)s"),
}
# Named here where the model itself bears no name that a brand would know.
THINGS: dict[str, "StrOrPromise"] = {
    "membership": pgettext_lazy("audit", "member"),
    "membershipstore": gettext_lazy("stores of a member"),
    "invitationstore": gettext_lazy("stores of an invitation"),
    "brandgrantstore": gettext_lazy("stores of an agency"),
    "noticepreference": gettext_lazy("wish for mails"),
    "usergroup": gettext_lazy("staff group of a user"),
    "userpermission": gettext_lazy("right of a user"),
}
PLATFORM = gettext_lazy("RedCat platform staff")
ITSELF = gettext_lazy("RedCat, by itself")
STRANGER = gettext_lazy("Someone without a part in this brand")
READER = gettext_lazy("Someone who has the link")


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Told:
    at: datetime
    who: str
    said: str
    steps: list[Step]
    ip: str | None


@dataclass(frozen=True, slots=True)
class Names:
    """What the numbers in the rows of a page stand for."""

    users: dict[int, User]
    stores: dict[int, Store]
    members: dict[int, int]  # whose membership it is

    def user(self, pk: int | None) -> str:
        if pk is None:
            return NOTHING
        return str(self.users[pk]) if pk in self.users else _("someone who is gone")

    def store(self, pk: int | None) -> str:
        return str(self.stores[pk]) if pk in self.stores else NOTHING


def tell(changes: Iterable[Change]) -> list[Told]:
    """Say each change in a sentence; as many queries for ten as for one."""
    changes = list(changes)
    names = _names(changes)
    return [_told(change, names) for change in changes]


def tell_access(events: Iterable[AccessEvent]) -> list[Told]:
    return [_told_access(event) for event in events]


def kinds() -> list[tuple[str, "StrOrPromise"]]:
    """Return what of a brand has a history, with the name it bears."""
    with_history = [getattr(model, "pgh_tracked_model", None) for model in apps.get_models()]
    names = [model._meta.model_name for model in with_history if model and _is_a_brands(model)]
    return [(name, name_of(name)) for name in names]


def who(change: Change) -> str:
    """Say who did it, as far as a brand may know; `actor` should be read along."""
    if change.hat == Hat.ADMIN:
        return str(PLATFORM)
    if not change.actor_id:
        return str(ITSELF)
    return str(change.actor) if change.actor else _("someone who is gone")


def name_of(subject: str) -> "StrOrPromise":
    return THINGS.get(subject) or _model(subject)._meta.verbose_name or subject


def _is_a_brands(model: Model) -> bool:
    return model is Brand or any(field.name == "brand" for field in model._meta.concrete_fields)


def _model(subject: str) -> Model:
    with_history = [getattr(model, "pgh_tracked_model", None) for model in apps.get_models()]
    found: list[Model] = [model for model in with_history if model]
    return next(model for model in found if model._meta.model_name == subject)


def _told(change: Change, names: Names) -> Told:
    steps = _steps(change, names) if change.label == "update" and change.before else []
    said, shown = _said(change, steps, names)
    if change.hat == Hat.ADMIN:
        return Told(change.at, str(PLATFORM), said, shown, None)
    who = names.user(change.actor_id) if change.actor_id else str(ITSELF)
    return Told(change.at, who, said, shown, (change.context or {}).get("ip"))


def _told_access(event: AccessEvent) -> Told:
    said = SAID_OF_ACCESS[event.kind] % {"what": event.evidence or event.what}
    if event.kind == AccessKind.DENIED:  # another brand's person, for all that we may tell
        return Told(event.at, str(STRANGER), said, [], None)
    if event.kind == AccessKind.SHARED:
        return Told(event.at, str(READER), said, [], None)
    if event.kind == AccessKind.EVIDENCE:
        return Told(event.at, str(PLATFORM), said, [], None)
    return Told(event.at, str(event.actor or _("someone who is gone")), said, [], event.ip)


def _said(change: Change, steps: list[Step], names: Names) -> tuple[str, list[Step]]:
    """Return the sentence, and the steps that it does not say itself."""
    words = {
        "thing": str(name_of(change.subject)),
        "name": _name(change, names),
        "store": names.store(change.store_id),
    }
    if special := SAID.get((change.subject, change.label)) or _turn(change):
        return special % words, []
    if len(steps) == 1:
        step = {"field": steps[0].name, "old": steps[0].old, "new": steps[0].new}
        return SAID["", "step"] % (words | step), []
    return SAID["", change.label] % words, steps


def _turn(change: Change) -> "StrOrPromise | None":
    """Return what it means that a moment was written, or taken away."""
    before, kept = change.before, change.kept
    if before is None:
        return None
    if change.subject == "membership" and before.get("suspended_at") != kept.get("suspended_at"):
        if kept["suspended_at"]:
            return pgettext_lazy("audit", "suspended the member %(name)s")
        return pgettext_lazy("audit", "reinstated the member %(name)s")
    if change.subject == "alertrule" and before.get("ended_at") != kept.get("ended_at"):
        return SAID["alertrule", "ended_at"]
    for moment in ("accepted_at", "revoked_at", "sent_at"):
        if change.subject == "invitation" and before.get(moment) != kept.get(moment):
            return SAID["invitation", moment]
    return None


def _name(change: Change, names: Names) -> str:
    kept = change.kept
    if change.subject == "application":
        title = names.store(change.store_id)
        return f"{Application(pk=change.row_id)} · {title}"
    if change.subject == "participation":
        return names.store(change.store_id)
    if change.subject == "brandgrant":
        return str(kept["agency_slug"])
    if change.subject == "membership":
        return names.user(kept["user_id"])
    if change.subject == "membershipstore":
        return names.user(names.members.get(kept["membership_id"]))
    if change.subject == "connection":
        partner = _shown(_model("connection"), "partner", kept, names)
        return f"{partner} · {kept['subject_name']}"
    if change.subject == "noticepreference":
        return _shown(_model("noticepreference"), "kind", kept, names)
    found = (kept[key] for key in ("title", "name", "email", "asker") if kept.get(key))
    return str(next(found, change.row_id))


def _steps(change: Change, names: Names) -> list[Step]:
    model = _model(change.subject)
    before, kept = change.before or {}, change.kept
    fields = [field for field in model._meta.concrete_fields if field.column in kept]
    return [
        Step(
            name=str(field.verbose_name),
            old=_shown(model, field.name, before, names),
            new=_shown(model, field.name, kept, names),
        )
        for field in fields
        if field.name not in UNTOLD and before.get(field.column or "") != kept[field.column]
    ]


def _shown(model: Model, name: str, row: Row, names: Names) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)  # noqa: S101 - the caller took it from the columns
    value = row.get(field.column or name)
    if value in (None, "", [], {}):
        return NOTHING
    if field.related_model is User:
        return names.user(value)
    if isinstance(field, models.BooleanField):
        return pgettext("audit", "yes") if value else pgettext("audit", "no")
    if isinstance(field, models.JSONField):
        return "…"
    if isinstance(field, models.DateTimeField):
        moment = parse_datetime(value)
        return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else value
    return str(dict(field.flatchoices).get(value, value))


def _names(changes: Sequence[Change]) -> Names:
    rows = [
        row for change in changes for row in (change.kept, getattr(change, "before", None)) if row
    ]
    of_members = {row["membership_id"] for row in rows if "membership_id" in row}
    memberships = Change.objects.filter(subject="membership", row_id__in=of_members)
    members = dict(memberships.values_list("row_id", "kept__user_id"))
    people = {value for row in rows for key, value in row.items() if _is_person(key) and value}
    people |= {change.actor_id for change in changes if change.actor_id}
    stores = {change.store_id for change in changes if change.store_id}
    return Names(
        users=User.objects.in_bulk(people | set(members.values())),
        stores=Store.objects.in_bulk(stores),
        members=members,
    )


def _is_person(column: str) -> bool:
    return column == "user_id" or column.endswith("_by_id")
