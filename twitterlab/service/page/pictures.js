// Pictures need the token, so they are fetched and shown from memory; each is fetched once, when it comes near.

import { picture } from "./api.js";
import { element } from "./dom.js";
import { onSession } from "./session.js";

const addresses = new Map(); // media key -> promise of a blob: address
const waiting = new WeakMap(); // the box of a picture -> what fetches it

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    waiting.get(target)();
  }
}, { rootMargin: "400px" });

onSession(forget);

/** Show a picture in `box`, whose size is fixed beforehand so that nothing moves when it arrives. */
export function showPicture(box, key, author) {
  box.hidden = false;
  box.replaceChildren(element("p", { class: "small" }, "Loading the picture…"));
  waiting.set(box, () => fill(box, key, author));
  near.observe(box);
}

async function fill(box, key, author) {
  try {
    const shown = element("img", { alt: `Picture by user ${author}` });
    shown.src = await address(key);
    await shown.decode();
    box.replaceChildren(shown);
  } catch {
    addresses.delete(key);
    box.replaceChildren(failed(() => showPicture(box, key, author)));
  }
}

function failed(again) {
  const button = element("button", { class: "quiet", type: "button" }, "Try again");
  button.addEventListener("click", again);
  return element("p", { class: "small" }, "The picture could not be loaded. ", button);
}

function address(key) {
  if (!addresses.has(key)) addresses.set(key, picture(key).then((bytes) => URL.createObjectURL(bytes)));
  return addresses.get(key);
}

function forget() {
  for (const made of addresses.values()) made.then(URL.revokeObjectURL, () => {});
  addresses.clear();
}
