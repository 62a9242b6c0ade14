"""Where rows lie: databases, their layout, shards and replicas."""
