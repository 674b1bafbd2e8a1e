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
# What was loaded stays; the collector need not look at it again and again. How often it runs is a
# balance: whatever a request leaves behind waits for it, and some 50,000 objects at once stop a
# process for 20 ms; a large batch makes many that all go with its answer, for nothing to be found.
gc.collect()
gc.freeze()
gc.set_threshold(5_000, 20, 50)
