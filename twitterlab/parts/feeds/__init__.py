"""How feeds are kept: queue, fan-out, feed cache and the rules of push and pull."""
