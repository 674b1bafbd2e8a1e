"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Django loads views with the first request. Loaded here, before workers are forked, no worker's
# first request waits for seconds, and workers share the memory.
resolve("/")
