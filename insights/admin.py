"""What scoring was done with, to be looked at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from insights.models import BoardReport, PolicyVersion, Rhythm


class OnlySeen:
    """Nothing can be added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False


@admin.register(PolicyVersion)
class PolicyVersionAdmin(OnlySeen, admin.ModelAdmin):
    """The versions of the scoring policy."""

    list_display = ("id", "created_at", "created_by", "values")


@admin.register(Rhythm)
class RhythmAdmin(OnlySeen, admin.ModelAdmin):
    """How often this organisation's customers are in touch, as it was estimated."""

    list_display = (
        "as_of", "customers", "mean_log_gap", "within_variance", "between_variance",
    )  # fmt: skip


@admin.register(BoardReport)
class BoardReportAdmin(admin.ModelAdmin):
    """Board reports, of which one can be deleted: it may name whom we must not know any more."""

    list_display = ("month", "is_whole", "is_scheduled", "asked_by", "as_of", "is_demo")
    readonly_fields = (
        "month", "is_whole", "is_scheduled", "asked_at", "asked_by", "as_of", "sentence",
        "is_demo", "tries", "due_at", "problem",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[BoardReport]:
        """Leave the files where they are."""
        return super().get_queryset(request).defer("pdf")
