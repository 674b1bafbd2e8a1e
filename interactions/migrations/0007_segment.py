"""Events in the dialect of Segment, and the rules a new Hearth has for them."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from interactions.event_names import comparable
from interactions.event_rules import DEFAULT_RULES


def add_default_rules(apps, schema_editor):
    """Create each default rule whose type the catalogue still has."""
    rule = apps.get_model("interactions", "EventRule")
    types = dict(apps.get_model("interactions", "TouchpointType").objects.values_list("key", "pk"))
    rule.objects.bulk_create(
        rule(
            kind=entry.kind,
            pattern=entry.pattern,
            matches=comparable(entry.pattern),
            type_id=types.get(entry.type),
            value_property=entry.value_property,
        )
        for entry in DEFAULT_RULES
        if not entry.type or entry.type in types
    )


class Migration(migrations.Migration):
    dependencies = [
        ("interactions", "0006_idempotency"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EventRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("track", "Track"), ("page", "Page"), ("screen", "Screen")],
                        default="track",
                        max_length=10,
                    ),
                ),
                ("pattern", models.CharField(max_length=200)),
                (
                    "matches",
                    models.CharField(
                        editable=False,
                        help_text="The pattern without regard to case and spelling.",
                        max_length=400,
                    ),
                ),
                (
                    "direction",
                    models.SmallIntegerField(
                        blank=True,
                        choices=[(0, "From the customer"), (1, "From us"), (2, "Together")],
                        null=True,
                    ),
                ),
                ("value_property", models.CharField(blank=True, max_length=100)),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="interactions.touchpointtype",
                    ),
                ),
            ],
            options={
                "ordering": ("kind", "matches"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "matches"), name="event_rule_is_said_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("matches", ""), _negated=True),
                        name="event_rule_has_a_pattern",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["track", "page", "screen"])),
                        name="event_rule_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("direction__isnull", True),
                            ("direction__in", (0, 1, 2)),
                            _connector="OR",
                        ),
                        name="event_rule_direction_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceivedEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("external_id", models.CharField(max_length=200)),
                ("may_create_customers", models.BooleanField()),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, max_length=200)),
                (
                    "anonymous_id",
                    models.CharField(
                        blank=True,
                        help_text="Of whom nobody knows yet who they are.",
                        max_length=254,
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "status",
                    models.SmallIntegerField(
                        choices=[
                            (0, "To be settled"),
                            (1, "Recorded"),
                            (2, "Anonymous"),
                            (3, "No rule"),
                            (4, "Ignored"),
                            (5, "Refused"),
                            (6, "Applied"),
                        ],
                        default=0,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "customer_id",
                    models.BigIntegerField(help_text="Whom it turned out to be about.", null=True),
                ),
                ("payload", models.TextField()),
                (
                    "sent_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="interactions.source",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["status", "id"], name="event_by_status"),
                    models.Index(
                        condition=models.Q(("status", 3)),
                        fields=["kind", "name", "occurred_at"],
                        name="event_without_rule",
                    ),
                    models.Index(
                        condition=models.Q(("status", 2)),
                        fields=["source", "anonymous_id"],
                        name="event_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "external_id"), name="event_is_kept_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", (0, 1, 2, 3, 4, 5, 6))),
                        name="event_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", 2), _negated=True),
                            models.Q(("anonymous_id", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="event_that_waits_is_anonymous",
                    ),
                ],
            },
        ),
        migrations.RunPython(add_default_rules, migrations.RunPython.noop),
    ]
