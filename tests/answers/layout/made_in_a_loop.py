# right

layout = ["BEGIN"]
for table, columns in {"follows": ["follower"], "tweets": ["author", "id"]}.items():
    layout += [f"CREATE INDEX of_{column} ON {table} ({column})" for column in columns]
layout.append("COMMIT")
