# over budget: any_index

layout = ["CREATE INDEX a ON follows (follower)", "CREATE INDEX c ON tweets (id)"]
