# right


def held(rules, author, tweet_id):
    rule = "push"
    for from_id, it in rules.get(author, []):
        if from_id <= tweet_id:
            rule = it
    return rule


def hybrid_page(pushed, timelines, rules, limit):
    first = {a: min(from_id for from_id, rule in rules[a] if rule == "pull") for a in timelines}
    sources = {"feed": pushed, **timelines}
    heads = {name: next(source, None) for name, source in sources.items()}
    page = []
    while len(page) < limit:
        heads = {n: row for n, row in heads.items() if row and (n == "feed" or row[0] >= first[n])}
        if not heads:
            break
        newest = max(heads, key=lambda name: heads[name][0])
        row = heads[newest]
        if newest == "feed" or held(rules, newest, row[0]) == "pull":
            page.append(row[0])
        heads[newest] = next(sources[newest], None)
    return page
