"""The servers a test run starts."""

from django.conf import settings


def test_settings_name_the_servers_of_this_run():
    assert "hearth-test-" in settings.DATABASES["default"]["HOST"]
    assert settings.REDIS_URL.startswith("redis://:")
