"""The container description, as far as it can be checked without an engine."""

import pytest
import yaml

from config.launch import place

COMPOSE = yaml.safe_load((place.ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
RUNS_ONCE = "migrate"


def test_the_whole_system_is_described():
    assert set(SERVICES) == {
        "migrate",
        "web",
        "drain",
        "worker",
        "webhooks",
        "beat",
        "postgres",
        "redis",
    }


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {RUNS_ONCE}))
def test_every_lasting_service_has_a_health_check(name):
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_runs_as_root(name):
    assert SERVICES[name]["user"] not in ("root", "0", 0)


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_written_down(name):
    for variable, value in SERVICES[name].get("environment", {}).items():
        if any(sign in variable for sign in ("PASSWORD", "SECRET", "_URL")):
            assert "${" in value, variable


@pytest.mark.parametrize("name", ["web", "drain", "worker", "webhooks", "beat"])
def test_the_application_waits_for_the_migrations(name):
    assert SERVICES[name]["depends_on"][RUNS_ONCE] == {
        "condition": "service_completed_successfully"
    }


def test_every_volume_is_declared():
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}

    assert used == set(COMPOSE["volumes"])


def test_image_installs_by_hash_and_leaves_root():
    lines = (place.ROOT / "Dockerfile").read_text()

    assert "--require-hashes" in lines
    assert "\nUSER hearth\n" in lines
