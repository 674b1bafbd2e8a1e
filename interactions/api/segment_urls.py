"""The addresses that SDKs call; they join host, prefix and path in different ways."""

from django.urls import re_path

from interactions.api.segment import CALLS, SegmentDoor
from relationships.api.views import Nothing

_CALL = "|".join(CALLS)

urlpatterns = [
    re_path(
        rf"^(?:v1|segment|segment/v1)/(?P<call>{_CALL})/?$",
        SegmentDoor.as_view(),
        name="segment",
    ),
    re_path(r"^(?:v1|segment)/", Nothing.as_view()),
]
