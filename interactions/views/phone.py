"""What lets a phone install Hearth and open it without a network."""

import hashlib
import json
import re

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

_ICONS = (
    ("img/hearth-192.png", "192x192", "any"),
    ("img/hearth-512.png", "512x512", "any"),
    ("img/hearth-maskable-512.png", "512x512", "maskable"),
    ("img/hearth.svg", "any", "any"),
)
_SHORTCUTS = (("Log a touchpoint", "Log", "log_touchpoint"), ("Today", "Today", "today"))


@login_not_required
@cache_control(no_cache=True)
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Say what Hearth is once it is installed: its name, icons, shortcuts, what it is shared."""
    said = {
        "id": "/",
        "name": "Hearth",
        "short_name": "Hearth",
        "description": "How near are we to our customers, and whom to call today.",
        "lang": "en",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f4f1",
        "theme_color": "#ffffff",
        "icons": [
            {"src": static(path), "sizes": sizes, "type": _type(path), "purpose": purpose}
            for path, sizes, purpose in _ICONS
        ],
        "shortcuts": [
            {"name": name, "short_name": short, "url": reverse(url), "icons": [_shortcut_icon()]}
            for name, short, url in _SHORTCUTS
        ],
        "share_target": {
            "action": reverse("share"),
            "method": "GET",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }
    return JsonResponse(said, content_type="application/manifest+json")


@login_not_required
@cache_control(no_cache=True)
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Return the worker of this device; whatever it keeps is named in it, so it changes with that.

    It must stand at the root, for a worker only sees pages below its own address.
    """
    page = _offline_page()
    files = re.findall(rf'(?:src|href)="({re.escape(settings.STATIC_URL)}[^"]+)"', page)
    kept = {
        "version": hashlib.sha256(page.encode()).hexdigest()[:12],
        "page": reverse("offline"),
        "files": list(dict.fromkeys(files)),
    }
    scripts = json.dumps([static("js/waiting.js"), static("js/worker.js")])
    text = f"self.KEPT = {json.dumps(kept)};\nimportScripts(...{scripts});\n"
    return HttpResponse(text, content_type="text/javascript")


@login_not_required
@cache_control(no_cache=True)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show the page a device keeps for when there is no network: the same for everybody."""
    return HttpResponse(_offline_page())


def _offline_page() -> str:
    # Without the request, so that it holds nothing of who happens to be signed in.
    return render_to_string("interactions/waiting.html", {"is_offline_page": True})


def _type(path: str) -> str:
    return "image/svg+xml" if path.endswith(".svg") else "image/png"


def _shortcut_icon() -> dict[str, str]:
    return {"src": static(_ICONS[0][0]), "sizes": _ICONS[0][1], "type": "image/png"}
