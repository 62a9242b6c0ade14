"""Who wants users, follows and events: graphs, and streams of what users do."""
