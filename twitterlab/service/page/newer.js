// New tweets are announced and not shoved in: nothing moves until the reader presses the button.

import { tellCost, plus } from "./costs.js";
import { announce, busy, isBusy } from "./dom.js";
import { before, isOlder } from "./ids.js";

const PAGES = 10; // more than so many are not caught up with: the feed starts anew
const LATE = 20_000; // milliseconds: workers deliver a tweet up to so much later than ones that are newer

export class Newer {
  constructor(button, says, scroll) {
    Object.assign(this, { button, says, scroll });
    button.addEventListener("click", () => this.press());
  }

  /** Ask for the newest page, and announce what of it is not here yet. */
  async check() {
    if (this.scroll.older.next === undefined || isBusy(this.button)) return;
    try {
      const { data } = await this.scroll.ask(undefined);
      this.says.textContent = "";
      if (!isBusy(this.button)) this.#announce(data.tweets);
    } catch (problem) {
      this.says.textContent = problem.message;
    }
  }

  /** Put in what is new, and lead the reader to the first of it. */
  async press() {
    if (isBusy(this.button)) return;
    busy(this.button, true);
    try {
      this.#lead(this.#insert(await this.#catchUp()));
    } catch (problem) {
      this.says.textContent = `${problem.message} Press again.`;
    } finally {
      busy(this.button, false);
    }
  }

  hide() {
    this.button.hidden = true;
    this.button.textContent = "";
  }

  /** Count again what was announced last: an unfollow takes some of it away. */
  recount() {
    if (!this.button.hidden) this.#announce(this.seen);
  }

  #announce(tweets) {
    this.seen = tweets;
    const fresh = tweets.filter((tweet) => this.scroll.lacks(tweet)).length;
    if (!fresh) return this.hide();
    const more = fresh === tweets.length && tweets.length > 1 && this.scroll.list.size ? " or more" : "";
    const words = `${fresh}${more} new ${fresh === 1 ? "tweet" : "tweets"}`;
    if (this.button.hidden) announce(words); // once: a number that grows every few seconds would only disturb
    this.button.textContent = words;
    this.button.hidden = false;
  }

  /** Pages from the newest on, down to where all is known: a little below the newest here, since some come late. */
  async #catchUp() {
    const newest = this.scroll.list.newest;
    const known = newest === undefined ? null : before(newest, LATE);
    const found = { tweets: [], next: undefined, joined: false, known };
    let work = {};
    for (let pages = 0; pages < PAGES && found.next !== null && !found.joined; pages += 1) {
      const { data, work: cost } = await this.scroll.ask(found.next);
      work = plus(work, cost);
      found.tweets.push(...data.tweets);
      found.next = data.next;
      found.joined = known !== null && (data.next === null || isOlder(data.next, known));
    }
    tellCost("page", "New tweets of your feed", work);
    return found;
  }

  /** New ones join those that are here; where there is a gap, or tweets of a new followee further down, all is new. */
  #insert({ tweets, next, joined, known }) {
    const fresh = tweets.filter((tweet) => this.scroll.lacks(tweet));
    const filled = fresh.some((tweet) => known !== null && isOlder(tweet.id, known));
    return joined && !filled ? this.scroll.add(fresh) : this.scroll.replace(tweets, next);
  }

  #lead(added) {
    const first = added[0] ?? this.scroll.list.root.firstElementChild;
    first?.focus({ preventScroll: true });
    first?.scrollIntoView({ block: "start" });
    this.hide();
  }
}
