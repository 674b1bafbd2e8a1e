"""The OpenAPI document, its pages, and the answer where there is nothing."""

from typing import NoReturn

from django.http import Http404
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.views import APIView

from relationships.api import schema as _schema  # noqa: F401 - describes the keys


class Schema(SpectacularAPIView):
    """Serves the OpenAPI document."""


class Docs(SpectacularSwaggerSplitView):
    """Shows the OpenAPI document, to be read and tried."""

    url_name = "schema"


@extend_schema(exclude=True)
class Nothing(APIView):
    """Answers below /api/, and where SDKs call, where there is nothing."""

    permission_classes = ()
    authentication_classes = ()
    parser_classes: tuple[type[BaseParser], ...] = ()

    def initial(self, request: Request, *args: object, **kwargs: object) -> NoReturn:
        """Say so, whatever the method."""
        raise Http404("There is nothing at this address; /api/docs/ lists what there is.")
