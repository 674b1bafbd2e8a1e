"""Bench making a board report with the demonstration: its figures, its paper, and all of it.

`python -m tests.bench.bench_report`. Whoever presses "Make it now" waits for the last of these.
"""

from tests.bench.bench_export import seconds_of
from tests.bench.database import scratch_database  # first: sets up

from django.utils import timezone  # isort: skip

from insights.models import BoardReport  # isort: skip
from insights.report_contents import About, report_contents  # isort: skip
from insights.report_pdf import typeset  # isort: skip
from insights.selectors.reports import months_to_report  # isort: skip
from insights.services.reports import make_report  # isort: skip
from tests.bench.bench_fold import peak_gb  # isort: skip
from tests.organisation import demonstration  # isort: skip


def main() -> None:
    """Print what each part takes, and how large the file is."""
    with scratch_database():
        demonstration()
        now = timezone.now()
        month = months_to_report(now)[0]
        about = About(month=month, is_whole=True, as_of=now, by="", is_demo=True)
        contents = report_contents(about)

        def whole() -> None:
            report = BoardReport.objects.create(month=month, is_whole=True, due_at=now)
            make_report(report_id=report.pk, now=now)

        for name, work in (
            ("its figures", lambda: report_contents(about)),
            ("its paper", lambda: typeset(contents, made_at=now)),
            ("all of it, kept", whole),
        ):
            print(f"{name:<16} {seconds_of(work) * 1000:7.1f} ms")
        print(f"file             {len(typeset(contents, made_at=now)) / 1000:7.1f} kB")
    print(f"peak memory      {peak_gb():7.2f} GB")


if __name__ == "__main__":
    main()
