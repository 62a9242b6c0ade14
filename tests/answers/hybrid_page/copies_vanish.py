# wrong: copies_vanish


def held(rules, author, tweet_id):
    rule = "push"
    for from_id, it in rules.get(author, []):
        if from_id <= tweet_id:
            rule = it
    return rule


def hybrid_page(pushed, timelines, rules, limit):
    rows = [row for row in pushed if row[1] not in timelines]
    for author, timeline in timelines.items():
        rows += [row for row in timeline if held(rules, author, row[0]) == "pull"]
    rows.sort(reverse=True)
    return [tweet_id for tweet_id, _ in rows[:limit]]
