"""Keep for good what was consented to and how it ended, in the transaction that does it."""

from collections.abc import Iterable

from merchants import consent_texts
from merchants.consent_texts import Agreed
from merchants.models import Connection, ConsentRecord, ConsentStep, User


def record_given(connection: Connection, agreed: Agreed, *, by: User) -> None:
    text = consent_texts.text_of(connection.partner, agreed.version)
    _new_record(
        connection,
        ConsentStep.GIVEN,
        text_version=text.version,
        text_sha256=text.sha256,
        language=agreed.language,
        actor=by,
    ).save(force_insert=True)


def record_end(connection: Connection, step: ConsentStep, *, by: User | None = None) -> None:
    """Write that the consent ended, with the text that it was given to."""
    given = ConsentRecord.objects.of(connection).given().newest_first().first()
    record = _new_record(connection, step, actor=by)
    if given:
        record.text_version, record.text_sha256 = given.text_version, given.text_sha256
        record.language = given.language
    record.save(force_insert=True)


def that_agreed_since(connections: Iterable[Connection], version: str) -> list[Connection]:
    """Keep those whose consent was given to this version of the text, or to a later one."""
    asked = list(connections)
    whose = ("brand_id", "store_id", "partner")
    given = ConsentRecord.objects.given().filter(store__in={each.store_id for each in asked})
    newest = given.order_by(*whose, "-pk").distinct(*whose)
    versions = {row[:3]: row[3] for row in newest.values_list(*whose, "text_version")}
    return [
        each
        for each in asked
        if versions.get((each.brand_id, each.store_id, each.partner), "") >= version
    ]


def agreed_since(connection: Connection, version: str) -> bool:
    """Whether the consent was given to this version of the text, or to a later one."""
    return bool(that_agreed_since([connection], version))


def _new_record(
    connection: Connection, step: ConsentStep, **fields: str | User | None
) -> ConsentRecord:
    return ConsentRecord(
        brand_id=connection.brand_id,
        store_id=connection.store_id,
        partner=connection.partner,
        step=step,
        subject=connection.subject,
        subject_name=connection.subject_name,
        scope=connection.scope,
        **fields,
    )
