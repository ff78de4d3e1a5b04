"""An application walked at random by brand, reviewers and rules, against a model of a few lines."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from merchants import applications
from merchants.models import Application, IllegalMove, Store
from merchants.models.application import Claimed
from merchants.reasons import REASONS
from merchants.services import Refused
from merchants.tasks import decide_by_rules
from merchants.tests.factories import (
    make_brand,
    make_connection,
    make_policy,
    make_store,
    make_user,
)
from portal.lib import days
from portal.lib.scope import Hat, scope

REFUSALS = (IllegalMove, Refused, Claimed)
reviewers = st.integers(0, 1)
TMALL = {"id": "store_type", "kind": "store_type"}
CONSENT = {"id": "consent", "kind": "connection", "partner": "top"}


@dataclass
class Model:
    status: str = "none"
    holder: int | None = None
    lapsed: bool = False
    rejecter: int | None = None
    consented: bool = True
    left_to_rules: bool = False
    barred: bool = False
    moves: int = 0

    def go(self, status, holder=None):
        self.status, self.holder, self.lapsed = status, holder, False
        self.moves += 1


class Moves(RuleBasedStateMachine):
    """`alone` says whether the version in force decides by itself."""

    number = 0
    alone = False

    @initialize()
    def begin(self):
        Moves.number += 1
        self.brand = make_brand(f"brand-{Moves.number}")
        self.store = make_store(self.brand, status="registered")
        make_connection(self.store, "top")
        self.owner = make_user(f"owner-{Moves.number}@example.test")
        self.people = [make_user(f"r{n}-{Moves.number}@example.test") for n in (0, 1)]
        self.model = Model()

    def tried(self, step, *args, hat=Hat.ADMIN, **options):
        try:
            with scope(hat, brand=self.brand.pk):
                step(*args, **options)
        except REFUSALS:
            return False
        return True

    def current(self):
        with scope(Hat.ADMIN):
            return Application.objects.filter(store=self.store).first()

    def decides(self, who, status):
        return self.model.status == status and self.model.holder == who

    @rule(answer=st.sampled_from(["", "Ours."]))
    def submit(self, answer):
        model = self.model
        open_ = {"none", "draft", "withdrawn", "expired", "rejected", "upheld", "needs_info"}
        may = model.status in open_ and not (
            model.barred and model.status in ("rejected", "upheld")
        )
        may = may and (answer != "" or model.status != "needs_info") and model.consented
        step = applications.submit_application
        done = self.tried(step, self.store, hat=Hat.WEB, by=self.owner, answer=answer)
        assert done == may
        if done:
            first = model.moves == 0
            model.left_to_rules = self.alone and (first or model.left_to_rules)
            model.go("submitted")
            model.rejecter, model.barred = None, False

    @rule()
    def consent_goes_or_comes_back(self):
        self.model.consented = not self.model.consented
        status = "connected" if self.model.consented else "revoked"
        with scope(Hat.NIGHT):
            self.store.connections.update(status=status)

    @rule()
    def rules_decide(self):
        if application := self.current():
            decide_by_rules(application.pk)
            if self.model.status == "submitted" and self.model.left_to_rules:
                self.model.go("approved" if self.model.consented else "rejected")

    @rule()
    def withdraw(self):
        if application := self.current():
            may = self.model.status in {"submitted", "in_review", "needs_info"}
            step = applications.withdraw_application
            assert self.tried(step, application, hat=Hat.WEB, by=self.owner) == may
            if may:
                self.model.go("withdrawn")

    @rule()
    def appeal(self):
        if application := self.current():
            may = self.model.status == "rejected"
            step = applications.appeal_application
            assert self.tried(step, application, hat=Hat.WEB, by=self.owner, text="No.") == may
            if may:
                self.model.go("appealed")

    @rule(who=reviewers)
    def claim(self, who):
        if application := self.current():
            model = self.model
            may = model.status in {"submitted", "in_review", "appealed"}
            may = may and (model.holder in (None, who) or model.lapsed)
            may = may and not (model.status == "appealed" and model.rejecter == who)
            step = applications.claim_application
            assert self.tried(step, application, by=self.people[who]) == may
            if may and model.status == "submitted":
                model.go("in_review", who)
                model.left_to_rules = False
            elif may:
                model.holder, model.lapsed = who, False

    @rule()
    def lease_runs_out(self):
        if self.model.holder is not None:
            with scope(Hat.ADMIN):
                past = timezone.now() - timedelta(hours=1)
                Application.objects.filter(store=self.store).update(claimed_until=past)
            self.model.lapsed = True

    @rule(who=reviewers)
    def ask(self, who):
        if application := self.current():
            may = self.decides(who, "in_review")
            step = applications.ask_brand
            assert self.tried(step, application, question="?", by=self.people[who]) == may
            if may:
                self.model.go("needs_info")

    @rule(who=reviewers)
    def approve(self, who):
        if application := self.current():
            may = self.decides(who, "in_review")
            step = applications.approve_application
            assert self.tried(step, application, by=self.people[who]) == may
            if may:
                self.model.go("approved")

    @rule(who=reviewers, code=st.sampled_from(["score_differs", "counterfeit"]))
    def reject(self, who, code):
        if application := self.current():
            may = self.decides(who, "in_review")
            step, because = applications.reject_application, [REASONS[code]]
            assert self.tried(step, application, because=because, by=self.people[who]) == may
            if may:
                self.model.go("rejected")
                self.model.rejecter, self.model.barred = who, code == "counterfeit"

    @rule(who=reviewers, holds=st.booleans())
    def judge(self, who, holds):
        if application := self.current():
            may = self.decides(who, "appealed")
            step = applications.uphold_rejection if holds else applications.overturn_rejection
            assert self.tried(step, application, note="Seen.", by=self.people[who]) == may
            if may:
                self.model.go("upheld" if holds else "overturned")

    @rule()
    def time_is_over(self):
        with scope(Hat.ADMIN):
            rows = Application.objects.filter(store=self.store, status="needs_info")
            rows.update(answer_due=days.today() - timedelta(days=1))
        with scope(Hat.NIGHT):
            applications.expire_unanswered()
        if self.model.status == "needs_info":
            self.model.go("expired")

    @invariant()
    def the_row_is_as_the_model_says(self):
        application, model = self.current(), self.model
        if application is None:
            assert model.status == "none"
            return
        holder = None if model.holder is None else self.people[model.holder].pk
        assert (application.status, application.claimed_by_id) == (model.status, holder)
        with scope(Hat.ADMIN):
            targets = list(application.events.oldest_first().values_list("target", flat=True))
            joined = Store.objects.get(pk=self.store.pk).status == "approved"
        assert (targets[-1], len(targets)) == (model.status, model.moves)
        assert joined == (model.status in {"approved", "overturned"})
        assert application.left_to_rules == model.left_to_rules
        assert application.rejected_by_id == (
            None if model.rejecter is None else self.people[model.rejecter].pk
        )


class MovesUnderRules(Moves):
    alone = True


@pytest.mark.parametrize("machine", [Moves, MovesUnderRules])
def test_no_walk_leaves_the_table_of_moves(db, machine):
    make_policy(rules=[TMALL, CONSENT], decides_by_itself=machine.alone)
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    limits = settings(
        max_examples=25,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=slow,
        derandomize=True,
        database=None,
    )
    run_state_machine_as_test(machine, settings=limits)
