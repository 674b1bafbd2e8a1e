"""Pages and API of this app."""

from django.urls import path

from interactions.views.appointments import call_off, plan_again, took_place
from interactions.views.events import (
    add_event_rule,
    delete_event_rule,
    edit_event_rule,
    events,
    newer_events,
    restore_event_rule,
    retry_events,
)
from interactions.views.mess_ups import ask_now, log_mess_up, made_right, not_yet
from interactions.views.phone import manifest, offline, service_worker
from interactions.views.touchpoints import (
    customer_options,
    delete_touchpoint,
    edit_touchpoint,
    log_about,
    log_line,
    log_now,
    log_touchpoint,
    move_touchpoint,
    restore_touchpoint,
    revert_touchpoint,
)
from interactions.views.waiting import (
    finish_waiting,
    send_waiting,
    share,
    waiting,
    waiting_token,
)

urlpatterns = [
    path("manifest.webmanifest", manifest, name="manifest"),
    path("service-worker.js", service_worker, name="service_worker"),
    path("offline/", offline, name="offline"),
    path("log/", log_touchpoint, name="log_touchpoint"),
    path("log/line/", log_line, name="log_line"),
    path("log/customers/", customer_options, name="customer_options"),
    path("log/now/", log_now, name="log_now"),
    path("log/about/", log_about, name="log_about"),
    path("log/mess-up/<int:pk>/", log_mess_up, name="log_mess_up"),
    path("log/shared/", share, name="share"),
    path("log/waiting/", waiting, name="waiting"),
    path("log/waiting/token/", waiting_token, name="waiting_token"),
    path("log/waiting/send/", send_waiting, name="send_waiting"),
    path("log/waiting/finish/", finish_waiting, name="finish_waiting"),
    path("loops/<int:pk>/made-right/", made_right, name="made_right"),
    path("loops/<int:pk>/not-yet/", not_yet, name="not_yet"),
    path("loops/<int:pk>/ask-now/", ask_now, name="ask_now"),
    path("appointments/<int:pk>/took-place/", took_place, name="took_place"),
    path("appointments/<int:pk>/call-off/", call_off, name="call_off"),
    path("appointments/<int:pk>/plan-again/", plan_again, name="plan_again"),
    path("touchpoints/<int:pk>/", edit_touchpoint, name="edit_touchpoint"),
    path("touchpoints/<int:pk>/move/", move_touchpoint, name="move_touchpoint"),
    path("touchpoints/<int:pk>/delete/", delete_touchpoint, name="delete_touchpoint"),
    path("touchpoints/<int:pk>/restore/", restore_touchpoint, name="restore_touchpoint"),
    path("touchpoints/<int:pk>/revert/", revert_touchpoint, name="revert_touchpoint"),
    path("integrations/events/", events, name="event_rules"),
    path("integrations/events/newer/", newer_events, name="newer_events"),
    path("integrations/events/retry/", retry_events, name="retry_events"),
    path("integrations/events/rules/new/", add_event_rule, name="add_event_rule"),
    path("integrations/events/rules/restore/", restore_event_rule, name="restore_event_rule"),
    path("integrations/events/rules/<int:pk>/", edit_event_rule, name="edit_event_rule"),
    path("integrations/events/rules/<int:pk>/delete/", delete_event_rule, name="delete_event_rule"),
]
