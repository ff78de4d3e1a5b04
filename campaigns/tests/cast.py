"""One of everything a URL may name, for the permission matrix."""

from campaigns.tests.factories import make_link, note_of
from merchants.models import Brand
from merchants.tests.factories import make_evidence, make_store


def stage(brand: Brand) -> dict[str, object]:
    """`note` has no link yet; `link` is live below another note."""
    store = make_store(brand)
    link = make_link(note_of(store, 2))
    return {
        "store": store.pk,
        "note": note_of(store, 1).pk,
        "link": link.pk,
        "code": link.code,
        "evidence": make_evidence(store).pk,
    }
