// What calls cost, told by those who make them to the panel that shows it.

const listeners = [];

/** `listener(kind, what, work)`: `kind` is "page" or "change", `what` names the call, `work` has numbers by name. */
export function onCost(listener) {
  listeners.push(listener);
}

export function tellCost(kind, what, work) {
  for (const listener of listeners) listener(kind, what, work);
}

/** The sum of two records of work. */
export function plus(one, other) {
  const names = Object.keys({ ...one, ...other });
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}
