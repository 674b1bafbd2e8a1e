"""Administration of people, teams, segments, and customers."""

from typing import Any, ClassVar
from zoneinfo import available_timezones

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest

from relationships import services
from relationships.identities import IdentityFlawError, email_ref, phone_ref
from relationships.models import Contact, Customer, Identity, Person, Segment, Team
from relationships.names import searchable
from relationships.selectors import function_as_written

admin.site.site_header = admin.site.site_title = "Hearth"
admin.site.index_title = "Administration"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class NeverDeleted:
    """What touchpoints refer to is switched off or emptied, never deleted here."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False


class LowerCaseEmail:
    """Keeps e-mail addresses in the case by which people are found."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        """Return the address in lower case."""
        return str(self.cleaned_data["email"]).lower()


class OneSpelling:
    """Keeps one spelling of each function, by which people are grouped."""

    cleaned_data: dict[str, Any]

    def clean_function(self) -> str:
        """Return the function as it is written already, whatever its case."""
        written = " ".join(str(self.cleaned_data["function"]).split())
        return function_as_written(written)


class NewPersonForm(OneSpelling, LowerCaseEmail, AdminUserCreationForm):
    """Makes a person; without a password they cannot sign in."""

    class Meta:
        model = Person
        fields = ("email", "name", "role", "team", "function", "level")
        field_classes: ClassVar = {}


class PersonForm(OneSpelling, LowerCaseEmail, UserChangeForm):
    """Changes a person."""

    time_zone = forms.ChoiceField(
        required=False,
        choices=lambda: [("", "The organisation's own"), *((z, z) for z in _time_zones())],
    )

    class Meta:
        model = Person
        fields = (
            "email", "name", "role", "team", "function", "level", "time_zone", "is_active",
            "password",
        )  # fmt: skip
        field_classes: ClassVar = {}


@admin.register(Person)
class PersonAdmin(NeverDeleted, UserAdmin):
    """People and service accounts."""

    form = PersonForm
    add_form = NewPersonForm
    list_display = ("name", "email", "role", "team", "function", "level", "is_active")
    list_filter = ("role", "is_active", "team", "function", "level")
    list_select_related = ("team",)
    search_fields = ("name", "email")
    ordering = ("name", "id")
    filter_horizontal = ()
    readonly_fields = ("joined_at",)
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("In Hearth", {"fields": ("role", "team", "time_zone", "is_active", "joined_at")}),
        ("Who knows our customers groups people by", {"fields": ("function", "level")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "team", "function", "level")}),
        ("Sign-in", {"fields": ("usable_password", "password1", "password2")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> Any:
        """Keep administrators from locking themselves out."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "role", "is_active") if obj == request.user else fields


@admin.register(Team, Segment)
class GroupAdmin(admin.ModelAdmin):
    """Teams and segments; one that has customers is not deleted under them."""

    fields = ("name",)
    search_fields = ("name",)
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it for what is empty."""
        if obj is None:
            return False
        name = "team" if isinstance(obj, Team) else "segment"
        return not Customer.objects.filter(**{name: obj}).exists()


class ContactInline(NeverDeleted, admin.TabularInline):
    """The people at a customer."""

    model = Contact
    extra = 0
    fields = ("name", "job_title", "left_on")


class IdentityForm(forms.ModelForm):
    """Writes identities so that equal means same."""

    class Meta:
        model = Identity
        fields = ("kind", "namespace", "value", "contact")

    def clean(self) -> dict[str, Any]:
        """Normalise e-mail addresses and phone numbers."""
        cleaned = super().clean() or self.cleaned_data
        kind, value = cleaned.get("kind"), cleaned.get("value", "")
        try:
            if kind == Identity.Kind.EMAIL:
                cleaned["value"] = email_ref(value).value
            elif kind == Identity.Kind.PHONE:
                cleaned["value"] = phone_ref(value).value
        except IdentityFlawError as error:
            self.add_error("value", str(error))
        if kind != Identity.Kind.FOREIGN and cleaned.get("namespace"):
            self.add_error("namespace", "Only foreign ids have a namespace; leave it empty.")
        return cleaned


class IdentityInline(admin.TabularInline):
    """The names by which others know a customer."""

    model = Identity
    form = IdentityForm
    extra = 0

    def get_formset(self, request: HttpRequest, obj: Customer | None = None, **kwargs: Any) -> Any:
        """Offer the contacts of this customer alone."""
        formset = super().get_formset(request, obj, **kwargs)
        contacts = Contact.objects.filter(customer=obj) if obj else Contact.objects.none()
        formset.form.base_fields["contact"].queryset = contacts
        return formset


@admin.register(Customer)
class CustomerAdmin(NeverDeleted, admin.ModelAdmin):
    """Customers with their contacts and identities."""

    list_display = ("name", "stage", "segment", "team", "owner", "yearly_value", "currency")
    list_filter = ("stage", "team", "segment")
    list_select_related = ("segment", "team", "owner")
    search_fields = ("search_name",)
    show_full_result_count = False
    autocomplete_fields = ("owner", "team", "segment")
    readonly_fields = ("created_at",)
    fields = (
        "name", "stage", "segment", "style", ("yearly_value", "currency"), "team", "owner",
        "created_at",
    )  # fmt: skip
    inlines = (ContactInline, IdentityInline)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        """Search as people do: whatever the case and accents."""
        return super().get_search_results(request, queryset, searchable(search_term))

    def save_model(
        self, request: HttpRequest, obj: Customer, form: forms.ModelForm, change: bool
    ) -> None:
        """Save it so that its scores follow."""
        services.save_customer(customer=obj)


def _time_zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
