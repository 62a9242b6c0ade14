// Deleting asks once more, in a dialog that keyboard and screen reader know how to leave.

import { call } from "./api.js";
import { tellCost } from "./costs.js";
import { announce, busy, byId, isBusy } from "./dom.js";

let asked = null; // the tweet in question, and what to do once it is gone

/** Ask, delete, and then call `gone()`; a reader who keeps the tweet is back where they were. */
export function askToDelete(tweet, gone) {
  asked = { tweet, gone };
  byId("confirm-text").textContent = tweet.text || "A picture without text";
  byId("confirm-says").textContent = "";
  byId("confirm").showModal();
}

/** Let the dialog's buttons work. */
export function prepareDialog() {
  byId("confirm-no").addEventListener("click", closeDialog);
  byId("confirm-yes").addEventListener("click", confirmed);
}

export function closeDialog() {
  byId("confirm").close();
}

async function confirmed() {
  const button = byId("confirm-yes");
  if (isBusy(button)) return;
  busy(button, true);
  const { tweet, gone } = asked;
  try {
    await remove(tweet.id);
    closeDialog(); // gives the focus back to the tweet, whose neighbour gets it next
    announce("The tweet is deleted.");
    gone();
  } catch (problem) {
    byId("confirm-says").textContent = problem.message;
  } finally {
    busy(button, false);
  }
}

async function remove(id) {
  try {
    const { work } = await call("DELETE", `/tweets/${id}`);
    tellCost("change", "Delete", work);
  } catch (problem) {
    if (problem.status !== 404) throw problem; // it is gone already: an earlier try got through
  }
}
