"""What people say of many customers at once, and how it is told what comes of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from relationships.models import Customer, Person
from relationships.selectors.bulk_changes import Outlook
from relationships.selectors.directory import owners, segments
from relationships.words import plural

NOBODY = "0"
INFERRED = "inferred"

Options = Sequence[tuple[str, str]]


class ChangeForm(forms.Form):
    """What is to be said of all: their owner, their style or their segment."""

    value = forms.ChoiceField(
        error_messages={
            "required": "Choose what they shall have.",
            "invalid_choice": "That is not there any more; choose again.",
        },
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, what: str, person: Person) -> None:
        super().__init__(data)
        self.what = what
        options = {"owner": _owners, "style": _styles, "segment": _segments}[what](person)
        self.labels = dict(options)
        field = self.fields["value"]
        field.label = what.capitalize()
        field.choices = [
            ("", f"Choose a {what}" if what != "owner" else "Choose an owner"),
            *options,
        ]

    def change(self) -> dict[str, Any]:
        """Return what to change, as `change_customers` wants it; the form must be valid."""
        chosen = self.cleaned_data["value"]
        if self.what == "style":
            return {"style": "" if chosen == INFERRED else chosen}
        return {self.what: None if chosen == NOBODY else int(chosen)}

    def chosen_words(self) -> str:
        """Return what the choice is called in a sentence."""
        chosen = self.cleaned_data["value"]
        if self.what == "style" or chosen == NOBODY:
            return self.labels[chosen].lower()
        return self.labels[chosen].removesuffix(" (me)")


def _owners(person: Person) -> Options:
    people = {str(one.pk): one.name for one in owners(person)}
    mine = str(person.pk)
    first = [(mine, f"{people.pop(mine)} (me)")] if mine in people else []
    return [*first, *people.items(), (NOBODY, "Nobody")]


def _styles(person: Person) -> Options:
    return [*Customer.Style.choices, (INFERRED, "Inferred from what they do")]


def _segments(person: Person) -> Options:
    return [*((str(one.pk), one.name) for one in segments(person)), (NOBODY, "None")]


def ahead_words(outlook: Outlook) -> str:
    """Say whom a change would change.

    >>> ahead_words(Outlook({1: {}, 2: {}}, [3], [], []))
    '2 customers change. 1 is so already.'
    """
    number = len(outlook.before)
    change = f"{plural(number, 'customer')} {'changes' if number == 1 else 'change'}"
    return " ".join([f"{change}." if number else "Nobody changes.", *left_words(outlook)])


def changed_words(form: ChangeForm, outlook: Outlook) -> str:
    """Say whom a change changed."""
    number = len(outlook.before)
    whose = plural(number, "customer")
    change = f"The {form.what} of {whose} is {form.chosen_words()} now."
    return " ".join([change if number else "Nothing was changed.", *left_words(outlook)])


def left_words(outlook: Outlook) -> Sequence[str]:
    """Say who stays as they are, and why."""
    words = []
    if number := len(outlook.same):
        words.append(f"{number:,} {'is' if number == 1 else 'are'} so already.")
    if number := len(outlook.unseen):
        are = "is of a team" if number == 1 else "are of teams"
        words.append(f"{number:,} {are} whose customers the new owner does not see.")
    if number := len(outlook.gone):
        was = "was merged, or is" if number == 1 else "were merged, or are"
        words.append(f"{number:,} {was} not yours to see any more.")
    return words


def back_words(back: int, left: int) -> str:
    """Say how many customers are as they were.

    >>> back_words(7, 1)
    '7 customers are as they were. 1 was changed since and stays so.'
    """
    are = "is as it was" if back == 1 else "are as they were"
    said = f"{plural(back, 'customer')} {are}." if back else "Nobody is as before."
    if left:
        stays = "was changed since and stays so" if left == 1 else "were changed since and stay so"
        said = f"{said} {left:,} {stays}."
    return said
