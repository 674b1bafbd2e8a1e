"""The WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Django loads views with the first request. Loaded here, before workers are forked, no worker's
# first request waits for seconds, and workers share the memory.
resolve("/")
# What was loaded stays; the collector need not look at it again and again. A large batch makes
# many objects that all go with its answer, so it should not run in the middle of one either.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
