# over budget: sorts_all


def held(rules, author, tweet_id):
    rule = "push"
    for from_id, it in rules.get(author, []):
        if from_id <= tweet_id:
            rule = it
    return rule


def hybrid_page(pushed, timelines, rules, limit):
    rows = list(pushed)
    for author, timeline in timelines.items():
        rows += [row for row in timeline if held(rules, author, row[0]) == "pull"]
    return [tweet_id for tweet_id, _ in sorted(rows, reverse=True)][:limit]
