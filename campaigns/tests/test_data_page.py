from merchants.models import Role

DATA = "/b/shancha/data/"
ENGLISH = {"accept-language": "en"}


def test_an_empty_data_page_does_not_claim_that_everything_has_arrived(client_as, brand):
    read = client_as(Role.VIEWER).get(DATA, headers=ENGLISH).text
    assert "Nothing has been asked for yet." in read
    assert "every day asked for has arrived" not in read
