"""Whether a kept connection still works is seen without asking the server."""

import time

import psycopg2
import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def end_from_outside() -> None:
    """Have the server hang up, as it does when it is stopped or killed."""
    pid = connection.connection.get_backend_pid()
    other = psycopg2.connect(**connection.get_connection_params())
    other.autocommit = True
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        while cursor.rowcount:
            time.sleep(0.01)
            cursor.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid])
    other.close()


def test_connection_that_works_is_kept_and_nobody_is_asked(django_assert_num_queries):
    connection.ensure_connection()
    before = connection.connection.get_backend_pid()

    with django_assert_num_queries(0):
        assert connection.is_usable()
    connection.health_check_enabled, connection.health_check_done = True, False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() == (before,)


def test_request_after_the_server_hung_up_gets_a_new_connection():
    connection.ensure_connection()
    end_from_outside()

    assert not connection.is_usable()
    connection.health_check_enabled, connection.health_check_done = True, False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_connection_with_a_transaction_left_open_is_given_up():
    connection.ensure_connection()
    connection.connection.autocommit = False
    try:
        connection.connection.cursor().execute("SELECT 1")
        assert not connection.is_usable()
    finally:
        connection.close()
    assert not connection.is_usable()
