"""Where a store stands on its way in: its consents, the policy's verdicts, and what comes next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from merchants import rules
from merchants.models import (
    Application,
    ApplicationStatus,
    Connection,
    ConnectionState,
    ConnectionStatus,
    Evidence,
    Participation,
    ParticipationStatus,
    Partner,
    PolicyVersion,
    Store,
)
from merchants.models.application import JOINED, MOVES, WITH_THE_PLATFORM
from merchants.models.evidence import in_force
from merchants.policies import decides_alone
from merchants.rules import Facts, Result, Scores, Verdict
from portal.lib import days

OPTIONAL = (Partner.PUGONGYING,)
STATE_COLOURS = {
    ConnectionState.CONNECTED: "ok",
    ConnectionState.EXPIRING: "warn",
    ConnectionState.NEEDS_CONSENT: "bad",
    ConnectionState.REVOKED: "bad",
}
JUDGED_BY_THEN = (*WITH_THE_PLATFORM, *JOINED)
COLOURS: dict[str, str] = {
    **dict.fromkeys(WITH_THE_PLATFORM, "info"),
    **dict.fromkeys(JOINED, "ok"),
    ApplicationStatus.NEEDS_INFO: "warn",
    ApplicationStatus.REJECTED: "bad",
    ApplicationStatus.UPHELD: "bad",
}
PARTICIPATION_COLOURS: dict[str, str] = {
    ParticipationStatus.GOOD: "ok",
    ParticipationStatus.AT_RISK: "warn",
    ParticipationStatus.RESTRICTED: "bad",
    ParticipationStatus.SUSPENDED: "bad",
}
TURNED_DOWN = (ApplicationStatus.REJECTED, ApplicationStatus.UPHELD)


@dataclass(frozen=True, slots=True)
class Consent:
    """A store's consent at one partner, or that there is none, in a word and its colour."""

    partner: Partner
    connection: Connection | None
    colour: str
    word: str

    @property
    def is_valid(self) -> bool:
        return self.colour in ("ok", "warn")

    @property
    def is_expiring(self) -> bool:
        return self.colour == "warn"

    @property
    def is_optional(self) -> bool:
        return self.partner in OPTIONAL

    @property
    def may_be_withdrawn(self) -> bool:
        """A consent that the partner ended still has its tokens here."""
        return bool(self.connection and self.connection.status != ConnectionStatus.REVOKED)


@dataclass(frozen=True, slots=True)
class Standing:
    store: Store
    facts: Facts
    consents: tuple[Consent, ...]
    policy: PolicyVersion | None
    verdicts: tuple[Verdict, ...]
    application: Application | None
    participation: Participation | None = None

    @property
    def lacking(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if not verdict.result.lets_in]

    @property
    def status(self) -> str:
        return self.application.status if self.application else ""

    @property
    def application_colour(self) -> str:
        return COLOURS.get(self.status, "")

    @property
    def application_word(self) -> str:
        return self.application.get_status_display() if self.application else _("Not applied yet")

    @property
    def is_open(self) -> bool:
        """Whether an application can still be handed in, for the first time or again."""
        return not self.store.is_released and self.status not in JUDGED_BY_THEN

    @property
    def is_ready(self) -> bool:
        may = self.is_open and not self.is_barred and not self.may_apply_from
        return bool(may and self.policy and not self.lacking)

    @property
    def is_waiting(self) -> bool:
        return self.status in WITH_THE_PLATFORM

    @property
    def is_left_to_rules(self) -> bool:
        """Whether no reviewer decides; once one has had the application, one always does."""
        was_handed_in = self.status not in ("", ApplicationStatus.DRAFT)
        if self.application and was_handed_in and not self.application.left_to_rules:
            return False
        return bool(self.policy and decides_alone(self.policy))

    @property
    def has_joined(self) -> bool:
        return not self.store.is_released and self.status in JOINED

    @property
    def is_troubled(self) -> bool:
        return self.participation_colour in ("warn", "bad")

    @property
    def participation_colour(self) -> str:
        if not self.has_joined:
            return ""
        return PARTICIPATION_COLOURS[self._participation_status]

    @property
    def participation_word(self) -> str:
        return str(self._participation_status.label) if self.has_joined else ""

    @property
    def is_turned_down(self) -> bool:
        return self.status in TURNED_DOWN

    @property
    def is_barred(self) -> bool:
        """Whether the decision lets the store not apply again, ever."""
        return bool(self.application and self.is_turned_down and self.application.is_final)

    @property
    def may_apply_from(self) -> date | None:
        """Return the day of the next try while it is still to come."""
        if not self.application or not self.is_turned_down:
            return None
        day = self.application.again_from
        return day if day and day > days.today() else None

    @property
    def may_withdraw(self) -> bool:
        return self._may_become(ApplicationStatus.WITHDRAWN)

    @property
    def may_appeal(self) -> bool:
        return self._may_become(ApplicationStatus.APPEALED)

    @property
    def next_step(self) -> str:
        if self.store.is_released:
            return _("Look back at its figures")
        if self.participation and self.participation.is_held:
            return _("Read why the platform suspended it")
        for consent in self.consents:
            if consent.partner == Partner.TOP and not consent.is_valid:
                return _("Renew the Tmall consent")
        if self.is_open:
            return self._step_to_application()
        if self.is_waiting:
            return _("Wait for the platform's review")
        if self.lacking:
            return _("Fix what is lacking")
        if any(not each.is_valid for each in self.consents if each.partner not in OPTIONAL):
            return _("Connect Juguang")
        if any(consent.is_expiring for consent in self.consents):
            return _("Consent again before it ends")
        return _("Attach links to notes")

    @property
    def _participation_status(self) -> ParticipationStatus:
        """A store that was never judged since it joined is in good standing."""
        found = self.participation
        return ParticipationStatus(found.status) if found else ParticipationStatus.GOOD

    def _may_become(self, target: ApplicationStatus) -> bool:
        if self.store.is_released:
            return False
        return bool(self.status) and target in MOVES[ApplicationStatus(self.status)]

    def _step_to_application(self) -> str:
        if self.status == ApplicationStatus.NEEDS_INFO:
            return _("Answer what the reviewer asked")
        if self.is_barred:
            return _("Read the decision")
        if self.may_apply_from:
            return _("Apply again from %(day)s on") % {"day": self.may_apply_from}
        results = {verdict.result for verdict in self.verdicts}
        if Result.NOT_MET in results:
            return _("See what is lacking")
        if Result.UNKNOWN in results:
            return _("State category and scores")
        return _("Submit the application")


def policy_in_force(day: date) -> PolicyVersion | None:
    return PolicyVersion.objects.in_force(day).newest_first().first()


def stand(store: Store, policy: PolicyVersion | None) -> Standing:
    """Judge a store by `policy`, or, while its application is with the platform, as it was then.

    The store comes from `with_standing()`.
    """
    now = timezone.now()
    connections = {each.partner: each for each in store.connections.all()}
    facts = facts_of(store, connections, now)
    application = next(iter(store.applications.all()), None)
    if application and application.status in WITH_THE_PLATFORM:
        policy, verdicts = application.policy, rules.thaw(application.verdicts)
    else:
        if application and application.status == ApplicationStatus.NEEDS_INFO:
            policy = application.policy  # a question doesn't bring a later policy in
        verdicts = rules.evaluate(policy.rules if policy else [], facts)
    return Standing(
        store=store,
        facts=facts,
        consents=tuple(_consent(partner, connections, now) for partner in Partner),
        policy=policy,
        verdicts=verdicts,
        application=application,
        participation=next(iter(store.participations.all()), None),
    )


def stand_today(store: Store) -> Standing:
    """Read the store anew and judge it by the version in force."""
    return stand(_read_anew(store), policy_in_force(days.today()))


def facts_today(store: Store) -> Facts:
    read = _read_anew(store)
    return facts_of(read, {each.partner: each for each in read.connections.all()}, timezone.now())


def state_shown(connection: Connection, now: datetime) -> tuple[str, str]:
    """Return the colour and the word of the connection's state."""
    state = connection.state_at(now)
    return STATE_COLOURS[state], str(state.label)


def facts_of(store: Store, connections: Mapping[str, Connection], now: datetime) -> Facts:
    """Read the only facts that rules may know from the store's row, its consents and evidence."""
    today = days.today()
    return Facts(
        kind=store.kind,
        category=store.category,
        scores=Scores(
            overall=store.overall_score,
            description=store.description_score,
            service=store.service_score,
            logistics=store.logistics_score,
        ),
        stated_at=store.facts_stated_at,
        connected={
            partner: each.refresh_expires_at
            for partner, each in connections.items()
            if _is_connected(each, now)
        },
        members_with_mfa=store.members_with_mfa,
        evidence=evidence_days(store.evidence.all(), today),
        day=today,
    )


def evidence_days(pieces: Iterable[Evidence], day: date) -> dict[str, date]:
    """Return for each kind of evidence in force on `day` when its newest piece was uploaded."""
    return {piece.kind: days.business_day(piece.uploaded_at) for piece in in_force(pieces, day)}


def _read_anew(store: Store) -> Store:
    return Store.objects.with_standing().get(pk=store.pk)


def _is_connected(connection: Connection, now: datetime) -> bool:
    return connection.status == ConnectionStatus.CONNECTED and connection.refresh_expires_at > now


def _consent(partner: Partner, connections: Mapping[str, Connection], now: datetime) -> Consent:
    connection = connections.get(partner)
    if connection is None:
        return Consent(partner, None, "", _("Not connected"))
    return Consent(partner, connection, *state_shown(connection, now))
