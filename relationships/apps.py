"""App configuration."""

from django.apps import AppConfig


class RelationshipsConfig(AppConfig):
    """Who the relationships are between."""

    name = "relationships"
