import pytest
from django.core.management import CommandError, call_command

from merchants import seed
from merchants.models import Application, Brand, BrandGrant, Connection, Membership, Store, User
from merchants.seed import (
    NotConsented,
    seed_agency,
    seed_flagship,
    seed_other_stores,
    seed_people,
    seed_policy,
)
from merchants.tests.factories import make_store
from portal.lib.scope import Hat, scope


@pytest.fixture
def seeded(db, sandbox):
    seed_policy()
    seed_people()
    seed_agency(seed_flagship())
    seed_other_stores()


def everything():
    with scope(Hat.ADMIN):
        models = (Application, Brand, BrandGrant, Connection, Membership, Store, User)
        return [model.objects.count() for model in models]


def test_the_demo_has_one_store_of_each_standing(seeded):
    with scope(Hat.ADMIN):
        stores = Store.objects.order_by("seller_id").values_list("nick", "status")
        waiting = Application.objects.waiting().get()

        assert list(stores) == [
            ("山茶官方旗舰店", "approved"),
            ("山茶个护专营店", "registered"),
            ("野径户外旗舰店", "registered"),
        ]
        assert waiting.store.nick == "野径户外旗舰店"


def test_the_demos_agency_opens_one_store_of_its_client(seeded, client):
    client.force_login(User.objects.get(email="owner.hongfeng@demo.redcat.test"))
    text = client.get("/b/shancha/stores/").text

    assert "山茶官方旗舰店" in text
    assert "山茶个护专营店" not in text


def test_seeding_twice_changes_nothing(seeded):
    before = everything()
    seed_policy()
    seed_people()
    seed_agency(seed_flagship())
    seed_other_stores()

    assert everything() == before


def test_the_demos_people_can_log_in(seeded, client):
    form = {"login": "owner@demo.redcat.test", "password": seed.PASSWORD}

    response = client.post("/account/login/", form, follow=True)

    assert response.redirect_chain[0][0] == "/"
    assert response.context["user"].email == "owner@demo.redcat.test"


def test_the_demos_staff_log_in_with_the_code_that_is_printed(seeded, client, capsys):
    form = {"login": "reviewer@demo.redcat.test", "password": seed.PASSWORD}
    client.post("/account/login/", form)
    call_command("demo_code")
    code = capsys.readouterr().out.split()[0]

    client.post("/account/second-step/authenticate/", {"code": code})

    assert client.get("/admin/").status_code == 200


def test_no_code_is_printed_outside_the_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("demo_code")


def test_a_reviewer_is_no_superuser(seeded):
    reviewer = User.objects.get(email="reviewer@demo.redcat.test")

    assert reviewer.has_perm("merchants.change_application")
    assert not reviewer.has_perm("merchants.view_user")


def test_an_advertiser_is_connected_by_the_consent_page(brand, sandbox):
    seed_people()
    store = make_store(brand)
    user = User.objects.get(email="owner@demo.redcat.test")

    seed.consent_juguang(store, user, 880001)
    seed.consent_juguang(store, user, 880001)

    with scope(Hat.ADMIN):
        assert Connection.objects.get().subject_name == "山茶官方旗舰店"


def test_a_seller_that_the_partner_does_not_know_gives_no_store(brand, sandbox):
    seed_people()
    with pytest.raises(NotConsented, match="422"):
        seed.consent_store(brand, User.objects.get(email="owner@demo.redcat.test"), 1)
