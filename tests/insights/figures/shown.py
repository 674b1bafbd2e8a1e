"""What a page shows in figures: its tables, and every other text with a digit in it.

Only figures are looked at, not markup: a text is what a reader takes in at once, with the heading
above it, so that a link or a sentence more changes nothing. Drawings are told by their titles.
"""

import re
from html.parser import HTMLParser

BLOCKS = {
    "p", "li", "dt", "dd", "h1", "h2", "h3", "h4", "section", "header", "div", "ul", "ol", "dl",
    "article", "form", "details", "summary", "label", "fieldset", "legend", "nav", "tr", "td",
    "th", "caption", "option", "button", "figure", "figcaption", "table", "title", "desc", "text",
    "main", "svg", "small", "aside", "footer", "time", "template", "menu",
}  # fmt: skip
ALONE = {"br", "hr", "img", "input", "link", "meta", "wbr", "source"}
SEAM = "\N{ZERO WIDTH SPACE}"
"""Where one element ends and another begins: two numbers beside each other are two."""
SILENT = {"script", "style", "template"}


class Page(HTMLParser):
    """The figures of what is inside `main` of an answer.

    `texts` are (heading, text) of every text with a digit; `tables` the rows of each table, all
    of one caption together; `marks` the numbers drawn beside a mark, each with the mark's title;
    `lines` all texts of each line of a list behind a number.
    """

    def __init__(self, answer, until="", since=""):
        super().__init__()
        self._until, self._since, self._is_over = until, since, since != ""
        self.texts, self.tables, self.marks, self.lines = [], {}, [], []
        self._open, self._words, self._heading, self._row = [], [], "", None
        self._caption, self._rows, self._titles = "", None, []
        self.feed(answer.content.decode() if hasattr(answer, "content") else answer)

    def handle_starttag(self, tag, attrs):
        """Begin a text wherever a reader would."""
        if tag in BLOCKS:
            self._say()
        self._words.append(SEAM)
        if tag in ALONE:
            return
        self._open.append((tag, dict(attrs)))
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "li" and "data-row" in dict(attrs):
            self.lines.append([])
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("a", "g", "line", "svg"):
            self._titles.append((len(self._open), []))
        if tag == "svg" and any(one == "main" for one, _ in self._open):
            self._keep(dict(attrs).get("aria-label") or "")

    def handle_startendtag(self, tag, attrs):
        """Draw nothing: a mark without words says nothing."""

    def handle_endtag(self, tag):
        """End a text, a cell or a table."""
        if tag in BLOCKS:
            self._say(closes=tag)
        self._words.append(SEAM)
        while self._open and tag not in ALONE:
            closed, _ = self._open.pop()
            while self._titles and self._titles[-1][0] > len(self._open):
                self._titles.pop()
            if closed == tag:
                break
        if tag == "table" and self._rows is not None:
            rows = [row for row in self._rows if row]
            self.tables.setdefault(self._caption, []).append(rows)
            self._rows = None

    def handle_data(self, data):
        """Take in words that can be seen."""
        inside = [tag for tag, _ in self._open]
        if "main" in inside and not SILENT.intersection(inside):
            self._words.append(data)

    def _say(self, closes=""):
        text = re.sub(rf"(?<=[\w%]){SEAM}+(?=[\w+\N{{MINUS SIGN}}])", " ", "".join(self._words))
        text = " ".join(text.replace(SEAM, "").replace("\N{NO-BREAK SPACE}", " ").split())
        self._words = []
        inside = [tag for tag, _ in self._open]
        if not text and closes not in ("td", "th"):
            return
        if "svg" in inside:
            self._draw(inside, text)
        elif inside and inside[-1] == "caption":
            self._caption = text
        elif self._rows is not None and ("td" in inside or "th" in inside):
            self._cell(closes, text)
        elif {"h1", "h2", "h3", "h4"}.intersection(inside):
            self._is_over = self._is_over or (text == self._until != "")
            if self._heading == self._since != "":
                self._is_over = False
            self._heading = text
            self._keep(text)
        else:
            if any(tag == "li" and "data-row" in attrs for tag, attrs in self._open):
                self.lines[-1].append(text)
            self._keep(text)

    def _cell(self, closes, text):
        """Put what stands in a cell, however it is broken, into it."""
        row = self._rows[-1]
        if not getattr(self, "_in_cell", False):
            row.append(text)
        elif text:
            row[-1] = f"{row[-1]} {text}".strip()
        self._in_cell = closes not in ("td", "th")

    def _draw(self, inside, text):
        if inside[-1] == "title":
            self._titles[-1][1].append(text)
            self._keep(text)
        elif inside[-1] == "desc":
            self._keep(text)
        elif re.search(r"\d", text):
            titles = [title for depth, title in self._titles if title]
            classes = self._open[-1][1].get("class") or ""
            title = titles[-1][0] if len(titles) > 1 else ""
            if re.search(r"[a-z]{2}", text) and text not in title:
                self._keep(text)
            else:
                self.marks.append((title, classes, text))

    def _keep(self, text):
        if re.search(r"\d", text) and not self._is_over:
            self.texts.append((self._heading, text))
