// The panel "What this page just cost": the counters of the last page and of the last change, and sums since sign-in.

import { get } from "./api.js";
import { onCost } from "./costs.js";
import { byId, element } from "./dom.js";
import { countFrom, session } from "./session.js";

const IDEAS = {
  SingleTable: "One table, scanned by every read.",
  FollowerIndex: "Rows laid out and indexed by follower: a feed is a range query.",
  ReadReplicas: "A leader's log shipped to replicas: reads spread, and may be late.",
  UserShards: "Tweets and follows cut by user ID: route, scatter, merge, page.",
  TweetCache: "A cache of tweets before the shards.",
  PrecomputedFeeds: "A queue, workers, and a feed kept ready for each active reader.",
  HybridFeeds: "Celebrities are not fanned out, but merged in when a feed is read.",
};
const COUNTERS = [
  ["rows_read", "Rows read", "rows that the queries went through", "shard"],
  ["shard_requests", "Shard requests", "requests sent to one database", "shard"],
  ["queries", "Queries", "questions put to a database", "shard"],
  ["cache_hits", "Cache hits", "found in a cache", "cache"],
  ["cache_misses", "Cache misses", "not in a cache, so fetched", "cache"],
  ["merged", "Merged", "tweets through a merge", "reader"],
  ["pulls", "Pulls", "authors pulled when the page was read", "reader"],
];
const TOTALS = [
  ["deliveries", "Deliveries", "tweet IDs written into feeds", "author"],
  ["messages", "Messages", "pieces of background work done", "queue"],
];

const count = (number) => (number ?? 0).toLocaleString("en");
const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

/** Fill the panel with its rows, and let it show what calls cost from now on. */
export function preparePanel() {
  byId("costs").replaceChildren(...COUNTERS.map(row));
  byId("totals").replaceChildren(...TOTALS.map(total));
  onCost(showCost);
  const wide = matchMedia("(min-width: 60rem)"); // as in page.css: there the panel is beside the tweets, and open
  const fold = () => (byId("panel-fold").open = wide.matches);
  wide.addEventListener("change", fold);
  fold();
}

/** Empty it for whoever signs in next. */
export function clearPanel() {
  for (const cell of document.querySelectorAll("#costs td")) cell.textContent = "-";
  byId("which-page").textContent = "none yet";
  byId("which-change").textContent = "no post, delete or follow yet";
  byId("panel-gist").textContent = "";
  if (session()) showSystem(session().start);
}

/** Ask the system for its sums, and how far it is behind. */
export async function checkPanel() {
  try {
    const { data } = await get("/work");
    if (session()) showSystem(data);
    byId("panel-says").textContent = "";
  } catch (problem) {
    byId("panel-says").textContent = problem.message;
  }
}

function row([name, title, about, role]) {
  const head = element("th", { scope: "row", class: `role ${role}` }, title);
  head.append(element("span", { class: "small", id: `about-${name}` }, about));
  const cell = (kind) => element("td", { id: `${kind}-${name}` }, "-");
  return element("tr", {}, head, cell("page"), cell("change"));
}

function total([name, title, about, role]) {
  const term = element("dt", { class: `role ${role}` }, title, element("span", { class: "small" }, about));
  return element("div", {}, term, element("dd", { id: `total-${name}` }, "0"));
}

function showCost(kind, what, work) {
  for (const [name] of COUNTERS) byId(`${kind}-${name}`).textContent = count(work[name]);
  byId(`which-${kind}`).textContent = what;
  const { rows_read: rows, shard_requests: requests } = work;
  if (kind === "page") byId("panel-gist").textContent = `${plural(rows, "row")}, ${plural(requests, "request")}`;
}

function showSystem({ stage, name, shards, work, lag }) {
  byId("stage").textContent = `Stage ${stage}`;
  byId("panel-stage").textContent = `Stage ${stage}: ${name}`;
  byId("panel-idea").textContent = IDEAS[name] ?? "";
  const which = shards === 1 ? "the one database" : `one of ${shards} databases`;
  byId("about-shard_requests").textContent = `requests sent to ${which}`;
  showTotals({ stage, name, shards, work, lag });
  byId("lag-about").textContent = waiting(lag);
  byId("lag").replaceChildren(...lag.map(late));
}

function showTotals(now) {
  const { start } = session();
  const anew = now.name !== start.name || TOTALS.some(([name]) => now.work[name] < start.work[name]);
  if (anew) countFrom(now); // the service was started again, and counts from zero
  for (const [name] of TOTALS) byId(`total-${name}`).textContent = count(now.work[name] - session().start.work[name]);
}

/** What the list of those who are behind is about. */
function waiting(lag) {
  if (!lag.length) return "Nothing: at this stage a write is everywhere at once.";
  const isReplica = lag[0].name.startsWith("replica");
  return isReplica ? "Changes that a replica has not copied yet" : "Messages that wait for a worker";
}

function late({ name, positions, milliseconds }) {
  const words = positions ? `${count(positions)}, the oldest ${count(milliseconds)} ms ago` : "none";
  return element("li", { class: "role queue" }, element("span", {}, name), element("span", {}, words));
}
