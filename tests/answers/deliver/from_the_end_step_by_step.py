# right


def deliver(tweet_id, followers, active, feeds, length):
    def put(feed):
        place = len(feed)
        while place > 0 and feed[place - 1] < tweet_id:
            place -= 1
        if place > 0 and feed[place - 1] == tweet_id:
            return False
        feed[place:place] = [tweet_id]
        del feed[length:]
        return place < length

    return sum(put(feeds.setdefault(reader, [])) for reader in followers if reader in active)
