// <session-chat>: what people in a session write to each other.

import { actionButton, during, notice, tell } from "./api.js";
import { h, put, Rows, show } from "./dom.js";
import { bodyOf } from "./fields.js";
import { FloorPart } from "./floor_part.js";
import { _, nameIn } from "./text.js";

const NEAR = 40; // pixels from its end: whoever is so near follows what comes

class SessionChat extends FloorPart {
  start() {
    this.list = this.find("lines");
    if (!this.list) return;
    this.slow = Number(this.dataset.slow);
    this.held = new Map(); // one's own lines that a moderator looks at first, by id
    this.rows = new Rows(this.find("rows"), (message) => this.#row(message));
    this.live.watch(["message"], () => this.#show());
    this.find("say")?.addEventListener("submit", (event) => this.#say(event));
  }

  opened() {
    this.list?.scrollTo(0, this.list.scrollHeight);
  }

  #show() {
    const follows = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR;
    const shown = this.mine("message").filter(({ id }) => this.live.text("message", id));
    for (const { id } of shown) this.held.delete(id);
    const lines = [...shown, ...this.held.values()].sort((one, other) => one.at.localeCompare(other.at) || one.id.localeCompare(other.id));
    this.rows.show(lines);
    show(this.find("empty"), lines.length === 0);
    if (follows) this.opened();
  }

  async #say(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const button = form.querySelector("[type=submit]");
    if (this.waits > Date.now()) return;
    const body = bodyOf(form);
    const posted = await during(button, () => this.#post(body));
    if (!posted) return;
    form.reset();
    this.#wait(this.slow);
    if (posted.state === "held") {
      this.held.set(posted.id, { ...posted, said: body.text });
      this.#show();
    }
  }

  async #post(body) {
    try {
      return await tell("POST", `${this.base}/chat`, body);
    } catch (problem) {
      if (problem.code === "too_soon") this.#wait(problem.wait ?? this.slow);
      throw problem;
    }
  }

  // In slow mode one waits between two lines.
  #wait(seconds) {
    this.waits = Date.now() + seconds * 1000;
    clearInterval(this.ticking);
    const tick = () => {
      const left = Math.ceil((this.waits - Date.now()) / 1000);
      put(this.find("wait"), left > 0 ? _("You can write again in {seconds} s.", { seconds: left }) : "");
      if (left <= 0) clearInterval(this.ticking);
    };
    this.ticking = setInterval(tick, 500);
    tick();
  }

  #row({ id, person }) {
    const [who, words, time, note] = [h("strong"), h("span", { class: "said" }), h("time", { class: "muted" }), h("span", { class: "chip warn", hidden: true }, _("a moderator looks at it first"))];
    const own = person !== null && person === this.person;
    const report = () => tell("POST", `${this.base}/chat/${id}/report`).then(() => notice(_("Thank you. Moderators are told."), "good"));
    const about = this.live.text("message", id)?.text;
    const button = this.person && !own ? actionButton(_("Report"), report, { kind: "quiet report", sure: _("Report it?"), about }) : null;
    return {
      node: h("li", { class: own ? "line own" : "line" }, h("div", { class: "line-head" }, who, time, button), words, note),
      update: (message) => {
        const text = this.live.text("message", id);
        put(who, own ? _("you") : nameIn(text?.name) || _("somebody"));
        put(words, text?.text ?? message.said ?? "");
        put(time, this.live.reader.show("time", message.at));
        show(note, this.held.has(id));
      },
    };
  }
}

customElements.define("session-chat", SessionChat);
