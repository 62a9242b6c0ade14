"""The seven stages, each a class that keeps the whole contract."""
