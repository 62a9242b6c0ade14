// Who is signed in: a user, their token, and the system's counters at that moment. It ends with the browser's tab.

const PLACE = "twitterlab.session";
const listeners = [];
let current = stored();

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE));
  } catch {
    return null;
  }
}

export const session = () => current;

/** Call `listener(reason)` after each sign-in and sign-out; `reason` says why a session ended by itself. */
export function onSession(listener) {
  listeners.push(listener);
}

export function begin(user, token, start) {
  keep({ user, token, start });
  for (const listener of listeners) listener("");
}

export function end(reason = "") {
  current = null;
  sessionStorage.removeItem(PLACE);
  for (const listener of listeners) listener(reason);
}

/** Count the whole system's work from `start` on: what /work said at sign-in, or since the service started anew. */
export function countFrom(start) {
  keep({ ...current, start });
}

function keep(next) {
  current = next;
  sessionStorage.setItem(PLACE, JSON.stringify(next));
}
