"""What went wrong."""

LINES = {
    "order.late": (
        "Two days late, no word",
        "Promised for Monday, came on Thursday",
        "The van went to the old address",
        "{number} parcels, one missing until Friday",
    ),
    "service.outage": (
        "Ordering was down for the morning",
        "The app could not find their machines",
        "Remote metering lost for two days",
    ),
    "service.failed": (
        "{thing} leaks again after our repair",
        "The technician came without the part",
        "Wrong valve fitted to {thing}",
        "Nobody came on the day agreed",
    ),
    "invoice.wrong": (
        "Charged twice for {number} kg",
        "Invoice to the wrong cost centre, third time",
        "Old price instead of the agreed one",
    ),
    "promise.broken": ("Said Tuesday; it is Friday.", "The drawing for {who} was never sent."),
    "asked.again": (
        "Form asked for the address we have had for years",
        "Asked for the serial number of {thing} again",
        "Customer number asked for although signed in",
        "VAT number asked for a third time",
    ),
    "story.repeated": (
        "{who} explained the leak to a third colleague.",
        "{who} had to start again from the beginning.",
    ),
    "complaint": (
        "{who}: {thing} has stood still for a week.",
        "{who}: “We were told Tuesday. It is Friday.”",
        "{who}: wrong chairs, and nobody rings back.",
        "{who} is cross about the call-out charge.",
    ),
}
