"""Holds every figure of a page against a recount; one that nobody recounted is told."""

import re

from tests.insights.figures.shown import Page

MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
)
NO_FIGURES = (
    rf"\b\d{{1,2}} (?:{MONTHS})(?: \d{{4}})?\b",
    rf"\b(?:{MONTHS})(?: \d{{4}})?\b",
    r"\b(?:since|months of|of|in) 20\d\d(?:/\d\d)?\b",
    r"\bin 90 days\b|\bthe last 90 days\b|\b\d+ days or earlier\b",
)
"""Texts with digits that count nothing: days, months and the names of spans."""


def is_in(phrase):
    """Find a phrase where no number goes on on either side of it."""
    before = r"(?<![\d,.])" if phrase[0].isdigit() else r"(?<!\w)" if phrase[0].isalpha() else ""
    return re.compile(rf"{before}{re.escape(phrase)}(?!\d|[,.]\d)")


class Account:
    """What a recount says a page must say: in texts, in tables, and beside marks.

    `texts` are phrases with a figure that must be there, under a heading or anywhere; `maybe` may
    be. `tables` are rows by caption without their head; None stands for a text without a figure,
    a pattern for one whose figure is only partly recounted.
    `known` are patterns of phrases with digits that are no figures.
    """

    def __init__(self):
        self.texts, self.tables, self.known, self.maybe = [], {}, [], []
        self.unordered, self.grids = set(), {}

    def says(self, *phrases, under=""):
        """Expect phrases, under a heading or anywhere."""
        self.texts += [(under, plain(phrase)) for phrase in phrases if re.search(r"\d", phrase)]

    def may_say(self, *phrases):
        """Accept phrases that a page may leave out, as the names of many customers."""
        self.maybe += [("", plain(phrase)) for phrase in phrases]

    def knows(self, *patterns):
        """Accept what is no figure."""
        self.known += patterns

    def lists(self, caption, rows, *, in_any_order=False):
        """Expect a table."""
        lines = [[plain(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
        self.tables.setdefault(caption, []).append(sorted(lines) if in_any_order else lines)
        if in_any_order:
            self.unordered.add(caption)

    def fills(self, caption, cell):
        """Expect a table whose cells are what `cell` says of the heads of their row and column."""
        self.grids[caption] = cell

    def holds(self, answer, where="", until=""):
        """Compare with what is shown, to the figure; a page may be looked at `until` a heading."""
        page = Page(answer, until)
        missing, left = self._texts(page)
        assert not left, f"{where}: not recounted {left[:12]}"
        assert not missing, f"{where}: not shown {missing[:12]}"
        for caption, expected in self.tables.items():
            shown = page.tables.get(caption, [])
            assert len(shown) == len(expected), f"{where}: {caption!r} among {list(page.tables)}"
            for lines, rows in zip(shown, expected, strict=True):
                self._table(lines, rows, f"{where}: {caption}", caption in self.unordered)
        for caption, cell in self.grids.items():
            ((head, *lines),) = page.tables.pop(caption)
            for name, *cells in lines:
                for column, text in zip(head[1:], cells, strict=True):
                    assert text == plain(cell(name, column)), f"{where}: {name} and {column}"
        others = [
            caption
            for caption, shown in page.tables.items()
            if caption not in self.tables and any(map(has_digit, shown))
        ]
        assert not others, f"{where}: tables not recounted {others}"
        self._marks(page, where)

    def _table(self, lines, rows, where, in_any_order):
        head, body = lines[: len(lines) - len(rows)], lines[len(lines) - len(rows) :]
        body = sorted(body) if in_any_order else body
        expected = [
            [cell if accepts(text, cell) else text for text, cell in zip(row, line, strict=True)]
            for row, line in zip(rows, body, strict=True)
        ]
        wrong = [pair for pair in zip(body, expected, strict=True) if pair[0] != pair[1]]
        assert not wrong, f"{where}: shown and recounted {wrong[:5]}"
        assert len(head) < 3, f"{where}: more lines than recounted: {head}"

    def _texts(self, page):
        phrases = sorted({*self.texts, *self.maybe}, key=lambda one: -len(one[1]))
        patterns = [(under, phrase, is_in(phrase)) for under, phrase in phrases]
        by_text, found, left = {}, set(), []
        for heading, text in page.texts:
            if (heading, text) in by_text:
                continue
            rest = by_text[heading, text] = self._rest(heading, text, patterns, found)
            if re.search(r"\d", rest):
                left.append((heading, text, rest.strip()))
        return [one for one in dict.fromkeys(self.texts) if one not in found], left

    def _rest(self, heading, text, patterns, found):
        rest = text
        for under, phrase, pattern in patterns:
            if under in ("", heading) and phrase in rest and pattern.search(rest):
                found.update({("", phrase), (heading, phrase)})
                rest = pattern.sub(" \N{HORIZONTAL ELLIPSIS} ", rest)
        for pattern in (*self.known, *NO_FIGURES):
            rest = re.sub(pattern, " ", rest)
        return rest

    def _marks(self, page, where):
        """Compare numbers with the marks they stand beside; those without a mark are of an axis."""
        for title, classes, text in page.marks:
            if title:
                assert is_in(text).search(title), f"{where}: {text!r} beside {title!r}"
            elif {"strong", "figure"}.intersection(classes.split()) and not is_year(text):
                accepted = [phrase for _, phrase in (*self.texts, *self.maybe)]
                assert any(is_in(text).search(one) for one in accepted), f"{where}: mark {text!r}"


def accepts(expected, cell):
    """Whether what is expected of a cell is no single text, and the cell is such a one."""
    if isinstance(expected, re.Pattern):
        return expected.fullmatch(cell) is not None
    return expected is None


def plain(text):
    """Return a text as a page is read: with plain spaces."""
    return " ".join(str(text).replace("\N{NO-BREAK SPACE}", " ").split())


def has_digit(rows):
    """Whether there is a figure in a table."""
    return any(re.search(r"\d", cell) for row in rows for cell in row)


def is_year(text):
    """Whether a text is the name of a year."""
    return re.fullmatch(r"20\d\d", text) is not None
