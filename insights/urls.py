"""Pages and API of this app."""

from django.urls import path

from insights.views.care import care
from insights.views.care_behind import care_behind
from insights.views.changes import changes, changes_csv
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
from insights.views.duplicates import dismiss_duplicate, duplicates, restore_duplicate
from insights.views.health import healthz
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
from insights.views.saved_views import (
    delete_view,
    rename_view,
    replace_view,
    restore_view,
    save_view,
)
from insights.views.silence import (
    refit_silence,
    silence,
    silence_work,
    use_silence_version,
)
from insights.views.snoozes import snooze, snooze_again, wake
from insights.views.today import today

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
    path("customers/", customers, name="customers"),
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
    path("changes/", changes, name="changes"),
    path("changes/changes.csv", changes_csv, name="changes_csv"),
    path("healthz", healthz, name="healthz"),
    path("distance/", distance, name="distance"),
    path("care/", care, name="care"),
    path("care/behind/<slug:what>/", care_behind, name="care_behind"),
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
    path("silence/", silence, name="silence"),
    path("silence/work/", silence_work, name="silence_work"),
    path("silence/refit/", refit_silence, name="refit_silence"),
    path("silence/use/", use_silence_version, name="use_silence_version"),
]
