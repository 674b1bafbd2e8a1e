"""Pages and API of this app."""

from django.urls import path

from insights.views.care import care
from insights.views.care_behind import care_behind
from insights.views.changes import changes, changes_csv
from insights.views.contacts import (
    add_contact,
    contact_left,
    delete_contact,
    edit_contact,
    restore_contact,
    revert_contact,
)
from insights.views.counting import counting
from insights.views.customer import (
    customer,
    customer_payback,
    customer_score,
    customer_standing,
)
from insights.views.customer_actions import customer_actions
from insights.views.customers import customers
from insights.views.customers_files import customers_csv, customers_xlsx
from insights.views.demonstration import remove_demonstration
from insights.views.distance import distance
from insights.views.distance_over_time import distance_over_time
from insights.views.doors_and_windows import doors_and_windows
from insights.views.duplicates import dismiss_duplicate, duplicates, restore_duplicate
from insights.views.facts import (
    add_fact,
    confirm_fact,
    delete_fact,
    edit_fact,
    restore_fact,
    revert_fact,
)
from insights.views.handover_actions import (
    add_handover_customers,
    choose_successor,
    finish_handover,
    give_all,
    move_customers,
    plan_all,
    plan_introduction,
    reopen_handover,
    settle_introduction,
    undo_batch,
    unsettle_introduction,
    write_note,
)
from insights.views.handover_files import handover_csv, handover_print
from insights.views.handovers import (
    handover,
    handover_customers,
    handover_introductions,
    handover_notes,
    handover_summary,
    handovers,
    new_handover,
)
from insights.views.health import healthz
from insights.views.known import known
from insights.views.known_contacts import known_contacts
from insights.views.merges import merge_customer, same_customer, separate_customer
from insights.views.policy import (
    policy,
    policy_comparison,
    policy_preview,
    policy_roll_back,
    policy_versions,
)
from insights.views.proof import proof, proof_progress, start_proof
from insights.views.proof_customers import proof_customers, proof_customers_csv
from insights.views.reports import (
    ask_for_report,
    mail_report,
    report,
    report_file,
    report_progress,
)
from insights.views.saved_views import (
    delete_view,
    rename_view,
    replace_view,
    restore_view,
    save_view,
)
from insights.views.search import search
from insights.views.several_change import change_several, undo_several
from insights.views.several_log import (
    delete_several,
    log_several,
    log_several_now,
    restore_several,
)
from insights.views.silence import (
    refit_silence,
    silence,
    silence_work,
    use_silence_version,
)
from insights.views.snoozes import snooze, snooze_again, wake
from insights.views.today import today
from insights.views.wall import wall
from insights.views.wall_behind import wall_behind
from insights.views.wall_events import (
    correct_wall_event,
    delete_wall_event,
    note_wall_event,
    restore_wall_event,
    revert_wall_event,
)
from insights.views.who_knows import who_knows

_HANDOVER = "handovers/<int:pk>/"
_ROW = "handovers/customers/<int:pk>/"

urlpatterns = [
    path("", today, name="today"),
    path("demonstration/remove/", remove_demonstration, name="remove_demonstration"),
    path("customers/<int:pk>/", customer, name="customer"),
    path("customers/<int:pk>/score/", customer_score, name="customer_score"),
    path("customers/<int:pk>/standing/", customer_standing, name="customer_standing"),
    path("customers/<int:pk>/payback/", customer_payback, name="customer_payback"),
    path("customers/<int:pk>/same/", same_customer, name="same_customer"),
    path("customers/<int:keep>/merge/<int:absorb>/", merge_customer, name="merge_customer"),
    path("customers/<int:pk>/separate/", separate_customer, name="separate_customer"),
    path("customers/<int:pk>/actions/", customer_actions, name="customer_actions"),
    path("customers/<int:pk>/snooze/", snooze, name="snooze"),
    path("customers/<int:pk>/snooze/again/", snooze_again, name="snooze_again"),
    path("customers/<int:pk>/wake/", wake, name="wake"),
    path("customers/<int:pk>/facts/", add_fact, name="add_fact"),
    path("facts/<int:pk>/edit/", edit_fact, name="edit_fact"),
    path("facts/<int:pk>/confirm/", confirm_fact, name="confirm_fact"),
    path("facts/<int:pk>/revert/", revert_fact, name="revert_fact"),
    path("facts/<int:pk>/delete/", delete_fact, name="delete_fact"),
    path("facts/<int:pk>/restore/", restore_fact, name="restore_fact"),
    path("customers/<int:pk>/contacts/", add_contact, name="add_contact"),
    path("customers/<int:pk>/contacts/restore/", restore_contact, name="restore_contact"),
    path("contacts/<int:pk>/edit/", edit_contact, name="edit_contact"),
    path("contacts/<int:pk>/left/", contact_left, name="contact_left"),
    path("contacts/<int:pk>/revert/", revert_contact, name="revert_contact"),
    path("contacts/<int:pk>/delete/", delete_contact, name="delete_contact"),
    path("customers/<int:pk>/people/", who_knows, name="who_knows"),
    path("customers/", customers, name="customers"),
    path("customers/several/log/", log_several, name="log_several"),
    path("customers/several/log/now/", log_several_now, name="log_several_now"),
    path("customers/several/log/<uuid:event>/delete/", delete_several, name="delete_several"),
    path("customers/several/log/<uuid:event>/restore/", restore_several, name="restore_several"),
    *(
        path(f"customers/several/{what}/", change_several, {"what": what}, name=f"several_{what}")
        for what in ("owner", "style", "segment")
    ),
    path("customers/several/changes/<int:pk>/undo/", undo_several, name="undo_several"),
    path("duplicates/", duplicates, name="duplicates"),
    path("duplicates/<int:pk>/dismiss/", dismiss_duplicate, name="dismiss_duplicate"),
    path("duplicates/<int:pk>/restore/", restore_duplicate, name="restore_duplicate"),
    path("customers/customers.csv", customers_csv, name="customers_csv"),
    path("customers/customers.xlsx", customers_xlsx, name="customers_xlsx"),
    path("customers/views/", save_view, name="save_view"),
    path("customers/views/<int:pk>/rename/", rename_view, name="rename_view"),
    path("customers/views/<int:pk>/replace/", replace_view, name="replace_view"),
    path("customers/views/<int:pk>/delete/", delete_view, name="delete_view"),
    path("customers/views/<int:pk>/restore/", restore_view, name="restore_view"),
    path("handovers/", handovers, name="handovers"),
    path("handovers/new/", new_handover, name="new_handover"),
    path(_HANDOVER, handover, name="handover"),
    path(f"{_HANDOVER}customers/", handover_customers, name="handover_customers"),
    path(f"{_HANDOVER}notes/", handover_notes, name="handover_notes"),
    path(f"{_HANDOVER}introductions/", handover_introductions, name="handover_introductions"),
    path(f"{_HANDOVER}summary/", handover_summary, name="handover_summary"),
    path(f"{_HANDOVER}print/", handover_print, name="handover_print"),
    path(f"{_HANDOVER}handover.csv", handover_csv, name="handover_csv"),
    path(f"{_HANDOVER}add/", add_handover_customers, name="add_handover_customers"),
    path(f"{_HANDOVER}give/", give_all, name="give_all"),
    path(f"{_HANDOVER}move/", move_customers, name="move_customers"),
    path(f"{_HANDOVER}plan/", plan_all, name="plan_all"),
    path(f"{_HANDOVER}undo/<int:batch>/", undo_batch, name="undo_batch"),
    path(f"{_HANDOVER}finish/", finish_handover, name="finish_handover"),
    path(f"{_HANDOVER}reopen/", reopen_handover, name="reopen_handover"),
    path(f"{_ROW}successor/", choose_successor, name="choose_successor"),
    path(f"{_ROW}note/", write_note, name="write_note"),
    path(f"{_ROW}introduction/", plan_introduction, name="plan_introduction"),
    path(f"{_ROW}introduction/done/", settle_introduction, name="settle_introduction"),
    path(f"{_ROW}introduction/again/", unsettle_introduction, name="unsettle_introduction"),
    path("changes/", changes, name="changes"),
    path("changes/changes.csv", changes_csv, name="changes_csv"),
    path("healthz", healthz, name="healthz"),
    path("distance/", distance, name="distance"),
    path("distance/over-time/", distance_over_time, name="distance_over_time"),
    path("counting/", counting, name="counting"),
    path("doors-and-windows/", doors_and_windows, name="doors_and_windows"),
    path("wall/", wall, name="wall"),
    path("wall/behind/", wall_behind, name="wall_behind"),
    path("wall/events/", note_wall_event, name="note_wall_event"),
    path("wall/events/<int:pk>/", correct_wall_event, name="correct_wall_event"),
    path("wall/events/<int:pk>/revert/", revert_wall_event, name="revert_wall_event"),
    path("wall/events/<int:pk>/delete/", delete_wall_event, name="delete_wall_event"),
    path("wall/events/<int:pk>/restore/", restore_wall_event, name="restore_wall_event"),
    path("who-knows/", known, name="known"),
    path("who-knows/contacts/", known_contacts, name="known_contacts"),
    path("care/", care, name="care"),
    path("care/behind/<slug:what>/", care_behind, name="care_behind"),
    path("report/", report, name="report"),
    path("report/make/", ask_for_report, name="ask_for_report"),
    path("report/mail/", mail_report, name="mail_report"),
    path("report/<int:pk>.pdf", report_file, name="report_file"),
    path("report/<int:pk>/progress/", report_progress, name="report_progress"),
    path("policy/", policy, name="policy"),
    path("policy/preview/<slug:digest>/", policy_preview, name="policy_preview"),
    path("policy/versions/", policy_versions, name="policy_versions"),
    path("policy/versions/compare/", policy_comparison, name="policy_comparison"),
    path("policy/versions/<int:version>/roll-back/", policy_roll_back, name="policy_roll_back"),
    path("proof/", proof, name="proof"),
    path("proof/start/", start_proof, name="start_proof"),
    path("proof/progress/<int:pk>/", proof_progress, name="proof_progress"),
    path("proof/customers/", proof_customers, name="proof_customers"),
    path("proof/customers.csv", proof_customers_csv, name="proof_customers_csv"),
    path("search/", search, name="search"),
    path("silence/", silence, name="silence"),
    path("silence/work/", silence_work, name="silence_work"),
    path("silence/refit/", refit_silence, name="refit_silence"),
    path("silence/use/", use_silence_version, name="use_silence_version"),
]
