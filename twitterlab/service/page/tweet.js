// One tweet as an article: who, when, what, and what its reader may do with it.

import { element, fromTemplate, paintFace } from "./dom.js";
import { showPicture } from "./pictures.js";
import { toTweet, toUser } from "./routes.js";
import { tellTime } from "./times.js";

/** An article; `acts` are buttons, as `[["Delete", pressed]]`, where `pressed(button)` is called. */
export function tweetArticle(tweet, acts = []) {
  const { root, part } = fromTemplate("tweet");
  root.dataset.id = tweet.id;
  root.dataset.author = tweet.author;
  paintFace(part("face"), tweet.author);
  part("author").textContent = `User ${tweet.author}`;
  part("author").href = toUser(tweet.author);
  part("link").href = toTweet(tweet.author, tweet.id);
  tellTime(part("time"), tweet.created_at);
  part("text").textContent = tweet.text;
  part("text").hidden = !tweet.text;
  if (tweet.media) showPicture(part("picture"), tweet.media, tweet.author);
  for (const [name, pressed] of acts) part("acts").append(act(name, tweet, pressed));
  label(root, tweet, part);
  return root;
}

/** A screen reader says the author and the time first, and the text after that. */
function label(root, tweet, part) {
  for (const name of ["author", "time", "text"]) part(name).id = `${name}-${tweet.id}`;
  root.setAttribute("aria-labelledby", `author-${tweet.id} time-${tweet.id}`);
  root.setAttribute("aria-describedby", `text-${tweet.id}`);
}

function act(name, tweet, pressed) {
  const whose = name === "Delete" ? "this tweet" : `user ${tweet.author}`;
  const more = element("span", { class: "hidden-visually" }, ` ${whose}`);
  const button = element("button", { class: "quiet small", type: "button" }, name, more);
  button.addEventListener("click", () => pressed(button));
  return button;
}
