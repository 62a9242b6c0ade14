// Tweets on the page, newest first. Each stands there once, wherever and however often it was loaded.

import { isOlder } from "./ids.js";

export class TweetList {
  /** `root` has role=feed; `make(tweet)` gives its article. */
  constructor(root, make) {
    this.root = root;
    this.make = make;
    this.articles = new Map(); // by ID
    root.addEventListener("keydown", (event) => this.#walk(event));
  }

  has(id) {
    return this.articles.has(id);
  }

  get newest() {
    return this.root.firstElementChild?.dataset.id;
  }

  get size() {
    return this.articles.size;
  }

  /** Put each tweet at its place, by its ID; returns the articles of those that were not there yet, newest first. */
  put(tweets) {
    const added = [];
    for (const tweet of tweets) {
      if (this.has(tweet.id)) continue;
      const article = this.make(tweet);
      this.articles.set(tweet.id, article);
      this.root.insertBefore(article, this.#firstOlderThan(tweet.id));
      added.push(article);
    }
    this.#number();
    return added;
  }

  /** Take tweets away; a focus on one of them goes to the next that stays, or to the one before it. */
  drop(leaves) {
    const focused = document.activeElement?.closest("article");
    const held = focused && this.root.contains(focused) && leaves(focused) ? this.#neighbour(focused, leaves) : null;
    for (const article of this.#all().filter(leaves)) {
      this.articles.delete(article.dataset.id);
      article.remove();
    }
    held?.focus({ preventScroll: true });
    this.#number();
  }

  clear() {
    this.articles.clear();
    this.root.replaceChildren();
  }

  busy(isBusy) {
    this.root.setAttribute("aria-busy", String(isBusy));
  }

  #all() {
    return [...this.root.children];
  }

  /** The place of an ID; looked for from the end, since most of what is put there is older than all else. */
  #firstOlderThan(id) {
    let place = null;
    let next = this.root.lastElementChild;
    while (next && isOlder(next.dataset.id, id)) {
      place = next;
      next = next.previousElementSibling;
    }
    return place;
  }

  #number() {
    for (const [place, article] of this.#all().entries()) {
      article.setAttribute("aria-posinset", String(place + 1));
      article.setAttribute("aria-setsize", "-1"); // nobody knows how many there are in all
    }
  }

  #neighbour(article, leaves) {
    const all = this.#all();
    const place = all.indexOf(article);
    const stays = (other) => !leaves(other);
    return all.slice(place).find(stays) ?? all.slice(0, place).findLast(stays);
  }

  /** Page Down and Page Up go from tweet to tweet, as readers of a feed with a screen reader expect. */
  #walk(event) {
    const article = event.target.closest("article");
    const next = { PageDown: "nextElementSibling", PageUp: "previousElementSibling" }[event.key];
    if (!article || !next || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    article[next]?.focus();
  }
}
