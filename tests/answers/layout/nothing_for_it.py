# over budget: nothing_for_it

layout = ["CREATE INDEX b ON tweets (author)", "CREATE INDEX c ON tweets (id)"]
