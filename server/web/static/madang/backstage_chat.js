// <chat-desk>: the chat before a moderator: first what is held, then the newest lines.

import { actionButton, notice, tell } from "./api.js";
import { muteMenu } from "./backstage_mutes.js";
import { h, put, putButtons, Rows, show } from "./dom.js";
import { FloorPart } from "./floor_part.js";
import { _, count, nameIn } from "./text.js";

const NEWEST = 50;

class ChatDesk extends FloorPart {
  start() {
    this.lists = ["held", "shown", "hidden"].map((name) => [name, new Rows(this.find(name), (message) => this.#row(message))]);
    this.live.watch(["message"], () => this.#show());
  }

  #show() {
    const lines = this.mine("message").filter(({ id }) => this.live.text("message", id));
    lines.sort((one, other) => other.at.localeCompare(one.at) || other.id.localeCompare(one.id));
    const inState = (wanted) => lines.filter(({ state }) => state === wanted);
    for (const [name, rows] of this.lists) rows.show(inState(name).slice(0, NEWEST));
    const [held, hidden] = [inState("held").length, inState("hidden").length];
    put(this.find("status"), held === 0 ? "" : held === 1 ? _("1 line is held") : _("{number} lines are held", { number: count(held) }));
    show(this.find("status"), held > 0);
    show(this.find("empty"), lines.length === 0);
    show(this.find("hidden").closest("details"), hidden > 0);
  }

  #row({ id }) {
    const [who, time, words] = [h("strong"), h("time", { class: "muted" }), h("span", { class: "said" })];
    const actions = h("div", { class: "actions" });
    let made = "";
    return {
      node: h("li", { class: "desk-row" }, h("div", { class: "line-head" }, who, time), words, actions),
      update: ({ state, at }) => {
        const text = this.live.text("message", id);
        put(who, nameIn(text.name) || _("somebody"));
        put(words, text.text);
        put(time, this.live.wall.show("seconds", at));
        if (made === state) return;
        made = state;
        const shown = (label, kind) => actionButton(label, () => this.#tell(id, "show"), { kind, about: text.text });
        const hide = () => actionButton(_("Hide"), () => this.#hide(id), { about: text.text });
        const wanted = { held: () => [shown(_("Let it stand"), "primary"), hide()], shown: () => [hide()], hidden: () => [shown(_("Let it stand"), "")] };
        putButtons(actions, [...wanted[state](), muteMenu(this, id, text.text)]);
      },
    };
  }

  #tell(id, what) {
    return tell("POST", `${this.base}/chat/${id}/${what}`);
  }

  async #hide(id) {
    await this.#tell(id, "hide");
    notice(_("Hidden."), "good", { label: _("Let it stand"), run: () => this.#tell(id, "show") });
  }
}

customElements.define("chat-desk", ChatDesk);
