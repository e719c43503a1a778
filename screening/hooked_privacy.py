"""What screening brings to the care of personal data: its indexed columns, exports and scrubs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eqfund import hooks
from eqfund.national_id import normalize
from eqfund.privacy.index_keys import IndexColumn
from eqfund.privacy.sources import texts_in
from screening.form01.rules import ids_of_household
from screening.models import AwaitedGrant, Form01, FormIdentity


def _of_officers(pks: Sequence[int]) -> dict[int, Iterable[str]]:
    """The certifying official's number stands with the decision."""
    rows = Form01.objects.filter(pk__in=pks).values_list("pk", "officer")
    return {pk: [normalize(officer.get("national_id", ""))] for pk, officer in rows if officer}


def _of_households(pks: Sequence[int]) -> dict[int, Iterable[str]]:
    """A form's numbers: those that it names, and the pupil's own."""
    rows = dict(FormIdentity.objects.filter(pk__in=pks).values_list("pk", "form_id"))
    forms = Form01.objects.filter(pk__in=set(rows.values()))
    numbers: dict[int, set[str]] = {
        pk: ids_of_household(private) | ({own} if own else set())
        for pk, private, own in forms.values_list(
            "pk", "private", "enrolment__pupil__identity__number"
        )
    }
    return {pk: numbers.get(form, set()) for pk, form in rows.items()}


hooks.index_columns.register(IndexColumn(Form01, "officer_index", "national_id", _of_officers))
hooks.index_columns.register(IndexColumn(FormIdentity, "id_index", "national_id", _of_households))
hooks.index_columns.register(
    IndexColumn(AwaitedGrant, "id_index", "national_id", texts_in(AwaitedGrant, "number"))
)
