"""Every setting of Hearth, read from the environment."""

import sys
from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from environs import Env, validate
from phonenumbers import SUPPORTED_REGIONS

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# Deployment ------------------------------------------------------------------

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
# HTTPS=1 says that Hearth is reached through a TLS proxy.
HTTPS = env.bool("HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# Addresses of senders are what this many proxies of ours say in X-Forwarded-For.
TRUSTED_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "config.sessions"
SESSION_COOKIE_AGE = timedelta(days=30).total_seconds()
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

INSTALLED_APPS = [
    "relationships",
    "interactions",
    "insights",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "lucide",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "relationships.middleware.compressed_pages",
    "relationships.middleware.cross_origin",
    "relationships.middleware.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "relationships.middleware.local_time",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "relationships.context.hearth",
                "insights.context.scoring",
            ],
            "builtins": [
                "relationships.templatetags.icons",
                "relationships.templatetags.components",
                "insights.templatetags.charts",
            ],
        },
    },
    # For rows of long lists and tables of charts, which take Django's engine several times as long.
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "jinja"],
        "OPTIONS": {"autoescape": True},
    },
]

FORM_RENDERER = "config.renderer.FormRenderer"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# Data ------------------------------------------------------------------------

DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL", engine="config.database", conn_max_age=600, conn_health_checks=True
    ),
}
# What is asked here is answered in milliseconds: to start workers for it, or to compile it, takes
# longer than it saves, and many at once would wait for each other's.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
    "options", "-c jit=off -c max_parallel_workers_per_gather=0"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
    # Parts of pages that are alike for everybody: nothing in it says who asked.
    "shell": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "shell",
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
}

# Background work ---------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1800
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# To connect takes longer than most tasks, and what is planned once is planned once a connection.
CELERY_DB_REUSE_MAX = sys.maxsize
CELERY_TIMEZONE = env.str("TIME_ZONE", "UTC")
CELERY_TASK_ROUTES = {
    "insights.tasks.drain": {"queue": "drain"},
    # Whoever waits for slow receivers must keep nobody else waiting.
    "relationships.tasks.deliver_webhooks": {"queue": "webhooks"},
}
CELERY_TASK_DEFAULT_QUEUE = "hearth"

# How often the drain that waits for changes scores them. Looking more often scores a touchpoint
# sooner and costs more; a task for each touchpoint would collapse at a few hundred a second.
DRAIN_SECONDS = env.float("DRAIN_SECONDS", 0.1)
CELERY_BEAT_SCHEDULE = {
    "drain": {
        # Whoever waits for changes calls the next one. This begins anew after a crash, and helps.
        "task": "insights.tasks.drain",
        "schedule": 2,
        # A tick nobody took in time is worthless: the next one finds the same work.
        "options": {"expires": 2},
    },
    "heartbeat": {"task": "insights.tasks.heartbeat", "schedule": 5, "options": {"expires": 5}},
    "webhooks": {
        "task": "relationships.tasks.deliver_webhooks",
        "schedule": 1,
        "options": {"expires": 2},
    },
    "overdue": {
        "task": "interactions.tasks.tell_overdue_loops",
        "schedule": 10,
        "options": {"expires": 10},
    },
    # What was acknowledged and not settled with it: after a crash, or when somebody becomes known.
    "settle": {
        "task": "interactions.tasks.settle_events",
        "schedule": 5,
        "options": {"expires": 5},
    },
    "prune_events": {"task": "interactions.tasks.prune_events", "schedule": crontab(minute="*/10")},
    "rhythm": {
        "task": "insights.tasks.keep_rhythm",
        "schedule": 20,
        "options": {"expires": 20},
    },
    # After a new policy; it also goes on where a worker was killed.
    "refold": {"task": "insights.tasks.refold", "schedule": 20, "options": {"expires": 20}},
    # It looks whether the newest is old enough, so a night the machine was off costs nothing.
    "proof": {"task": "insights.tasks.keep_proof", "schedule": 60, "options": {"expires": 60}},
    # It asks which Mondays are not warned of yet, so a Monday the machine was off costs nothing.
    "alerts": {"task": "insights.tasks.keep_alerts", "schedule": 60, "options": {"expires": 60}},
    # It asks whether last month's is there, and what is still to be mailed, so a month's first
    # days the machine was off cost nothing.
    "reports": {"task": "insights.tasks.keep_reports", "schedule": 60, "options": {"expires": 60}},
    "silence": {
        "task": "insights.tasks.keep_silence",
        "schedule": 20,
        "options": {"expires": 20},
    },
    "weekly": {
        "task": "insights.tasks.learn_silence",
        "schedule": crontab(day_of_week="sunday", hour=3, minute=37),
    },
    "prune_webhooks": {
        "task": "relationships.tasks.prune_webhooks",
        "schedule": crontab(hour=4, minute=5),
    },
    "forget": {"task": "relationships.tasks.forget_old_answers", "schedule": crontab(minute=23)},
    "contacts": {
        "task": "relationships.tasks.put_contacts_right",
        "schedule": crontab(hour=1, minute=10),
    },
    "duplicates": {
        "task": "relationships.tasks.find_duplicates",
        "schedule": crontab(hour=1, minute=40),
    },
    "nightly": {"task": "insights.tasks.nightly", "schedule": crontab(hour=2, minute=15)},
}

# People ------------------------------------------------------------------------

AUTH_USER_MODEL = "relationships.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "relationships.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False

# Without a server mail would be printed; what wants to send some says that there is none instead.
vars().update(env.dj_email_url("EMAIL_URL", "console:"))
# A server that does not answer must not hold a worker.
EMAIL_TIMEOUT = vars().get("EMAIL_TIMEOUT") or 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "hearth@localhost")

# Words, numbers, files -----------------------------------------------------------

# What this organisation is called, on paper.
ORGANISATION = env.str("ORGANISATION", "")
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
# The organisation's own zone: it decides which calendar day a touchpoint falls on.
TIME_ZONE = env.str("TIME_ZONE", "UTC")
# The country of phone numbers that do not say theirs; empty refuses them.
PHONE_REGION = env.str(
    "PHONE_REGION",
    "",
    validate=validate.OneOf(
        {"", *SUPPORTED_REGIONS}, error="Use a country as in ISO 3166, such as DE."
    ),
)
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or env.bool("TESTING", False)
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}

# API -------------------------------------------------------------------------------

# For keys without a rate of their own; none by default.
KEY_REQUESTS_PER_MINUTE = env.int("KEY_REQUESTS_PER_MINUTE", None)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "relationships.api.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["relationships.api.throttling.KeyThrottle"],
    "NUM_PROXIES": TRUSTED_PROXIES,
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "relationships.api.problems.problem_details",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hearth API",
    "DESCRIPTION": "Record touchpoints; read how near or far each customer is, and why.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        # The messages and calls first: they are made of types that the document must have.
        "relationships.api.webhook_messages.add_webhooks",
        "interactions.api.segment_document.add_calls",
        "relationships.api.schema.add_components",
    ],
}

# Webhooks --------------------------------------------------------------------------

# 1 lets messages go to addresses of our own network, and by http.
WEBHOOKS_ALLOW_PRIVATE = env.bool("WEBHOOKS_ALLOW_PRIVATE", False)

# Events of SDKs --------------------------------------------------------------------

# Days for which recorded events are shown, and for which those are kept that can still become
# touchpoints: anonymous, without a rule, refused.
EVENTS_SHOWN_DAYS = env.int("EVENTS_SHOWN_DAYS", 7)
EVENTS_KEPT_DAYS = env.int("EVENTS_KEPT_DAYS", 90)
# Of each kind of these, whatever their age.
EVENTS_KEPT_AT_MOST = env.int("EVENTS_KEPT_AT_MOST", 1_000_000)

# Logging ---------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
