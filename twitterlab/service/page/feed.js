// The reader's feed: writing at the top, the tweets of all whom they follow below.

import { get } from "./api.js";
import { Compose } from "./compose.js";
import { busy, closeToast, element, fromTemplate, isBusy, toast } from "./dom.js";
import { onFollowing, setFollowing } from "./follows.js";
import { Newer } from "./newer.js";
import { Scroll } from "./scroll.js";
import { suggestions } from "./suggestions.js";
import { tweetArticle } from "./tweet.js";

const LIMIT = 20; // tweets on a page

export class FeedView {
  constructor() {
    const { root, part } = fromTemplate("feed-view");
    this.element = root;
    this.title = "Your feed";
    this.heading = root.querySelector("h1");
    this.unfollowed = new Set(); // their tweets may still come for a moment, and are not shown
    this.isShown = false;
    this.isStale = true; // to be loaded anew when it is shown
    this.compose = new Compose(part);
    this.scroll = new Scroll(part("list"), {
      label: "Your feed",
      what: "Your feed",
      ask: (cursor, signal) => get(`/feed?limit=${LIMIT}${cursor ? `&before=${cursor}` : ""}`, { signal }),
      make: (tweet) => tweetArticle(tweet, [["Unfollow", (button) => this.#unfollow(tweet.author, button)]]),
      keeps: (tweet) => !this.unfollowed.has(tweet.author),
      nothing: () => suggestions(),
    });
    this.newer = new Newer(part("new"), part("newTrouble"), this.scroll);
    this.forget = onFollowing((user, following) => this.#followed(user, following));
  }

  /** Shown again, it is as it was left; true where it had to be loaded anew. */
  show() {
    this.isShown = true;
    if (!this.isStale) return false;
    this.isStale = false;
    this.newer.hide();
    this.scroll.start();
    return true;
  }

  hide() {
    this.isShown = false;
  }

  close() {
    this.hide();
    this.forget();
    this.scroll.stop();
  }

  async check() {
    if (this.isShown) await this.newer.check();
  }

  /** A new followee's tweets lie anywhere in the feed: while it is shown they are announced, else it is loaded anew. */
  #followed(user, following) {
    if (following) {
      this.unfollowed.delete(user);
      this.isStale ||= !this.isShown;
      return;
    }
    this.unfollowed.add(user);
    this.scroll.drop((article) => article.dataset.author === user);
    this.newer.recount();
    if (this.isShown && !this.scroll.list.size) this.heading.focus();
  }

  async #unfollow(author, button) {
    if (isBusy(button)) return;
    busy(button, true);
    try {
      await setFollowing(author, false);
      toast(`You no longer follow user ${author}; their tweets have left this page. `, followAgain(author));
    } catch (problem) {
      toast(`You still follow user ${author}. ${problem.message}`);
    } finally {
      busy(button, false);
    }
  }
}

function followAgain(author) {
  const button = element("button", { class: "quiet", type: "button" }, "Follow again");
  button.addEventListener("click", async () => {
    if (isBusy(button)) return;
    busy(button, true);
    try {
      await setFollowing(author, true);
      closeToast();
    } catch (problem) {
      toast(problem.message, followAgain(author));
    }
  });
  return button;
}
