// Following: the calls, and a button that says what it will do.

import { call, get } from "./api.js";
import { tellCost } from "./costs.js";
import { announce, busy, element, isBusy } from "./dom.js";

const listeners = new Set();

/** `listener(user, following)` after each follow and unfollow that was made here; returns how to stop listening. */
export function onFollowing(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export async function setFollowing(user, following) {
  const { work } = await call(following ? "PUT" : "DELETE", `/following/${user}`);
  tellCost("change", `${following ? "Follow" : "Unfollow"} user ${user}`, work);
  for (const listener of listeners) listener(user, following);
}

/** A button for one user, and beside it the reason where a call failed; what it does, the service says first. */
export function followButton(user, signal) {
  const says = element("span", { class: "trouble", role: "status" });
  const button = element("button", { type: "button" }, "…");
  const state = { user, button, says, following: null };
  button.addEventListener("click", () => pressed(state, signal));
  ask(state, signal);
  return element("div", { class: "follow" }, button, says);
}

async function ask(state, signal) {
  await tried(state, async () => {
    const { data } = await get(`/following/${state.user}`, { signal });
    tell(state, data.following);
  }, signal);
}

async function pressed(state, signal) {
  if (isBusy(state.button)) return;
  if (state.following === null) return ask(state, signal);
  const wanted = !state.following;
  await tried(state, async () => {
    await setFollowing(state.user, wanted);
    tell(state, wanted);
    announce(wanted ? `You follow user ${state.user}.` : `You no longer follow user ${state.user}.`);
  }, signal);
}

function tell(state, following) {
  state.following = following;
  state.button.classList.toggle("strong", !following);
  state.button.textContent = following ? "Unfollow" : "Follow";
  state.button.append(element("span", { class: "hidden-visually" }, ` user ${state.user}`));
}

async function tried(state, work, signal) {
  busy(state.button, true);
  state.says.textContent = "";
  try {
    await work();
  } catch (problem) {
    if (signal?.aborted) return;
    state.button.hidden = problem.status === 404; // the list beside it says that there is no such user
    state.says.textContent = state.button.hidden ? "" : problem.message;
    if (state.following === null) state.button.textContent = "Try again";
  } finally {
    busy(state.button, false);
  }
}
