"""One of everything a URL may name, for the permission matrix."""

from merchants.models import Brand
from merchants.tests.factories import make_store


def stage(brand: Brand) -> dict[str, object]:
    store = make_store(brand)
    return {"store": store.pk}
