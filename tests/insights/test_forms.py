"""What makes no sense in the address of a page is complained of in words that say what to do."""

from datetime import date
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from insights.care_forms import CareForm
from insights.forms import (
    ChangesForm,
    CustomersForm,
    DistanceForm,
    DoorsAndWindowsForm,
    KnownContactsForm,
    KnownForm,
    WallForm,
)
from insights.over_time_form import OverTimeForm
from insights.selectors.portfolio import Choices
from insights.wall_forms import ColumnForm

TODAY = date(2026, 3, 4)
OFFERING = (
    ChangesForm, CustomersForm, DistanceForm, DoorsAndWindowsForm, KnownContactsForm, KnownForm,
    OverTimeForm,
)  # fmt: skip
FORMS = [
    *((form, (Choices(),)) for form in OFFERING),
    (CareForm, (Choices(), TODAY)),
    (ColumnForm, (TODAY,)),
    (WallForm, (Choices(), ["phone"])),
]


@pytest.mark.parametrize(("form", "given"), FORMS)
@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 19, "y" * 501])
def test_every_filter_complains_in_plain_words(form, given, nonsense):
    names = form.base_fields.keys()
    filled = form(QueryDict(urlencode(dict.fromkeys(names, nonsense))), *given)
    filled.is_valid()
    said = filled.complaints() if callable(filled.complaints) else filled.complaints
    assert said
    for words in ("Select a valid", "Ensure this value", "Enter a", "step size"):
        assert not [one for one in said if words in one], words


def test_a_choice_that_there_is_not_is_named_with_what_to_do():
    form = DistanceForm({"stage": "boss"}, Choices())
    assert form.complaints() == ["Stage: “boss” is none of the choices; choose another."]
    assert CustomersForm({"q": "y" * 201}, Choices()).complaints() == [
        "Search by name: that is too long; give 200 letters at most."
    ]
