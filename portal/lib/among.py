"""`field__among=[…]`: one array for PostgreSQL, where `__in` writes a parameter for each value.

Hundreds of parameters cost more to write and to plan than the rows they find.
"""

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler


@Field.register_lookup
class Among(Lookup):
    """The values are passed as they are: texts for a text, integers for an integer."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:  # Any: what goes into the lookup
        lhs, lhs_params = self.process_lhs(compiler, connection)
        values = list(self.rhs)
        if values and isinstance(values[0], str):
            return f"{lhs} = ANY(%s::text[])", (*lhs_params, _array_of(values))
        return f"{lhs} = ANY(%s)", (*lhs_params, values)


def _array_of(texts: Iterable[str]) -> str:
    """Write an array as PostgreSQL reads it: the driver looks at each text far more closely."""
    escaped = (text.replace("\\", r"\\").replace('"', r"\"") for text in texts)
    return "{" + ",".join(f'"{text}"' for text in escaped) + "}"
