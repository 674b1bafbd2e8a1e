"""Every URL of Hearth."""

from django.contrib import admin
from django.urls import include, path

# Machines first: an address is looked for from above, and all pages together take a while.
urlpatterns = [
    path("api/v1/", include("interactions.api.urls")),
    path("api/v1/", include("insights.api.urls")),
    path("api/", include("relationships.api.urls")),
    path("", include("interactions.api.segment_urls")),
    path("", include("insights.urls")),
    path("", include("interactions.urls")),
    path("", include("relationships.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
