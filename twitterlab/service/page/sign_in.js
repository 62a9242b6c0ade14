// Signing in: with a token that somebody made, or as a demo user where the service allows that.

import { call, get } from "./api.js";
import { busy, element, fromTemplate, isBusy } from "./dom.js";
import { begin } from "./session.js";

export class SignInView {
  constructor(reason) {
    const { root, part } = fromTemplate("sign-in-view");
    Object.assign(this, { element: root, part, title: "Sign in", heading: root.querySelector("h1") });
    this.trouble = part("trouble");
    this.trouble.textContent = reason;
    this.input = part("form").querySelector("input");
    part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#withToken(event.submitter ?? part("form").querySelector("button"));
    });
  }

  show() {
    this.#offer();
    return true;
  }

  close() {}

  /** Tell which stage this is, and who may sign in without a token. */
  async #offer() {
    try {
      const [{ data: health }, { data: demo }] = await Promise.all([get("/health"), get("/demo")]);
      const users = health.users.toLocaleString("en");
      this.part("stage").textContent = `stage ${health.stage}, ${health.name}, with ${users} users`;
      this.part("users").replaceChildren(...demo.users.map((one) => this.#choice(one)));
      this.part("demo").hidden = demo.users.length === 0;
    } catch (problem) {
      this.trouble.textContent ||= problem.message;
    }
  }

  #choice({ user, about }) {
    const button = element("button", { class: "choice", type: "button" });
    button.append(element("span", {}, `User ${user}`), element("span", { class: "small" }, about));
    button.addEventListener("click", () => this.#tried(button, () => this.#asDemo(user)));
    return element("li", {}, button);
  }

  async #asDemo(user) {
    const { data } = await call("POST", `/demo/${user}`);
    return data;
  }

  #withToken(button) {
    const token = this.input.value.trim().replace(/^Bearer\s+/i, "");
    const user = subject(token);
    this.input.setAttribute("aria-invalid", String(user === null));
    if (user !== null) return this.#tried(button, async () => ({ user, token }));
    this.trouble.textContent = "That is not a token. It has three parts with dots between them.";
    this.input.focus();
  }

  /** Whoever it is, the service must know the token before the page believes it. */
  async #tried(button, prove) {
    if (isBusy(button)) return;
    busy(button, true);
    this.trouble.textContent = "";
    try {
      const { user, token } = await prove();
      const { data } = await get("/work", { token });
      begin(user, token, data);
    } catch (problem) {
      this.trouble.textContent = problem.message;
    } finally {
      busy(button, false);
    }
  }
}

/** Whose token it says it is, by its second part (RFC 7519); null where it is none. Only the service can prove it. */
function subject(token) {
  try {
    const claims = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return /^\d{1,19}$/.test(claims.sub) ? claims.sub : null;
  } catch {
    return null;
  }
}
