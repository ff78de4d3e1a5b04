"""Platform staff see each grant with its steps, and change none."""

from django.test import Client

from merchants.models import Role
from merchants.tests.factories import (
    give_second_factor,
    make_brand,
    make_grant,
    make_store,
    make_user,
)


def test_staff_read_a_grant_and_its_steps_but_change_nothing(brand):
    grant = make_grant(
        brand, make_brand("agency", "红枫代运营"), (make_store(brand),), Role.FINANCE
    )
    boss = make_user("boss@example.test", is_staff=True, is_superuser=True)
    client = Client(headers={"accept-language": "en"})
    client.force_login(boss)
    give_second_factor(client, boss)

    page = client.get(f"/admin/merchants/brandgrant/{grant.pk}/change/").text

    assert "红枫代运营" in page
    assert page.count("Access offered") > 1
    assert 'name="_save"' not in page
    assert client.post(f"/admin/merchants/brandgrant/{grant.pk}/delete/").status_code == 403
