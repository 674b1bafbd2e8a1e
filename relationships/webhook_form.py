"""What may be said of an endpoint in the browser."""

from django import forms

from relationships.models import Team, WebhookEndpoint
from relationships.services.webhooks.addresses import LONGEST_URL, RefusedUrlError, target_of
from relationships.webhook_kinds import KINDS


class WebhookForm(forms.Form):
    """Where messages go, and which."""

    url = forms.CharField(
        label="Address",
        max_length=LONGEST_URL,
        strip=True,
        widget=forms.TextInput(
            attrs={"inputmode": "url", "placeholder": "https://example.com/hooks/hearth"}
        ),
        help_text="Messages are posted there, so this server must be able to reach it.",
        error_messages={"required": "Enter the address that messages go to."},
    )
    description = forms.CharField(
        label="What it is",
        max_length=200,
        required=False,
        help_text="So that others know whom to ask: the system, and who looks after it.",
    )
    team = forms.ModelChoiceField(
        Team.objects.all(),
        label="Whose customers",
        required=False,
        empty_label="All teams",
        help_text="With a team it hears of the customers of that team alone.",
    )
    kinds = forms.MultipleChoiceField(
        label="What it is told of",
        choices=[(kind.name, kind.label) for kind in KINDS.values()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> "WebhookForm":
        """Return the form with what an endpoint has."""
        return cls(
            initial={
                "url": endpoint.url,
                "description": endpoint.description,
                "team": endpoint.team_id,
                "kinds": endpoint.kinds,
            }
        )

    def clean_url(self) -> str:
        """Refuse what is no address; whether its host may be sent to is asked when it is kept."""
        url = str(self.cleaned_data["url"])
        try:
            target_of(url)
        except RefusedUrlError as error:
            raise forms.ValidationError(str(error)) from None
        return url
