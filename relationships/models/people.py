"""People and teams of ours, and service accounts."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Team(models.Model):
    """People who share their customers."""

    name = models.CharField(max_length=100, unique=True)
    is_demo = models.BooleanField(default=False)
    updated_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="When it last changed; the database keeps it."
    )

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    """Creates people by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "Person":
        """Create a person who signs in with `email`; no password means no sign-in."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        """Find a person by e-mail address, whatever its case."""
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """One of us: someone who signs in, or a service account that holds keys."""

    class Role(models.TextChoices):
        """What a person does here; `relationships.access` says what it lets them see."""

        ACCOUNT_MANAGER = "account_manager", "Account manager"
        EXECUTIVE = "executive", "Executive"
        ADMINISTRATOR = "administrator", "Administrator"
        SERVICE = "service", "Service account"

    class Level(models.TextChoices):
        """How far from the customers' day a person stands; empty means nobody said."""

        STAFF = "staff", "Staff"
        TEAM_LEAD = "team_lead", "Team lead"
        HEAD = "head", "Head of department"
        EXECUTIVE = "executive", "Executive"

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=20, choices=Role, default=Role.ACCOUNT_MANAGER)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="people")
    function = models.CharField(
        max_length=60,
        blank=True,
        db_default="",
        help_text="What they do, such as Sales, Service or Finance; empty means nobody said.",
    )
    level = models.CharField(
        max_length=10,
        choices=Level,
        blank=True,
        db_default="",
        help_text="Empty means nobody said; whoever has the role of an executive counts as one.",
    )
    time_zone = models.CharField(
        max_length=50, blank=True, help_text="Empty means the organisation's own."
    )
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="When it last changed; the database keeps it."
    )

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ("name",)

    class Meta:
        ordering = ("name", "id")
        verbose_name_plural = "people"
        indexes = (models.Index(fields=("name", "id"), name="person_by_name"),)
        constraints = (
            models.CheckConstraint(
                name="person_role_is_known",
                condition=Q(role__in=("account_manager", "executive", "administrator", "service")),
            ),
            models.CheckConstraint(
                name="person_level_is_known",
                condition=Q(level__in=("", "staff", "team_lead", "head", "executive")),
            ),
            models.CheckConstraint(
                name="person_function_is_trimmed", condition=Q(function__regex=r"^(\S(.*\S)?)?$")
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_administrator(self) -> bool:
        """Whether this person looks after Hearth itself."""
        return self.role == self.Role.ADMINISTRATOR

    # What Django's admin asks of a user: administrators may do everything there, others nothing.

    @property
    def is_staff(self) -> bool:
        """Whether this person may open the administration pages."""
        return self.is_active and self.is_administrator

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Answer Django's permission check."""
        return self.is_staff

    def has_perms(self, perm_list: list[str], obj: models.Model | None = None) -> bool:
        """Answer Django's permission check for several permissions."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """Answer whether an app is shown in the administration pages."""
        return self.is_staff
