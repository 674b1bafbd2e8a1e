"""Every page of Hearth: whom it is for and what it is, for screenshots, weights and benches."""

from dataclasses import dataclass

MANAGER, EXECUTIVE, ADMINISTRATOR, VISITOR = "manager", "executive", "administrator", "visitor"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the name of its address, what it is about, and who looks at it.

    `about` says what the address names, in the words of `tests.organisation`.
    """

    name: str
    line: str
    who: str = MANAGER
    about: tuple[str, ...] = ()
    query: str = ""


PAGES = (
    Page("account_login", "Signing in.", VISITOR),
    Page("today", "Who needs an account manager now and why, and what is due."),
    Page("customers", "The list of customers: filters, columns, saved views, files."),
    Page("customer", "A customer: the distance and what it is made of.", about=("customer",)),
    Page("who_knows", "Who of us knows whom there, and how well.", about=("customer",)),
    Page("add_fact", "Writing down what we know.", about=("customer",)),
    Page("edit_fact", "Correcting it.", about=("fact",)),
    Page("add_contact", "Writing down who somebody there is.", about=("customer",)),
    Page("edit_contact", "Correcting who somebody is.", about=("contact",)),
    Page("customer_actions", "What one press does with a customer.", about=("customer",)),
    Page("snooze", "Taking a customer off Today for a while.", about=("customer",)),
    Page("log_touchpoint", "Logging a touchpoint in a line.", query="?type=call.phone"),
    Page("log_mess_up", "Recording that something went wrong.", about=("customer",)),
    Page("edit_touchpoint", "Correcting a touchpoint.", about=("touchpoint",)),
    Page("move_touchpoint", "Moving it to another customer.", about=("touchpoint",)),
    Page("share", "Logging what another app shared.", query="?text=coffee+Ana+yesterday"),
    Page("waiting", "What was logged without a network and waits to be sent."),
    Page("offline", "What stands there without a network.", VISITOR),
    Page("search", "Searching everything that has a name, and things to do.", query="?q=ca"),
    Page("changes", "What changed since last week, and why."),
    Page("duplicates", "Customers that may be one.", ADMINISTRATOR),
    Page("same_customer", "Saying that a customer is another.", ADMINISTRATOR, ("customer",)),
    Page(
        "merge_customer",
        "What would move when two become one.",
        ADMINISTRATOR,
        ("customer", "other"),
    ),
    Page("handovers", "Handovers of people who leave.", EXECUTIVE),
    Page("new_handover", "Beginning one.", EXECUTIVE),
    Page("handover_customers", "Who takes over whom, and why.", EXECUTIVE, ("handover",)),
    Page("handover_notes", "What the next one must know.", EXECUTIVE, ("handover",)),
    Page("handover_introductions", "Who introduces whom by when.", EXECUTIVE, ("handover",)),
    Page("handover_summary", "All of it at a glance.", EXECUTIVE, ("handover",)),
    Page("handover_print", "All of it on paper.", EXECUTIVE, ("handover",)),
    Page("distance", "The front page for executives.", EXECUTIVE),
    Page("distance_over_time", "Distance week by week, and by what customers are.", EXECUTIVE),
    Page(
        "doors_and_windows",
        "Where customers stand between meeting us and being seen, and who moved.",
        EXECUTIVE,
        query="?doors_from=20&doors_to=60&windows_to=40",
    ),
    Page("wall", "People against screens for years, and what happened meanwhile.", EXECUTIVE),
    Page("wall_behind", "The touchpoints that one of its columns counts.", EXECUTIVE),
    Page("note_wall_event", "Noting what happened.", EXECUTIVE),
    Page("correct_wall_event", "Correcting it.", EXECUTIVE, ("wall_event",)),
    Page("care", "Whether we listen, keep promises and make things right.", EXECUTIVE),
    Page("care_behind", "Whom one of its numbers counts.", EXECUTIVE, ("care",)),
    Page("known", "Who of us knows our customers, and whom we give attention.", EXECUTIVE),
    Page("known_contacts", "On which days we met whom of a stage.", EXECUTIVE),
    Page("report", "Board reports by month, and who gets them by mail.", ADMINISTRATOR),
    Page("proof", "How often the score was right.", EXECUTIVE),
    Page("proof_customers", "The proof customer by customer.", EXECUTIVE),
    Page("silence", "How the score learns from our own history.", EXECUTIVE),
    Page("policy", "Every number that the score is made of.", ADMINISTRATOR),
    Page("policy_preview", "What a change of it would do.", ADMINISTRATOR, ("digest",)),
    Page("policy_versions", "Its versions, and the way back to each.", ADMINISTRATOR),
    Page(
        "policy_comparison", "Two versions side by side.", ADMINISTRATOR, query="?old=0&new=newest"
    ),
    Page("keys", "Service accounts and their keys.", ADMINISTRATOR),
    Page("new_key", "Making a key.", ADMINISTRATOR),
    Page("key", "A key, and what it may do.", ADMINISTRATOR, ("key",)),
    Page("revoke_key", "Revoking a key.", ADMINISTRATOR, ("key",)),
    Page("webhooks", "Other systems that hear of what happens.", ADMINISTRATOR),
    Page("new_webhook", "Adding one.", ADMINISTRATOR),
    Page("webhook", "One of them, and what was sent to it.", ADMINISTRATOR, ("endpoint",)),
    Page("edit_webhook", "Changing what it hears of.", ADMINISTRATOR, ("endpoint",)),
    Page("webhook_delivery", "A message and each try to send it.", ADMINISTRATOR, ("delivery",)),
    Page("event_rules", "Events that arrive, and what they mean.", ADMINISTRATOR),
    Page("add_event_rule", "Saying what an event means.", ADMINISTRATOR),
    Page("edit_event_rule", "Changing what it means.", ADMINISTRATOR, ("rule",)),
    Page("remove_demonstration", "Removing the demonstration.", ADMINISTRATOR),
    Page("account_change_password", "Another password."),
    Page("account_logout", "Signing out."),
)

PARTS = {
    "customer_score", "customer_standing", "customer_payback", "log_line", "log_about",
    "customer_options", "newer_events", "proof_progress", "silence_work",
    "report_progress", "counting",
}  # fmt: skip
"""Addresses that answer with a part of a page, for htmx."""

OTHERS = {
    "customers_csv", "customers_xlsx", "changes_csv", "proof_customers_csv", "healthz",
    "integrations", "handover", "handover_csv", "manifest", "service_worker", "waiting_token",
    "report_file",
}  # fmt: skip
"""Files, the sign of life, what scripts ask for, and what leads on to a page."""
