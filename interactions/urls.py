"""Pages and API of this app."""

from django.urls import path

from interactions import views

urlpatterns = [
    path("log/", views.log_touchpoint, name="log_touchpoint"),
    path("log/customers/", views.customer_options, name="customer_options"),
    path("log/about/", views.log_about, name="log_about"),
    path("touchpoints/<int:pk>/", views.edit_touchpoint, name="edit_touchpoint"),
    path("touchpoints/<int:pk>/delete/", views.delete_touchpoint, name="delete_touchpoint"),
    path("touchpoints/<int:pk>/restore/", views.restore_touchpoint, name="restore_touchpoint"),
    path("touchpoints/<int:pk>/revert/", views.revert_touchpoint, name="revert_touchpoint"),
]
