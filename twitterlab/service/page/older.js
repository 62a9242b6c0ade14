// Scrolling down: a page more as the bottom comes near, until there is nothing older. One call at a time, so that no
// two can overlap; one that fails says why, and waits for the reader to try again.

import { busy, isBusy } from "./dom.js";

const NEAR = "600px"; // how far from the bottom the next page is asked for

export class Older {
  /** `foot` has a button and a line of text; `load(cursor, signal)` gives a page, and `show(page, isFirst)` puts it on
   * the list and returns the articles that are new there; `ended()` is called once nothing is older. */
  constructor(foot, { load, show, ended }) {
    this.foot = foot;
    this.button = foot.querySelector("button");
    this.says = foot.querySelector("p");
    this.load = load;
    this.show = show;
    this.ended = ended;
    this.next = undefined; // the cursor; undefined before the first page, null at the end
    this.failed = false;
    this.round = new AbortController(); // a new start makes a new one, and what was still under way is not shown
    this.button.addEventListener("click", () => this.more(true));
    this.watch = new IntersectionObserver((seen) => this.#seen(seen), { rootMargin: NEAR });
  }

  /** Begin again with the first page. */
  restart() {
    this.stop();
    return this.more();
  }

  stop() {
    this.round.abort();
    this.round = new AbortController();
    this.watch.disconnect();
    this.next = undefined;
    busy(this.button, false);
  }

  /** Load the next page; a reader who pressed the button is led to the first tweet of it. */
  async more(pressed = false) {
    if (isBusy(this.button) || this.next === null) return;
    const round = this.round;
    this.#wait();
    try {
      const page = await this.load(this.next, round.signal);
      if (round === this.round) this.#arrived(page, pressed);
    } catch (problem) {
      if (round === this.round) this.#refused(problem);
    }
  }

  /** The list now ends with the page before `next`. */
  reached(next) {
    this.next = next;
    this.failed = false;
    busy(this.button, false);
    this.button.textContent = "Older tweets";
    this.button.hidden = next === null;
    this.says.textContent = "";
    if (next === null) this.ended();
    this.#look();
  }

  #wait() {
    busy(this.button, true);
    this.says.textContent = this.next === undefined ? "Loading…" : "";
    this.button.textContent = "Loading…";
    this.button.hidden = this.next === undefined && !this.failed;
  }

  #arrived(page, pressed) {
    const added = this.show(page, this.next === undefined);
    if (pressed) (added[0] ?? this.says).focus();
    this.reached(page.next);
  }

  #refused(problem) {
    this.failed = true;
    busy(this.button, false);
    this.says.textContent = problem.message;
    this.button.textContent = "Try again";
    this.button.hidden = problem.status === 404; // trying again would not help
  }

  #seen(entries) {
    if (entries.some((entry) => entry.isIntersecting) && !this.failed) this.more();
  }

  /** The observer only tells of changes, and a short page may leave the bottom near: look anew after each. */
  #look() {
    this.watch.unobserve(this.foot);
    if (this.next) this.watch.observe(this.foot);
  }
}
