"""Customers, their contacts and the identities that mean them."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from relationships.models.people import Person, Team
from relationships.names import searchable, without_accents


class Segment(models.Model):
    """A kind of customer, as the organisation divides them."""

    name = models.CharField(max_length=100, unique=True)
    is_demo = models.BooleanField(default=False)
    updated_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="When it last changed; the database keeps it."
    )

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """The organisation or person the relationship is with."""

    class Stage(models.TextChoices):
        """How far the relationship has come."""

        LEAD = "lead", "Lead"
        CURRENT = "current", "Current"
        FORMER = "former", "Former"

    class Style(models.TextChoices):
        """The experience the customer decided on; empty means inferred from what they start."""

        PERSONAL = "personal", "Personal"
        MIXED = "mixed", "Mixed"
        SELF_SERVICE = "self_service", "Self-service"

    name = models.CharField(max_length=200)
    search_name = models.CharField(max_length=200, editable=False)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.CURRENT)
    style = models.CharField(max_length=15, choices=Style, blank=True)
    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, blank=True)
    yearly_value = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="EUR")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="customers")
    owner = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, db_index=False, related_name="customers"
    )
    is_demo = models.BooleanField(default=False)
    merged_into = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="absorbed",
        help_text="Who this customer turned out to be; everything of theirs is there.",
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="When it last changed; the database keeps it."
    )

    class Meta:
        ordering = ("search_name", "id")
        indexes = (
            models.Index(
                fields=("merged_into",),
                condition=Q(merged_into__isnull=False),
                name="customer_absorbed",
            ),
            models.Index(fields=("search_name", "id"), name="customer_by_name"),
            models.Index(fields=("updated_at", "id"), name="customer_by_update"),
            # Whoever looks after customers sees those of their team.
            models.Index(
                fields=("owner", "team"), include=("id", "merged_into"), name="customer_by_owner"
            ),
            GinIndex(fields=("search_name",), opclasses=("gin_trgm_ops",), name="customer_search"),
            # Every page asks whether there is demonstration data.
            models.Index(fields=("id",), condition=Q(is_demo=True), name="customer_is_demo"),
        )
        constraints = (
            models.CheckConstraint(name="customer_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="customer_stage_is_known",
                condition=Q(stage__in=("lead", "current", "former")),
            ),
            models.CheckConstraint(
                name="customer_style_is_known",
                condition=Q(style__in=("", "personal", "mixed", "self_service")),
            ),
            models.CheckConstraint(
                name="customer_yearly_value_is_not_negative", condition=Q(yearly_value__gte=0)
            ),
            models.CheckConstraint(
                name="customer_currency_is_iso_4217", condition=Q(currency__regex="^[A-Z]{3}$")
            ),
            models.CheckConstraint(
                name="customer_is_merged_into_another",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the searchable name in step with the name."""
        self.search_name = searchable(self.name)
        super().save(*args, **kwargs)


class CustomerMerge(models.Model):
    """Two customers found to be one: who said so and when, and who took it back.

    `customer` was absorbed `into` another. While it was not undone, the customer's `merged_into`
    says the same.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="merges")
    into = models.ForeignKey(Customer, models.CASCADE, related_name="merges_of_others")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="customer_is_merged_into_one_other",
                fields=("customer",),
                condition=Q(undone_at__isnull=True),
            ),
            models.CheckConstraint(
                name="merge_is_of_two_customers", condition=~Q(customer=F("into"))
            ),
        )

    def __str__(self) -> str:
        return f"customer {self.customer_id} into {self.into_id}"


class Contact(models.Model):
    """A person at a customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    home_id = models.BigIntegerField(
        null=True,
        editable=False,
        help_text="Whose contact it is beneath a merge; empty when that is `customer`.",
    )
    team = models.ForeignKey(
        Team,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        editable=False,
        related_name="+",
        help_text="The team of its customer, to search by; the database keeps it.",
    )
    name = models.CharField(max_length=150)
    search_name = models.GeneratedField(
        expression=without_accents("name"), output_field=models.TextField(), db_persist=True
    )
    job_title = models.CharField(max_length=150, blank=True)
    left_on = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="When it last changed; the database keeps it."
    )

    class Meta:
        ordering = ("name", "id")
        indexes = (
            models.Index(fields=("name", "id"), name="contact_by_name"),
            models.Index(fields=("updated_at", "id"), name="contact_by_update"),
            # By both at once: of a name that many have, a team has few.
            GinIndex(
                fields=("team", "search_name"),
                opclasses=("int8_ops", "gin_trgm_ops"),
                name="contact_search",
            ),
        )
        constraints = (models.CheckConstraint(name="contact_has_a_name", condition=~Q(name="")),)

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """An e-mail address, phone number or foreign id that means this customer or contact."""

    class Kind(models.TextChoices):
        """What sort of name it is."""

        EMAIL = "email", "E-mail address"
        PHONE = "phone", "Phone number"
        FOREIGN = "foreign", "Foreign id"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="identities")
    home_id = models.BigIntegerField(
        null=True,
        editable=False,
        help_text="Whom it means beneath a merge; empty when that is `customer`.",
    )
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="identities"
    )
    # Compared byte by byte: equal means same, in whatever language, and many are looked up.
    kind = models.CharField(max_length=10, choices=Kind, db_collation="C")
    namespace = models.CharField(
        max_length=100,
        blank=True,
        db_collation="C",
        help_text="The system a foreign id comes from.",
    )
    value = models.CharField(max_length=254, db_collation="C")

    class Meta:
        verbose_name_plural = "identities"
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "namespace", "value"), name="identity_means_one_customer"
            ),
            models.CheckConstraint(name="identity_has_a_value", condition=~Q(value="")),
            models.CheckConstraint(
                name="identity_kind_is_known",
                condition=Q(kind__in=("email", "phone", "foreign")),
            ),
            models.CheckConstraint(
                name="identity_namespace_is_for_foreign_ids",
                condition=Q(kind="foreign") | Q(namespace=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.namespace or self.kind}:{self.value}"


class ProfileChange(models.Model):
    """Says that what we hold about a customer changed, for whoever derives from it."""

    customer_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"customer {self.customer_id}"
