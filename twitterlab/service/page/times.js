// When a tweet was posted: in words that age with the page, and in full for whoever points at them.

const STEPS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];
const RECENT = 7 * 86_400_000; // older tweets show their date
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });
const date = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const full = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "medium" });

/** How long ago `then` was, seen from `now`; both in Unix milliseconds. */
export function ago(then, now) {
  const age = now - then;
  if (age > RECENT) return date.format(then);
  const step = STEPS.find(([, length]) => age >= length);
  return step ? relative.format(-Math.floor(age / step[1]), step[0]) : "just now";
}

/** Fill a <time> element. */
export function tellTime(node, then) {
  const moment = new Date(then);
  node.dateTime = moment.toISOString();
  node.title = full.format(moment);
  node.textContent = ago(then, Date.now());
}

/** Let all times on the page age. */
export function ageTimes() {
  for (const node of document.querySelectorAll("time[datetime]")) {
    const words = ago(Date.parse(node.dateTime), Date.now());
    if (node.textContent !== words) node.textContent = words;
  }
}
