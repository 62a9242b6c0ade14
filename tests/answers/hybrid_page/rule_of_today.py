# wrong: rule_of_today
#
# User 0 follows them all: 1 posts t1, then 1 posts t2. Author 1 is pulled, then pushed from t2 on. A page of 2 is asked
# for.
#
# Yours gave t2; expected was t2, t1.
#
# …


def hybrid_page(pushed, timelines, rules, limit):
    celebrities = [author for author in timelines if rules[author][-1][1] == "pull"]
    rows = {row for row in pushed if row[1] not in celebrities}
    for author in celebrities:
        rows.update(timelines[author])
    return sorted((tweet_id for tweet_id, _ in rows), reverse=True)[:limit]
