"""What every API shares, below /api/."""

from django.urls import path, re_path

from relationships.api import contacts
from relationships.api import converters as _converters  # noqa: F401 - registers them
from relationships.api import directory_views as directory
from relationships.api import webhook_views as webhooks
from relationships.api.views import Docs, Nothing, Schema

urlpatterns = [
    path("v1/contacts/", contacts.Contacts.as_view(), name="api_contacts"),
    path("v1/contacts/<int:id>/", contacts.Contact.as_view(), name="api_contact"),
    path(
        "v1/contacts/by-identity/<identity_kind:kind>/<foreign_text:value>/",
        contacts.ContactByIdentity.as_view(),
        name="api_contact_by_identity",
    ),
    path("v1/people/", directory.People.as_view(), name="api_people"),
    path("v1/people/<int:id>/", directory.Person.as_view(), name="api_person"),
    path("v1/segments/", directory.Segments.as_view(), name="api_segments"),
    path("v1/segments/<int:id>/", directory.Segment.as_view(), name="api_segment"),
    path("v1/teams/", directory.Teams.as_view(), name="api_teams"),
    path("v1/teams/<int:id>/", directory.Team.as_view(), name="api_team"),
    path("v1/webhooks/", webhooks.Webhooks.as_view(), name="api_webhooks"),
    path("v1/webhooks/<int:id>/", webhooks.Webhook.as_view(), name="api_webhook"),
    path("v1/webhooks/<int:id>/rotate/", webhooks.Rotation.as_view(), name="api_webhook_rotate"),
    path("v1/webhooks/<int:id>/ping/", webhooks.TestMessage.as_view(), name="api_webhook_ping"),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="api_docs"),
    re_path("", Nothing.as_view()),
]
