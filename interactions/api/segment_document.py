"""The addresses that SDKs of Segment call, in the OpenAPI document."""

from typing import Any, NamedTuple

from msgspec import Struct

from interactions.api import segment_calls as calls
from interactions.api import segment_examples as examples
from interactions.api.segment import LARGEST_BATCH
from relationships.api.problems import MEDIA_TYPE
from relationships.api.schema import meaning, refer

BASIC = "writeKey"
STATUSES = (400, 401, 403, 413, 415, 429, 500, 503)
# Keys in the body are no scheme that OpenAPI knows: with one, nothing else is needed.
SECURITY: list[dict[str, list[str]]] = [{BASIC: []}, {"key": []}, {}]
ANYTHING = {
    "type": ["object", "array"],
    "maxItems": LARGEST_BATCH,
    "description": "Anything else: kept, and shown with the reason where nothing can be made of "
    "it. An array is a batch.",
}


class Described(NamedTuple):
    """What is said of a call."""

    summary: str
    kind: type[Struct]
    example: dict[str, Any]


CALLS = {
    "batch": Described("Send many calls", calls.BatchOfCalls, examples.BATCH),
    "track": Described("Tell what happened", calls.TrackCall, examples.TRACK),
    "page": Described("Tell of a page that was looked at", calls.PageCall, examples.PAGE),
    "screen": Described("Tell of a screen that was looked at", calls.ScreenCall, examples.SCREEN),
    "identify": Described("Tell who somebody is", calls.IdentifyCall, examples.IDENTIFY),
    "group": Described("Tell to which company somebody belongs", calls.GroupCall, examples.GROUP),
    "alias": Described("Tell that two ids are of the same", calls.AliasCall, examples.ALIAS),
}


def add_calls(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Put the calls into the document, and how SDKs send their key."""
    result["paths"] |= {f"/v1/{name}": {"post": _operation(name)} for name in CALLS}
    result["components"]["securitySchemes"][BASIC] = {
        "type": "http",
        "scheme": "basic",
        "description": "As SDKs of Segment send it: the key is the user name, without a password.",
    }
    return result


def _operation(name: str) -> dict[str, Any]:
    summary, kind, example = CALLS[name]
    return {
        "operationId": f"segment_{name}",
        "summary": summary,
        "description": (
            "For SDKs of Segment and RudderStack, which need this host and a key, and no code. "
            f"`/v1/{name}/`, `/segment/{name}` and `/segment/v1/{name}` are the same. The content "
            "type does not matter, and gzip is recognised. Everything is stored before it is "
            "acknowledged. Needs the scope `touchpoints:write`."
        ),
        "tags": ["Events of SDKs"],
        "security": SECURITY,
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"anyOf": [refer(kind), ANYTHING]},
                    "examples": {name: {"value": example}},
                }
            },
        },
        "responses": {
            "200": {
                "description": "Everything was stored for good.",
                "content": {
                    "application/json": {
                        "schema": refer(calls.Acknowledged),
                        "examples": {"Stored": {"value": examples.ACKNOWLEDGED}},
                    }
                },
            },
            **{str(status): _problem(status) for status in STATUSES},
        },
    }


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": meaning(status),
        "content": {MEDIA_TYPE: {"schema": refer(calls.CallProblem)}},
    }
