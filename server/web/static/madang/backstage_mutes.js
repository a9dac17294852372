// Mutes: whoever wrote something writes no more for a while, by what they wrote. <mute-list>: those that hold.

import { actionButton, notice, tell } from "./api.js";
import { h, put, Rows, show } from "./dom.js";
import { FloorPart } from "./floor_part.js";
import { _, nameIn } from "./text.js";

const A_WHILE = 10; // minutes

// The buttons that mute who wrote a question or a line of chat, folded away.
export function muteMenu(part, cause, about) {
  const mute = async (body) => {
    const { id } = await tell("POST", `${part.base}/mutes`, { cause, ...body });
    notice(_("Whoever wrote this writes no more for now."), "good", { label: _("Undo"), run: () => lift(part, id) });
  };
  return h(
    "details",
    { class: "more-actions" },
    h("summary", {}, _("Mute"), h("span", { class: "unseen" }, ` ${about}`)),
    h(
      "div",
      { class: "actions" },
      actionButton(_("for {minutes} minutes", { minutes: A_WHILE }), () => mute({ minutes: A_WHILE })),
      actionButton(_("to the end"), () => mute({}), { sure: _("To the end?") }),
    ),
  );
}

function lift(part, id) {
  return tell("DELETE", `${part.base}/mutes/${id}`);
}

class MuteList extends FloorPart {
  start() {
    this.rows = new Rows(this.find("rows"), (mute) => this.#row(mute));
    this.live.watch(["mute", "message", "question"], () => this.#show());
  }

  #show() {
    const mutes = this.mine("mute").sort((one, other) => one.id.localeCompare(other.id));
    this.rows.show(mutes);
    show(this, mutes.length > 0);
  }

  #row({ id }) {
    const [who, until, words] = [h("strong"), h("span", { class: "muted" }), h("p", { class: "said muted" })];
    const actions = h("div", { class: "actions" }, actionButton(_("Let them write"), () => lift(this, id)));
    return {
      node: h("li", { class: "case" }, h("div", { class: "facts" }, h("div", { class: "case-head" }, who, until), words), actions),
      update: (mute) => {
        const wrote = this.live.text("message", mute.cause) ?? this.live.text("question", mute.cause);
        put(who, nameIn(wrote?.name) || _("somebody"));
        put(until, mute.until ? _("until {time}", { time: this.live.wall.show("time", mute.until) }) : _("to the end"));
        put(words, wrote?.text ?? "");
      },
    };
  }
}

customElements.define("mute-list", MuteList);
