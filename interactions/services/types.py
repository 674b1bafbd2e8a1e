"""Writes to the catalogue of touchpoint types."""

from django.db import connection, transaction

from interactions.models import TouchpointType
from interactions.services.marks import CHANGE_COLUMNS

SCORED = (
    "mode", "nature", "points", "care", "severity", "is_said_care", "is_feedback",
    "expected_hours",
)  # fmt: skip
"""The fields that the fold reads; the others change nothing that was scored."""

# The rollups count by type, whatever the type is worth; days with a person in them, which go by the
# mode, are counted anew with the score.
_MARK = f"""
    INSERT INTO interactions_touchpointchange ({CHANGE_COLUMNS})
    SELECT customer_id, NULL, date_trunc('month', min(occurred_at))::date, type_id, false, false, 0,
           min(occurred_at), true
    FROM interactions_touchpoint
    WHERE type_id = %s AND deleted_at IS NULL
    GROUP BY customer_id, type_id
"""


@transaction.atomic
def save_type(*, kind: TouchpointType) -> None:
    """Save an entry of the catalogue; customers who have such touchpoints are scored again."""
    before = TouchpointType.objects.select_for_update().filter(pk=kind.pk).values(*SCORED).first()
    kind.save()
    if before and any(before[name] != getattr(kind, name) for name in SCORED):
        with connection.cursor() as cursor:
            cursor.execute(_MARK, [kind.pk])
