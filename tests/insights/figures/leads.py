"""Where the numbers of a page lead: marks and links that say how many are in a list."""

import re
from html.parser import HTMLParser

LISTS = "|".join(
    (r"/customers/\?", "/care/behind/(?!said|noise)", "/wall/behind/", "/who-knows/contacts/",
     "/proof/customers/")
)  # fmt: skip
"""Lists behind numbers; ratios lead to what we said and to noise as well, and count nothing."""

COUNT = re.compile(r"([\d,]+)(?: [a-z][a-z ]*)?")
"""What a link says that counts: a number, perhaps with what it is of, and no share or amount."""

MARK = re.compile(r"List of the ([\d,]+) |: ([\d,]+)(?: [a-z]+)?(?: \([^)]*\))?(?:$|\. )")
"""What the title of a mark says that counts."""

INSIDE = ("main", "svg", "title")


class Leads(HTMLParser):
    """The numbers of what is inside `main` of an answer that lead to a list, as (href, number)."""

    def __init__(self, answer):
        super().__init__()
        self.found, self._href, self._words, self._in = [], None, [], dict.fromkeys(INSIDE, 0)
        self.feed(answer.content.decode())

    def handle_starttag(self, tag, attrs):
        """Begin what a link says."""
        if tag in self._in:
            self._in[tag] += 1
        href = dict(attrs).get("href") or ""
        if tag == "a" and self._in["main"] and re.match(LISTS, href):
            self._href, self._words = href, []

    def handle_endtag(self, tag):
        """End it."""
        if tag in self._in:
            self._in[tag] -= 1
        if tag != "a" or self._href is None:
            return
        said = " ".join("".join(self._words).replace("\N{NO-BREAK SPACE}", " ").split())
        told = MARK.search(said) if self._in["svg"] else COUNT.fullmatch(said)
        if told:
            number = next(filter(None, told.groups()))
            self.found.append((self._href, int(number.replace(",", ""))))
        self._href = None

    def handle_data(self, data):
        """Take in what a link says."""
        if self._href is not None and (self._in["title"] or not self._in["svg"]):
            self._words.append(data)
