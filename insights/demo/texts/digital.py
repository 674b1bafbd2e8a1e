"""What customers do on screens, and the things they do it about."""

THINGS = (
    "the coffee machine", "the dishwasher", "the water dispenser", "the bean hopper",
    "the steam wand", "the combi oven", "the ice maker", "the tray trolley", "the soup kettle",
    "the milk cooler", "the canteen chairs", "the glass washer", "the bar stools",
    "the serving counter",
)  # fmt: skip
PLACES = (
    "on the third floor", "in the canteen", "by the reception", "in the staff kitchen",
    "in the annexe", "at the second site", "in the meeting rooms", "in the break room",
    "in the basement kitchen", "on the terrace",
)  # fmt: skip

LINES = {
    "web.visit": (
        "Looked at spare parts for {thing}",
        "Compared two dishwashers",
        "Read how to descale {thing}",
        "Opening hours, then prices",
        "Searched for “filter cartridge 300”",
        "Delivery times page",
        "Looked for a phone number",
        "Chairs, stackable, three colours",
    ),
    "app.used": (
        "Scanned the code on {thing}",
        "Booked the next service for {thing}",
        "Checked where the order is",
        "Meter reading entered",
    ),
    "self_service.done": (
        "Invoice downloaded",
        "Delivery address changed",
        "Filter order repeated",
        "Service of {thing} booked",
        "Returned {number} filters, label printed",
        "New cost centre added",
    ),
    "chat.bot": (
        "“Where is my order?” Answered with the tracking page",
        "“Descaling {thing}”, sent to the manual",
        "“Talk to a person please.” Offered the contact form",
        "“Can I change the delivery day?” Done",
    ),
    "order.placed": (
        "{number} kg coffee, filters",
        "Cleaning tablets, {number} boxes",
        "Filter cartridges, {number}",
        "Cups, {number} sleeves, and lids",
        "Service kit for {thing}",
        "{number} chairs, oak",
    ),
    "order.delivered": (
        "Left at the loading bay",
        "Signed for at reception",
        "On time, {number} parcels",
    ),
    "feedback.survey": (
        "9 of 10. “The technician explained everything.”",
        "7 of 10. “Fine, though the site is hard to search.”",
        "10 of 10",
        "4 of 10. “Nobody ever calls back.”",
    ),
}
