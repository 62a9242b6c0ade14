// A user's own tweets, with follow or unfollow; one's own can be deleted.

import { get } from "./api.js";
import { askToDelete } from "./deleting.js";
import { element, fromTemplate, paintFace } from "./dom.js";
import { followButton } from "./follows.js";
import { Scroll } from "./scroll.js";
import { session } from "./session.js";
import { tweetArticle } from "./tweet.js";

export class UserView {
  constructor({ user }) {
    const { root, part } = fromTemplate("user-view");
    Object.assign(this, { user, element: root, heading: part("title") });
    this.isOwn = user === session().user;
    this.title = this.isOwn ? "Your tweets" : `User ${user}`;
    this.calls = new AbortController();
    this.heading.textContent = this.title;
    paintFace(part("face"), user);
    this.#describe(part);
    this.scroll = this.#scroll(part("list"));
  }

  show() {
    this.scroll.start();
    return true;
  }

  close() {
    this.calls.abort();
    this.scroll.stop();
  }

  #describe(part) {
    const own = `You are user ${this.user}. This is what your followers see.`;
    part("about").textContent = this.isOwn ? own : "Newest first";
    if (!this.isOwn) part("follow").append(followButton(this.user, this.calls.signal));
  }

  #scroll(place) {
    const path = `/users/${this.user}/tweets?limit=20`;
    const nothing = this.isOwn ? "You have not posted yet." : `User ${this.user} has not posted yet.`;
    return new Scroll(place, {
      label: this.isOwn ? "Your tweets" : `Tweets of user ${this.user}`,
      what: this.isOwn ? "Your tweets" : `Tweets of user ${this.user}`,
      ask: (cursor, signal) => get(cursor ? `${path}&before=${cursor}` : path, { signal }),
      make: (tweet) => tweetArticle(tweet, this.isOwn ? [["Delete", () => this.#delete(tweet)]] : []),
      nothing: () => [element("p", {}, nothing)],
    });
  }

  #delete(tweet) {
    askToDelete(tweet, () => {
      this.scroll.drop((article) => article.dataset.id === tweet.id);
      if (!this.scroll.list.size) this.heading.focus();
    });
  }
}
