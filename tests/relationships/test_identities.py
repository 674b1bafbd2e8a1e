"""Equal means same: e-mail addresses and phone numbers in any form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationships.identities import IdentityFlawError, email_ref, phone_ref


@pytest.mark.parametrize(
    "text",
    [
        "zoe@bücher.example",
        "ZOE@BÜCHER.EXAMPLE",
        "zoe@xn--bcher-kva.example",
        "Zoe@XN--BCHER-KVA.example",
        "zoe@bu\u0308cher.example",
        " zoe@\uff42ücher.example ",
    ],
)
def test_domain_is_one_in_every_spelling(text):
    assert email_ref(text).value == "zoe@bücher.example"


def test_sharp_s_is_a_letter_of_its_own():
    assert email_ref("a@straße.de") == email_ref("a@xn--strae-oqa.de")
    assert email_ref("a@straße.de") != email_ref("a@strasse.de")


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "zoe", "zoe@", "@example.com", "zoe@example", "zoe@a@", "a b@example.com",
        "zoe@exa\x00mple.com", "zoe@\ud800.com", "z\ud800@example.com", "zoe@xn--\ud800.com",
        "zoe@xn--99999999.com" + "x" * 300, "zoe@" + "xn--" * 60_000,
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_what_would_be_right(text):
    with pytest.raises(IdentityFlawError, match=r"zoe@example\.com"):
        email_ref(text)


@given(st.text() | st.from_regex(r"\A[a-z]{1,3}@(xn--)?[a-z0-9ü-]{1,9}\.com\Z"))
def test_address_is_refused_or_stays_as_it_is_written_once(text):
    try:
        ref = email_ref(text)
    except IdentityFlawError:
        return
    assert email_ref(ref.value) == ref


@pytest.mark.parametrize(
    "text",
    [
        "+49 30 901820",
        "+49 (0)30 / 90 18-20",
        "0049 30 901820",
        "(00 49) 30 901820",
        "tel:+49-30-901820",
        "\uff0b\uff14\uff19 \uff13\uff10 \uff19\uff10\uff11\uff18\uff12\uff10",
    ],
)
@pytest.mark.parametrize("region", ["", "DE", "US"])
def test_number_with_its_country_is_the_same_everywhere(settings, region, text):
    settings.PHONE_REGION = region

    assert phone_ref(text).value == "+4930901820"


@pytest.mark.parametrize(
    ("region", "text", "value"),
    [
        ("DE", "030 901820", "+4930901820"),
        ("DE", "(030) 90 18-20", "+4930901820"),
        ("AT", "01 5880 0", "+43158800"),
        ("US", "(212) 555-0123", "+12125550123"),
        ("US", "011 49 30 901820", "+4930901820"),
        ("IT", "06 1234 5678", "+390612345678"),
    ],
)
def test_national_number_is_of_the_region_that_is_set(settings, region, text, value):
    settings.PHONE_REGION = region

    assert phone_ref(text).value == value


def test_national_number_without_a_region_is_refused(settings):
    settings.PHONE_REGION = ""

    with pytest.raises(IdentityFlawError, match=r"with its country, such as \+49 30 901820\."):
        phone_ref("030 901820")


@pytest.mark.parametrize("text", ["", "x", "+", "00", "+49", "9" * 100_000, "\x00", "\ud800"])
def test_what_is_no_number_is_refused_with_what_would_be_right(settings, text):
    settings.PHONE_REGION = "DE"

    with pytest.raises(IdentityFlawError, match="or as it is dialled in DE"):
        phone_ref(text)


@given(st.text() | st.from_regex(r"\A[+0]{0,3}[0-9 ()/.-]{1,20}\Z"))
def test_number_is_refused_or_stays_as_it_is_written_once(text):
    try:
        ref = phone_ref(text)
    except IdentityFlawError:
        return
    assert phone_ref(ref.value) == ref
