// The few ways in which this page touches the document. Text goes in as text, never as HTML.

export const byId = (id) => document.getElementById(id);

/** A new element with attributes; children are elements or plain text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** What a template of index.html holds, and a function that finds its parts by their data- name. */
export function fromTemplate(id) {
  const fragment = byId(id).content.cloneNode(true);
  const parts = new Map();
  for (const node of fragment.querySelectorAll("*")) {
    for (const name of Object.keys(node.dataset)) parts.set(name, node);
  }
  return { fragment, root: fragment.firstElementChild, part: (name) => parts.get(name) };
}

/** Say something to a screen reader alone, once what is being read has ended. */
export function announce(text) {
  const region = byId("announcer");
  region.textContent = region.textContent === text ? `${text}\u00a0` : text; // the same words again must be a change
}

/** A line at the foot of the window that stays until it is closed or the next one comes. */
export function toast(text, ...more) {
  byId("toast-text").replaceChildren(text, ...more);
  byId("toast").hidden = false;
  announce(text);
}

export function closeToast() {
  byId("toast").hidden = true;
}

/** A button that cannot be pressed twice keeps its place and its focus: it is marked, not taken away. */
export function busy(button, isBusy) {
  button.setAttribute("aria-disabled", String(isBusy));
}

export const isBusy = (button) => button.getAttribute("aria-disabled") === "true";

/** A quiet colour for a user, so that authors are told apart at a glance; their names say it in words. */
export function paintFace(node, user) {
  node.style.setProperty("--hue", String((Number(user) * 137) % 360));
}
