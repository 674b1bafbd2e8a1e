"""Bring the database and the static files up to date, and say how to sign in.

One process for all of it, because loading Django is most of the time each of it takes.
"""

import hashlib
import io

import django
from django.core.management import call_command

from config import celery_app
from config.launch import place

SIGN_IN = "-- sign in --"
STATIC_STAMP = place.HOME / "static-stamp"


def main() -> None:
    """Migrate, collect static files when they changed, and make what a first start needs."""
    django.setup()
    call_command("migrate", interactive=False)
    fingerprint = _static_fingerprint()
    if not STATIC_STAMP.exists() or STATIC_STAMP.read_text() != fingerprint:
        call_command("collectstatic", interactive=False)
        STATIC_STAMP.write_text(_static_fingerprint())
    # The workers find these when they are up and are known to be well at once, and not only after
    # the schedule's first beat.
    for task in (
        "insights.tasks.drain",
        "insights.tasks.heartbeat",
        "relationships.tasks.deliver_webhooks",
    ):
        celery_app.send_task(task)
    lines = io.StringIO()
    call_command("bootstrap", stdout=lines)
    print(SIGN_IN, lines.getvalue(), sep="\n")


def _static_fingerprint() -> str:
    """Return what changes whenever the collected files would."""
    config = place.ROOT / "config"
    sources = [config / "locks" / "run.txt", config / "settings.py"]
    sources += sorted((place.ROOT / "static").rglob("*"))
    parts = [f"{path}:{path.stat().st_mtime_ns}" for path in sources]
    parts.append(str((place.ROOT / "staticfiles").exists()))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


if __name__ == "__main__":
    main()
