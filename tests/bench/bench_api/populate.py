"""Customers with identities and a past, put into a database before the clock runs."""

import os
from contextlib import closing

from psycopg2 import extensions

from tests.bench.bench_api import events
from tests.live import Hearth, connected

_CUSTOMERS = """
    INSERT INTO relationships_customer
        (name, search_name, stage, style, yearly_value, currency, is_demo)
    SELECT 'Customer ' || n, 'customer ' || n, 'current', '', 1000 + n %% 977, 'EUR', false
    FROM generate_series(0, %(customers)s - 1) AS n
"""
_IDENTITIES = """
    WITH customer AS (SELECT id, substr(name, 10)::int AS n FROM relationships_customer)
    INSERT INTO relationships_identity (customer_id, kind, namespace, value)
    SELECT id, 'foreign', %(source)s, 'C-' || lpad(n::text, 7, '0') FROM customer
    UNION ALL
    SELECT id, 'email', '', 'someone.' || n || '@customer-' || n %% 977 || '.example'
    FROM customer WHERE n %% 2 = 0
    UNION ALL
    SELECT id, 'phone', '', '+4930' || n + 1000000 FROM customer WHERE n %% 3 = 0
"""
_SOURCE = """
    INSERT INTO interactions_source (name, service_account_id)
    SELECT name, id FROM relationships_person WHERE name = %(source)s ON CONFLICT DO NOTHING
"""
_PAST = """
    WITH customer AS (SELECT id, row_number() OVER () - 1 AS n FROM relationships_customer)
    INSERT INTO interactions_touchpoint
        (source_id, external_id, customer_id, type_id, direction, occurred_at, customers_in_room,
         via, text, is_template, recorded_by_id)
    SELECT source.id, 'old-' || lpad(number::text, 9, '0'), customer.id, type.id, type.direction,
           now() - (number %% 400) * interval '1 day' - interval '3 hours', 1, '',
           CASE WHEN number %% 4 = 0 THEN 'About order ' || number || ', as we said.' ELSE '' END,
           false, source.service_account_id
    FROM generate_series(1, %(past)s) AS number
    JOIN customer ON customer.n = (number * 7919::bigint) %% %(customers)s
    JOIN interactions_touchpointtype AS type
        ON type.key = (ARRAY['web.visit', 'order.placed', 'call.phone'])[1 + number %% 3]
    CROSS JOIN (SELECT * FROM interactions_source WHERE name = %(source)s) AS source
"""
_TO_SCORE = """
    INSERT INTO interactions_touchpointchange
        (customer_id, month, type_id, is_via, count, first_at, is_refold)
    SELECT id, date_trunc('month', now())::date, 0, false, 0, now(), true
    FROM relationships_customer
"""
_DUE_FROM_TIME_TO_TIME = """
from insights import tasks
for task in (tasks.keep_proof, tasks.keep_alerts, tasks.keep_reports, tasks.keep_silence):
    task()
"""


def populate(connection: extensions.connection, *, customers: int, past: int) -> None:
    """Add customers whom `events.reference` names, and touchpoints of the last 400 days."""
    given = {"customers": customers, "past": past, "source": events.SOURCE}
    with connection.cursor() as cursor:
        for statement in (_CUSTOMERS, _IDENTITIES, _SOURCE, _PAST):
            cursor.execute(statement, given)
            # So many at once that the next statement must know of them to be planned.
            cursor.execute("VACUUM ANALYZE")
    settle(connection)


def settle(connection: extensions.connection) -> None:
    """Write to the disk what was prepared, so that it does not go on while the clock runs."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    # Whoever waits for the disk waits for what others left to it, too.
    os.sync()


def score_everyone(hearth: Hearth) -> None:
    """Score all customers and prove it, as on any Hearth that has been in use for a while.

    A minute after it began, beat would have the first proof worked out, which takes minutes.
    """
    with closing(connected(hearth.database)) as connection:
        with connection.cursor() as cursor:
            cursor.execute(_TO_SCORE)
        hearth.manage("score")
        hearth.manage("shell", "-c", _DUE_FROM_TIME_TO_TIME)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        settle(connection)
