# right

from dataclasses import dataclass, field
from operator import attrgetter


@dataclass
class Source:
    rows: object
    head: tuple = field(init=False)

    def __post_init__(self):
        self.step()

    def step(self):
        self.head = next(self.rows, ())


def pulled(rows, rules):
    since = min(start for start, rule in rules if rule == "pull")
    for row in rows:
        if row[0] < since:
            return
        if max(rule for rule in rules if rule[0] <= row[0])[1] == "pull":
            yield row


def hybrid_page(pushed, timelines, rules, limit):
    sources = [Source(pushed)] + [Source(pulled(rows, rules[author])) for author, rows in timelines.items()]
    page = []
    while len(page) < limit and any(source.head for source in sources):
        newest = max(sources, key=attrgetter("head"))
        page.append(newest.head[0])
        if len(page) < limit:
            newest.step()
    return page
