"""A page of HTML as elements and text, for the tests of pages and cards."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "br"}


class Page(HTMLParser):
    """The elements of a page as (tag, attributes, enclosing tags), its text, and its errors."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.wrong, self.text = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if not {"style", "head"} & set(self.open[-1:]):
            self.text.append(data)

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes, _ in self.elements if name == tag]
