"""Names as they are searched for: what the database makes of them is what Python makes of them."""

import pytest

from relationships.models import Contact
from relationships.names import searchable
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

LETTERS = "".join(map(chr, [*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x180)]))


@pytest.fixture
def contact() -> Contact:
    return ContactFactory()


def kept(contact: Contact, name: str) -> str:
    Contact.objects.filter(pk=contact.pk).update(name=name)
    return Contact.objects.values_list("search_name", flat=True).get(pk=contact.pk)


@pytest.mark.parametrize(
    "name",
    [
        "Marta Żółkiewska",
        "Zoë Müller-Łukasz",
        "STRAẞE Groß",
        "Søren Æbelø",
        "Đặng Thị Œuvre",
        "İpek Şahin",
        "Αλέξανδρος Παπαδόπουλος",
        "Пётр Чайковский",
        "O'Neill, Tomás",
    ],
)
def test_database_writes_names_as_python_does(contact, name):
    assert kept(contact, name) == searchable(name)


def test_every_letter_of_latin_alphabets_is_written_alike(contact):
    differ = {
        letter: (kept(contact, f"a{letter}b"), searchable(f"a{letter}b"))
        for letter in LETTERS
        if kept(contact, f"a{letter}b") != searchable(f"a{letter}b")
    }
    assert differ == {}
