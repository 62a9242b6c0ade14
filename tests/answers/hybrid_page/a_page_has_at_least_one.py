# wrong
#
# …A page of 0 is asked for.
#
# …

import heapq


def hybrid_page(pushed, timelines, rules, limit):
    def rule_at(author, number):
        return [rule for start, rule in rules[author] if start <= number][-1]

    def pulled(author):
        since = min(start for start, rule in rules[author] if rule == "pull")
        for row in timelines[author]:
            if row[0] < since:
                break
            if rule_at(author, row[0]) == "pull":
                yield row

    page = []
    for number, _ in heapq.merge(pushed, *(pulled(author) for author in timelines), reverse=True):
        page.append(number)
        if len(page) >= limit:
            break
    return page
