"""What every API shares, below /api/."""

from django.urls import path, re_path

from relationships.api.views import Docs, Nothing, Schema

urlpatterns = [
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="api_docs"),
    re_path("", Nothing.as_view()),
]
