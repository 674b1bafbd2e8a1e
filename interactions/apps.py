"""App configuration."""

from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    """What happened between a customer and us."""

    name = "interactions"
