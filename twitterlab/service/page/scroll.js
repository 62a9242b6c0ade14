// A scroll: a list of tweets with its foot, from the first page to the last. The feed is one, a user's tweets another.

import { tellCost } from "./costs.js";
import { fromTemplate } from "./dom.js";
import { isOlder } from "./ids.js";
import { TweetList } from "./list.js";
import { Older } from "./older.js";

export class Scroll {
  /** `ask(cursor, signal)` is the call for a page, `make(tweet)` an article, `what` names the pages among the costs,
   * `keeps(tweet)` says whether a tweet belongs here at all, and `nothing()` gives what an empty list says. */
  constructor(place, { label, what, ask, make, nothing, keeps = () => true }) {
    const { fragment, root, part } = fromTemplate("list");
    Object.assign(this, { what, ask, nothing, keeps });
    root.setAttribute("aria-label", label);
    this.list = new TweetList(root, make);
    this.empty = part("nothing");
    this.skeleton = part("skeleton");
    this.older = new Older(part("more").parentElement, {
      load: (cursor, signal) => this.#load(cursor, signal),
      show: (page, isFirst) => (isFirst ? this.#replace(page.tweets) : this.#put(page.tweets)),
      ended: () => this.settle(),
    });
    place.replaceWith(fragment);
  }

  async start() {
    this.skeleton.hidden = this.list.size > 0;
    this.empty.hidden = true;
    await this.older.restart();
    this.skeleton.hidden = true;
  }

  stop() {
    this.older.stop();
  }

  /** Whether a tweet should be on the page by now and is not; what is below the last page comes with scrolling. */
  lacks(tweet) {
    const next = this.older.next;
    if (next === undefined || this.list.has(tweet.id) || !this.keeps(tweet)) return false;
    return next === null || isOlder(next, tweet.id);
  }

  /** Begin anew with tweets that were just loaded. */
  replace(tweets, next) {
    this.older.stop();
    const added = this.#replace(tweets);
    this.older.reached(next);
    return added;
  }

  /** Put tweets among those that are there. */
  add(tweets) {
    const added = this.#put(tweets);
    this.settle();
    return added;
  }

  drop(leaves) {
    this.list.drop(leaves);
    this.settle();
  }

  /** Say that this is all, or that there is nothing at all. */
  settle() {
    if (this.older.next !== null) return;
    const isEmpty = this.list.size === 0;
    this.older.says.textContent = isEmpty ? "" : "That is all there is.";
    if (isEmpty && this.empty.hidden) this.empty.replaceChildren(...this.nothing());
    this.empty.hidden = !isEmpty;
  }

  #replace(tweets) {
    this.list.clear();
    return this.#put(tweets);
  }

  #put(tweets) {
    return this.list.put(tweets.filter(this.keeps));
  }

  async #load(cursor, signal) {
    this.list.busy(true);
    try {
      const { data, work } = await this.ask(cursor, signal);
      tellCost("page", cursor === undefined ? this.what : `${this.what}, older`, work);
      return data;
    } finally {
      this.list.busy(false);
    }
  }
}
