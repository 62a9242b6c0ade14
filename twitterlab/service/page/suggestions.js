// What an empty feed says: whom to follow.

import { get } from "./api.js";
import { element } from "./dom.js";
import { followButton } from "./follows.js";
import { toUser } from "./routes.js";
import { session } from "./session.js";

const MOST = 5;

export function suggestions() {
  const list = element("ul", { class: "choices" });
  offer(list);
  return [
    element("p", { class: "lead" }, "Nothing here yet."),
    element("p", {}, "Your feed shows the tweets of those whom you follow. Look at any user by number, or begin here:"),
    list,
  ];
}

async function offer(list) {
  try {
    const { data } = await get("/demo");
    const others = data.users.filter(({ user }) => user !== session()?.user).slice(0, MOST);
    list.replaceChildren(...others.map(choice));
  } catch {
    list.replaceChildren(); // a hint less; the form above still leads to everybody
  }
}

function choice({ user, about }) {
  const link = element("a", { href: toUser(user) }, `User ${user}`);
  const words = element("span", {}, link, element("span", { class: "small" }, about));
  return element("li", { class: "choice" }, words, followButton(user));
}
