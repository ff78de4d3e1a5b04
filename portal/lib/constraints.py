"""Which rule of the database an error is about."""

from django.db import IntegrityError


def broken_rule(clash: IntegrityError) -> str:
    """Return the name of the constraint that PostgreSQL refused by."""
    diagnosis = getattr(clash.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
