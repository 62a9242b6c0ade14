// One tweet, as a link to it shows.

import { get } from "./api.js";
import { tellCost } from "./costs.js";
import { askToDelete } from "./deleting.js";
import { element, fromTemplate } from "./dom.js";
import { toUser } from "./routes.js";
import { session } from "./session.js";
import { tweetArticle } from "./tweet.js";

export class OneView {
  constructor({ user, id }) {
    const { root, part } = fromTemplate("one-view");
    const isOwn = user === session().user;
    Object.assign(this, { user, id, isOwn, element: root, heading: part("title"), place: part("tweet") });
    this.title = isOwn ? "Your tweet" : `Tweet of user ${user}`;
    this.heading.textContent = this.title;
    part("back").href = toUser(user);
    part("back").textContent = isOwn ? "All your tweets" : `All tweets of user ${user}`;
    this.calls = new AbortController();
  }

  show() {
    this.#load();
    return true;
  }

  close() {
    this.calls.abort();
  }

  async #load() {
    this.place.replaceChildren(element("p", { class: "loading" }, "Loading…"));
    try {
      const { data, work } = await get(`/users/${this.user}/tweets/${this.id}`, { signal: this.calls.signal });
      tellCost("page", "One tweet", work);
      this.place.replaceChildren(tweetArticle(data, this.isOwn ? [["Delete", () => this.#delete(data)]] : []));
    } catch (problem) {
      if (!this.calls.signal.aborted) this.#refused(problem);
    }
  }

  #refused(problem) {
    const says = element("p", { class: "trouble" }, problem.message);
    const again = element("button", { type: "button" }, "Try again");
    again.addEventListener("click", () => this.#load());
    this.place.replaceChildren(...(problem.status === 404 ? [says] : [says, again]));
  }

  #delete(tweet) {
    askToDelete(tweet, () => {
      this.place.replaceChildren(element("p", {}, "The tweet is deleted."));
      this.heading.focus();
    });
  }
}
