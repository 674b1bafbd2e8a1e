"""Pages and API of this app."""

from django.urls import path

from relationships.views import webhook_actions, webhooks
from relationships.views.keys import (
    integrations,
    key,
    keys,
    new_key,
    revoke_key,
    rotate_key,
    switch_account,
)

_ONE = "integrations/webhooks/<int:pk>/"
_DELIVERY = "integrations/webhooks/messages/<int:pk>/"

urlpatterns = [
    path("integrations/", integrations, name="integrations"),
    path("integrations/keys/", keys, name="keys"),
    path("integrations/keys/new/", new_key, name="new_key"),
    path("integrations/keys/<int:pk>/", key, name="key"),
    path("integrations/keys/<int:pk>/rotate/", rotate_key, name="rotate_key"),
    path("integrations/keys/<int:pk>/revoke/", revoke_key, name="revoke_key"),
    path("integrations/keys/accounts/<int:pk>/", switch_account, name="switch_account"),
    path("integrations/webhooks/", webhooks.webhooks, name="webhooks"),
    path("integrations/webhooks/new/", webhooks.new_webhook, name="new_webhook"),
    path(_ONE, webhooks.webhook, name="webhook"),
    path(f"{_ONE}edit/", webhooks.edit_webhook, name="edit_webhook"),
    path(f"{_ONE}secret/", webhooks.show_webhook_secret, name="show_webhook_secret"),
    path(f"{_ONE}rotate/", webhook_actions.rotate_webhook_secret, name="rotate_webhook_secret"),
    path(f"{_ONE}end/", webhook_actions.end_webhook_secrets, name="end_webhook_secrets"),
    path(f"{_ONE}test/", webhook_actions.ping_webhook, name="ping_webhook"),
    path(f"{_ONE}switch/", webhook_actions.switch_webhook, name="switch_webhook"),
    path(f"{_ONE}delete/", webhook_actions.delete_webhook, name="delete_webhook"),
    path(f"{_ONE}restore/", webhook_actions.restore_webhook, name="restore_webhook"),
    path(f"{_ONE}again/", webhook_actions.resend_failed, name="resend_failed"),
    path(_DELIVERY, webhook_actions.webhook_delivery, name="webhook_delivery"),
    path(
        f"{_DELIVERY}again/",
        webhook_actions.resend_webhook_delivery,
        name="resend_webhook_delivery",
    ),
]
