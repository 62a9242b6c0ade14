// The page as a whole: which view is shown, who is signed in, and what is asked for again every few seconds.

import { byId, closeToast } from "./dom.js";
import { closeDialog, prepareDialog } from "./deleting.js";
import { FeedView } from "./feed.js";
import { OneView } from "./one.js";
import { checkPanel, clearPanel, preparePanel } from "./panel.js";
import { route, toUser } from "./routes.js";
import { end, onSession, session } from "./session.js";
import { SignInView } from "./sign_in.js";
import { ageTimes } from "./times.js";
import { UserView } from "./user.js";

const PERIOD = 5000; // milliseconds from one look for new tweets to the next

let feed = null; // is kept while other views are shown, so that a reader comes back to where they were
let view = null;
let left = { y: 0, focus: null }; // where the reader was in the feed
let timer = null;

history.scrollRestoration = "manual";
prepareDialog();
preparePanel();
prepareTop();
onSession((reason) => {
  feed?.close();
  feed = null;
  clearPanel();
  show(reason);
});
addEventListener("hashchange", () => show());
document.addEventListener("visibilitychange", look);
clearPanel();
show("", true);

/** Show what the address says, or the sign-in form; the focus goes to the heading, except as the page opens. */
function show(reason = "", isFirst = false) {
  leave();
  view = session() ? chosen() : new SignInView(reason);
  showTop();
  byId("main").replaceChildren(view.element);
  document.title = `${view.title} · twitterlab`;
  const isNew = view.show();
  if (!isFirst) arrive(isNew);
  look();
}

function chosen() {
  const where = route(location.hash);
  if (where.name === "user") return new UserView(where);
  if (where.name === "tweet") return new OneView(where);
  feed ??= new FeedView();
  return feed;
}

function leave() {
  closeDialog();
  closeToast();
  if (view === feed && feed) left = { y: scrollY, focus: document.activeElement };
  if (view === feed) feed?.hide();
  else view?.close();
}

function arrive(isNew) {
  const place = isNew || !left.focus?.isConnected ? view.heading : left.focus;
  place.focus({ preventScroll: true });
  scrollTo({ top: isNew ? 0 : left.y, behavior: "instant" });
}

// The top of the page

function prepareTop() {
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault(); // an address within the page names a view here
    byId("main").focus();
  });
  byId("sign-out").addEventListener("click", () => end());
  byId("toast-close").addEventListener("click", closeToast);
  byId("look").addEventListener("submit", lookAt);
}

function showTop() {
  const signedIn = session() !== null;
  for (const id of ["pages", "look", "who", "panel"]) byId(id).hidden = !signedIn;
  byId("columns").classList.toggle("alone", !signedIn);
  if (!signedIn) return;
  byId("who-name").textContent = `User ${session().user}`;
  byId("to-own").href = toUser(session().user);
  mark(byId("to-feed"), view === feed);
  mark(byId("to-own"), location.hash === toUser(session().user));
}

function mark(link, isHere) {
  if (isHere) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}

function lookAt(event) {
  event.preventDefault();
  const user = byId("look-user").value.trim();
  const isNumber = /^\d{1,19}$/.test(user);
  byId("look-says").textContent = isNumber ? "" : "A user is a number.";
  byId("look-user").setAttribute("aria-invalid", String(!isNumber));
  if (!isNumber) return;
  byId("look-user").value = "";
  location.hash = toUser(Number(user) === 0 ? "0" : user.replace(/^0+/, ""));
}

// Every few seconds, while somebody looks

async function look() {
  clearTimeout(timer);
  timer = setTimeout(look, PERIOD);
  if (document.hidden || !session()) return;
  ageTimes();
  await Promise.all([feed?.check(), checkPanel()]);
}
