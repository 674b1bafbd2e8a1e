"""An example of each call of SDKs of Segment; the tests send them."""

from typing import Any

TRACK: dict[str, Any] = {
    "userId": "u-17",
    "event": "Order Completed",
    "properties": {"total": 39.95},
    "timestamp": "2026-03-02T09:30:00Z",
    "messageId": "m-1",
}
PAGE: dict[str, Any] = {
    "userId": "u-17",
    "name": "Prices",
    "properties": {"url": "https://shop.example.com/prices"},
    "timestamp": "2026-03-02T09:31:00Z",
}
SCREEN: dict[str, Any] = {
    "userId": "u-17",
    "name": "Basket",
    "timestamp": "2026-03-02T09:32:00Z",
}
IDENTIFY: dict[str, Any] = {
    "userId": "u-17",
    "anonymousId": "507f191e810c19729de860ea",
    "traits": {"name": "Zoë Müller", "email": "zoe@example.com", "title": "Head of production"},
}
GROUP: dict[str, Any] = {"userId": "u-17", "groupId": "g-1", "traits": {"name": "Meridian Press"}}
ALIAS: dict[str, Any] = {"previousId": "507f191e810c19729de860ea", "userId": "u-17"}
BATCH: dict[str, Any] = {
    "batch": [{"type": "identify", **IDENTIFY}, {"type": "track", **TRACK}],
    "sentAt": "2026-03-02T09:30:05Z",
}
ACKNOWLEDGED: dict[str, Any] = {"success": True}
