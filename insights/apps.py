"""App configuration."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """What the touchpoints mean."""

    name = "insights"
