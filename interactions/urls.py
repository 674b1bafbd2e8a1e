"""Pages and API of this app."""

from django.urls import path

from interactions.views.touchpoints import (
    customer_options,
    delete_touchpoint,
    edit_touchpoint,
    log_about,
    log_touchpoint,
    restore_touchpoint,
    revert_touchpoint,
)

urlpatterns = [
    path("log/", log_touchpoint, name="log_touchpoint"),
    path("log/customers/", customer_options, name="customer_options"),
    path("log/about/", log_about, name="log_about"),
    path("touchpoints/<int:pk>/", edit_touchpoint, name="edit_touchpoint"),
    path("touchpoints/<int:pk>/delete/", delete_touchpoint, name="delete_touchpoint"),
    path("touchpoints/<int:pk>/restore/", restore_touchpoint, name="restore_touchpoint"),
    path("touchpoints/<int:pk>/revert/", revert_touchpoint, name="revert_touchpoint"),
]
