# wrong


def held(rules, author, tweet_id):
    rule = "push"
    for from_id, it in rules.get(author, []):
        if from_id <= tweet_id:
            rule = it
    return rule


def hybrid_page(pushed, timelines, rules, limit):
    rows = [row for author in timelines for row in timelines[author] if held(rules, *row[::-1]) == "pull"]
    return [tweet_id for tweet_id, _ in sorted(rows, reverse=True)][:limit]
