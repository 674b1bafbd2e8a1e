"""`manage.py load_log` records each row once, however often it is run."""

import csv
import os
import signal
import subprocess
import sys
import time
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from interactions.models import Intake, Source, Touchpoint
from relationships.models import Customer, Identity, Person
from tests.factories import PersonFactory, TeamFactory


def load(path: Path, **options: object) -> str:
    out = StringIO()
    call_command("load_log", str(path), **{"type": "order.placed", "stdout": out} | options)
    return " ".join(out.getvalue().split())


def log(folder: Path, *lines: str, name: str = "shop.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(("customer,occurred_at,value", *lines, "")))
    return path


@pytest.mark.django_db
def test_rows_become_touchpoints_of_new_customers(tmp_path):
    path = log(tmp_path, "ann,2026-01-01,11.77", "bob,2026-01-02T10:00:00Z,", "ann,2026-01-03,5")

    said = load(path)

    assert "3 read 3 recorded 0 already known 0 refused" in said
    assert set(Identity.objects.values_list("namespace", "value")) == {
        ("shop", "ann"),
        ("shop", "bob"),
    }
    assert Source.objects.get().service_account.role == Person.Role.SERVICE
    assert sum(Intake.objects.values_list("size", flat=True)) == 3
    assert not (tmp_path / "shop.csv.refused.csv").exists()


@pytest.mark.django_db
def test_shift_moves_an_old_log_and_doubles_nothing(tmp_path):
    path = log(tmp_path, "ann,1997-01-01,11.77")

    load(path, shift_days=10)
    again = load(path, shift_days=20)

    assert "1 already known" in again
    assert Touchpoint.objects.get().occurred_at.date() == date(1997, 1, 11)


@pytest.mark.django_db
def test_loading_again_doubles_nothing_and_loads_what_was_added(tmp_path):
    rows = ["ann,2026-01-01,5", "ann,2026-01-01,5"]
    load(log(tmp_path, *rows), batch=1)

    again = load(log(tmp_path, *rows))
    longer = load(log(tmp_path, *rows, "ann,2026-01-01,5"))

    assert "2 read 0 recorded 2 already known" in again
    assert "3 read 1 recorded 2 already known" in longer
    assert Touchpoint.objects.count() == 3


@pytest.mark.django_db
def test_refused_rows_are_in_a_file_beside_it(tmp_path):
    path = log(
        tmp_path,
        "ann,2026-01-01,5",
        "ann,tomorrow,5",
        "ann,2999-01-01,5",
        "ann,1850-01-01,1e99",
        "an\x00n,2026-01-01,5",
        "a" * 255 + ",2026-01-01,5",
        "ann,2026-01-02,NaN",
        "ann,2026-01-02,sNaN",
        "ann,2026-01-02,1e-999",
        "bob,2026-01-01,5",
    )

    said = load(path)

    refused = tmp_path / "shop.csv.refused.csv"
    assert "10 read 3 recorded 0 already known 7 refused" in said
    assert str(refused) in said
    rows = list(csv.DictReader(refused.read_text().splitlines()))
    assert [(row["line"], row["field"]) for row in rows] == [
        ("3", "occurred_at"),
        ("4", "occurred_at"),
        ("5", "occurred_at"),
        ("5", "value"),
        ("6", "customer"),
        ("7", "customer"),
        ("8", "value"),
        ("9", "value"),
    ]
    assert "future" in rows[1]["reason"]


@pytest.mark.django_db
def test_refused_file_of_an_earlier_run_is_not_left_behind(tmp_path):
    load(log(tmp_path, "ann,never,5"))

    load(log(tmp_path, "ann,2026-01-01,5"))

    assert not (tmp_path / "shop.csv.refused.csv").exists()


@pytest.mark.django_db
def test_refused_file_is_here_when_its_folder_is_read_only(tmp_path, monkeypatch):
    path = log(tmp_path, "ann,never,5")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(os, "access", lambda *_: False)

    load(path)

    assert (here / "shop.csv.refused.csv").exists()


@pytest.mark.django_db
def test_new_customers_belong_to_the_named_team(tmp_path):
    team = TeamFactory(name="North")

    load(log(tmp_path, "ann,2026-01-01,5"), team="North", source="till")

    customer = Customer.objects.get()
    assert customer.team == team
    assert customer.identities.get().namespace == "till"
    assert Touchpoint.objects.get().team_id == team.pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"type": "order.place"}, "--type order.place: .*did you mean order.placed"),
        ({"team": "Nobody"}, "--team Nobody: There is no such team"),
        ({"batch": 0}, "--batch 0: use 1 to 5,000"),
        ({"source": " "}, "--source  : Use a name of 1 to 100 characters"),
        ({"source": "x" * 101}, "Use a name of 1 to 100 characters"),
        ({"source": "hearth"}, "--source hearth: Hearth is the source of what people log here"),
    ],
)
def test_wrong_option_is_refused_in_a_sentence(tmp_path, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        load(log(tmp_path, "ann,2026-01-01,5"), **options)

    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_file_that_is_no_log_is_refused_by_name(tmp_path):
    with pytest.raises(CommandError, match=r"none\.csv does not exist"):
        load(tmp_path / "none.csv")


@pytest.mark.django_db
def test_source_named_like_a_person_is_refused(tmp_path):
    PersonFactory(email="shop@service.invalid")

    with pytest.raises(CommandError, match="belongs to a person"):
        load(log(tmp_path, "ann,2026-01-01,5"))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_killed_load_is_finished_by_the_next(tmp_path):
    rows = [f"c{n % 500},2026-01-{n % 28 + 1:02},5" for n in range(4_000)]
    path = log(tmp_path, *rows)
    command = [sys.executable, "manage.py", "load_log", path, "--type=order.placed", "--batch=20"]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": _test_database(),
    }
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    deadline = time.monotonic() + 60
    while Touchpoint.objects.count() < 200:
        assert time.monotonic() < deadline, "it does not load"
        assert process.poll() is None, "it ended too early"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()

    said = load(path)

    assert "4,000 read" in said
    assert " 0 recorded" not in said
    assert " 0 already known" not in said
    assert Touchpoint.objects.count() == 4_000
    assert sum(Intake.objects.values_list("size", flat=True)) == 4_000
    assert Customer.objects.count() == 500


def _test_database() -> str:
    base, _, query = os.environ["DATABASE_URL"].partition("?")
    name = connection.settings_dict["NAME"]
    return base.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")
