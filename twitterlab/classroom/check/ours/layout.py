# Made by `make exercises` from solutions/02_follower_index.ipynb: change it there.
layout = ...  # a list of strings
layout = [
    "CREATE INDEX follows_by_follower ON follows (follower)",
    "CREATE INDEX tweets_by_author ON tweets (author)",  # of this column alone: DuckDB follows no other kind
    "CREATE INDEX tweets_by_id ON tweets (id)",
]
