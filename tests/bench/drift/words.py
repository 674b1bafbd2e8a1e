"""What the page says beside its numbers: how they are measured, and nothing that they decide."""

from tests.bench.drift import alerts, few

OPENING = """\
# Drift: Hearth and its peers, measured

Written by `make bench-drift`; do not edit. {log_list}. {draws} bootstrap draws.

The question is who falls silent: no event in the horizon that begins at the cut-off. Every rival
gets the same customers, all who were seen before the cut-off, and only what happened before it.
*Early drift* are those of whom a warning is worth most: at least four active days, the last one
within twice their own median gap. Numbers are means over a log's cut-offs, then over logs, each of
equal weight. ± is a 95 % interval: 1.96 standard deviations over draws of the customers, the same
draws for every rival. The best number of a column is bold.

On a log the shipped coefficients were trained on, Hearth starts from others instead, trained on all
logs but that one: no number of it has seen the log's outcome. What the score is made of was chosen
with those logs in view, though, and the fairest test is a log of your own (see the end)."""

MEASURING = """\
AUC, average precision (AP) and the lift of the top tenth are taken of the order a rival gives;
Brier score and calibration error (ECE, ten groups of equal size) of its probability. Who gives an
order only (marked *) gets a probability from a logistic of it alone, fitted at the newest earlier
cut-off whose horizon is over. Where less than half a horizon of history lies before that, the
history is cut in its middle and its second half is the horizon. For Brier and ECE less is better.
Resampling makes an ECE larger, so its interval tells the spread, not the place."""

BY_LOG = """\
AUC on each log. The best peer is chosen after the fact, separately for every log: no one peer could
have been that on all of them."""

ALERTS = f"""\
In each week of the horizon before a cut-off, from half a horizon of history on, customers are
flagged if they have at least {alerts.RHYTHM_DAYS} active days, have been silent for less than a
horizon, and were not flagged before: the {alerts.BUDGET * 100:.0f} % of them with the highest
score. Rivals learn anew every third of a horizon. *Precision* is the share of the flagged who are
then silent for a whole horizon. *Lead* is the share of a horizon that had not passed since their
last event when they were flagged: a silence of a whole horizon is evident to anybody."""

BEGUN = f"""\
AUC on all customers when everything a rival learns (parameters, the population's rhythm,
coefficients) comes from the history of {few.FEW} customers drawn at random: the mean of
{few.SEEDS} such draws, and their standard deviation."""

STILLNESS = """\
At each log's last cut-off time is let pass for three horizons in which nothing happens. The share
of customers whose score ever falls meanwhile, that is, who are brought nearer by silence alone:"""

YOUR_OWN = """\
    make bench-drift ARGS="--logs FOLDER"
    make bench-drift ARGS="--log FILE.csv --cut 2024-01-01 --cut 2024-07-01 --horizon 90"

A log is a CSV file with the columns `customer`, `occurred_at` (ISO) and perhaps `value`. A folder
has a README.md with a table of seven columns: the first names the file, the last two give the
cut-offs and the horizon in days. `HEARTH_LOGS` names the folder too. The result for a file of your
own is printed, and written only where `--out` says. Logs are read where they are, never copied."""
