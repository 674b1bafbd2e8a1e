"""The WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# What was loaded stays; the collector need not look at it again and again. A large batch makes
# many objects that all go with its answer, so it should not be run in the middle either.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
