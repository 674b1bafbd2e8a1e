"""The rules that a new Hearth has: Segment's own names of events, and what they are here."""

from dataclasses import dataclass

TRACK, PAGE, SCREEN = "track", "page", "screen"


@dataclass(frozen=True)
class DefaultRule:
    """One rule; without a type the events are ignored."""

    kind: str
    pattern: str
    type: str = ""
    value_property: str = ""


def _become(type_key: str, *names: str, value: str = "") -> tuple[DefaultRule, ...]:
    return tuple(DefaultRule(TRACK, name, type_key, value) for name in names)


def _are_ignored(*names: str) -> tuple[DefaultRule, ...]:
    return tuple(DefaultRule(TRACK, name) for name in names)


DEFAULT_RULES = (
    DefaultRule(PAGE, "*", "web.visit"),
    DefaultRule(SCREEN, "*", "app.used"),
    *_become("order.placed", "Order Completed", value="total, revenue, value"),
    *_become("order.delivered", "Order Delivered"),
    *_become("self_service.done", "Signed Up", "Account Created", "Trial Started"),
    *_become(
        "app.used", "Signed In", "Application Opened", "Application Installed",
        "Push Notification Tapped", "Deep Link Opened",
    ),
    # Sent by a machine to many: it counts as noise, which is the point of counting it.
    *_become("email.template", "Email Delivered"),
    *_become("message.broadcast", "Push Notification Received"),
    *_become("web.visit", "Email Link Clicked"),
    *_become("chat.person", "Live Chat Conversation Started"),
    *_become("feedback.survey", "Product Reviewed"),
    # The visit they belong to is a touchpoint already; each click of it is none.
    *_are_ignored(
        "Products Searched", "Product List *", "Product Clicked", "Product Viewed",
        "Product Added", "Product Removed", "Product Shared", "Product Added to Wishlist",
        "Product Removed from Wishlist", "Wishlist Product Added to Cart", "Promotion *",
        "Cart Viewed", "Cart Shared", "Checkout *", "Payment Info Entered", "Coupon *",
        "Order Updated", "Signed Out", "Email Opened", "Application Backgrounded",
        "Application Foregrounded", "Application Updated", "Push Notification Bounced",
        "Live Chat Message *", "Live Chat Conversation Ended", "Install Attributed",
        "Deep Link Clicked", "Video *",
    ),
)  # fmt: skip
