// Tweet IDs are strings of digits: 64 bits do not fit into JavaScript's numbers, so they are compared as text.

/** Below zero where `a` is newer than `b`, above zero where it is older: for sorting newest first. */
export function newestFirst(a, b) {
  return b.length - a.length || (a < b ? 1 : a > b ? -1 : 0);
}

/** Whether `a` was posted before `b`. */
export function isOlder(a, b) {
  return newestFirst(a, b) > 0;
}

/** The smallest ID of `milliseconds` before `id`: an ID holds its time above the lowest 22 bits. */
export function before(id, milliseconds) {
  const earlier = BigInt(id) - (BigInt(milliseconds) << 22n);
  return String(earlier > 0n ? earlier : 0n);
}
