// Writing a tweet. The same draft keeps the same key, however often it is sent, so that it is posted once.

import { call } from "./api.js";
import { tellCost } from "./costs.js";
import { busy, element, isBusy } from "./dom.js";
import { toUser } from "./routes.js";
import { session } from "./session.js";

const MOST = 280; // characters
const LARGEST = 5_000_000; // bytes of a picture
const KINDS = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const kept = new Map(); // what each user was writing, for when a session ends before it was sent

/** Characters as the service counts them: code points, where JavaScript's length has two for an emoji. */
export const characters = (text) => [...text].length;

export class Compose {
  constructor(part) {
    this.part = part;
    this.user = session().user;
    this.text = part("compose").querySelector("textarea");
    this.file = part("compose").querySelector("input[type=file]");
    this.picture = null;
    this.key = null; // of the draft as it is now, from the first try to send it on
    this.text.value = kept.get(this.user) ?? "";
    this.#listen();
    this.#count();
  }

  #listen() {
    this.text.addEventListener("input", () => this.#changed());
    this.text.addEventListener("keydown", (event) => this.#shortcut(event));
    this.file.addEventListener("change", () => this.#choose(this.file.files[0]));
    this.part("remove").addEventListener("click", () => this.#remove());
    this.part("compose").addEventListener("submit", (event) => this.#submit(event));
  }

  #changed() {
    this.key = null; // another draft
    kept.set(this.user, this.text.value);
    this.#count();
  }

  #count() {
    const count = characters(this.text.value);
    this.part("count").textContent = count;
    this.part("count").parentElement.classList.toggle("too-many", count > MOST);
    this.text.setAttribute("aria-invalid", String(count > MOST));
  }

  #shortcut(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#submit(event);
  }

  #choose(file) {
    this.file.value = ""; // so that the same file can be chosen again
    if (!file) return;
    if (!KINDS.includes(file.type)) return this.#say("A picture is a PNG, JPEG, GIF or WebP file.");
    if (file.size > LARGEST) return this.#say("The picture is too large: at most 5 MB.");
    this.#show(file);
    this.#say("");
    this.part("remove").focus();
  }

  #show(file) {
    if (this.picture) URL.revokeObjectURL(this.part("picture").src);
    this.picture = file;
    this.key = null;
    this.part("preview").hidden = file === null;
    if (file) this.part("picture").src = URL.createObjectURL(file);
    this.part("fileLabel").textContent = file ? "Another picture" : "Add a picture";
  }

  #remove() {
    this.#show(null);
    this.file.focus();
  }

  async #submit(event) {
    event.preventDefault();
    const wrong = this.#wrong();
    if (wrong) return this.#say(wrong, true);
    if (isBusy(this.part("send"))) return;
    this.#sending(true);
    try {
      const { data, work } = await this.#send();
      tellCost("change", this.picture ? "Post with a picture" : "Post", work);
      this.#posted(data);
    } catch (problem) {
      this.#say(`Not posted. ${problem.message} Your words are still here: press Post to try again.`, true);
    } finally {
      this.#sending(false);
    }
  }

  #wrong() {
    const over = characters(this.text.value) - MOST;
    if (over > 0) return `${over} ${over === 1 ? "character" : "characters"} too many.`;
    return this.text.value || this.picture ? "" : "Write something, or add a picture.";
  }

  #send() {
    this.key ??= crypto.randomUUID();
    const headers = { "Idempotency-Key": this.key };
    if (!this.picture) return call("POST", "/tweets", { json: { text: this.text.value }, headers });
    const body = new FormData();
    if (this.text.value) body.append("text", this.text.value);
    body.append("picture", this.picture, this.picture.name);
    return call("POST", "/tweets", { body, headers });
  }

  /** What is being sent must not change under way: its key would then stand for two drafts. */
  #sending(isSending) {
    busy(this.part("send"), isSending);
    this.part("send").textContent = isSending ? "Posting…" : "Post";
    this.text.readOnly = isSending;
    this.file.disabled = isSending;
    this.part("remove").disabled = isSending;
  }

  #posted(tweet) {
    this.text.value = "";
    this.#show(null);
    this.#changed();
    const own = element("a", { href: toUser(tweet.author) }, "your tweets");
    this.#say("Posted. Your followers will see it; one's own tweets are not in one's own feed, but among ");
    this.part("says").append(own, ".");
  }

  #say(text, isTrouble = false) {
    this.part("says").classList.toggle("trouble", isTrouble);
    this.part("says").textContent = text;
  }
}
