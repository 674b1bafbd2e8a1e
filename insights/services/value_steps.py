"""Estimates from what yearly value on a customer is of class A and of class B."""

from django.db import connection, transaction

# Of current customers alone: what leads may bring is hoped for, and former ones bring nothing.
# Who has the same value is of the same class, so a class may begin a little late.
_ESTIMATE = """
    WITH valued AS (
        SELECT currency, yearly_value, sum(yearly_value) AS together
        FROM relationships_customer
        WHERE stage = 'current' AND merged_into_id IS NULL AND yearly_value > 0
        GROUP BY currency, yearly_value
    ), ranked AS (
        SELECT currency, yearly_value,
               (sum(together) OVER (PARTITION BY currency ORDER BY yearly_value DESC) - together)
                   / sum(together) OVER (PARTITION BY currency) AS share_before
        FROM valued
    )
    INSERT INTO insights_valuestep AS known (currency, a_from, b_from)
    SELECT currency, min(yearly_value) FILTER (WHERE share_before < 0.80),
           min(yearly_value) FILTER (WHERE share_before < 0.95)
    FROM ranked GROUP BY currency ORDER BY currency
    ON CONFLICT (currency) DO UPDATE SET a_from = excluded.a_from, b_from = excluded.b_from
"""


@transaction.atomic
def estimate_value_steps() -> None:
    """Say anew, currency by currency, which customers make the first 80 and 95 % of all value.

    A customer is of a class when next read, so that totals know what they once added.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM insights_valuestep")
        cursor.execute(_ESTIMATE)
