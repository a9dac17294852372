// <stage-desk>: whose hands are up, who is asked on stage and who is there, and the guests with a seat on it.

import { actionButton, tell } from "./api.js";
import { h, put, putButtons, Rows, show } from "./dom.js";
import { FloorPart } from "./floor_part.js";
import { _, count, nameIn } from "./text.js";

const ORDER = ["on_stage", "invited", "raised"];

class StageDesk extends FloorPart {
  start() {
    this.hands = new Rows(this.find("hands"), (hand) => this.#handRow(hand));
    this.seats = new Rows(this.find("seats"), (guest) => this.#seatRow(guest));
    this.live.watch(["hand"], () => this.#show());
  }

  // Take the guests as the page has them now.
  take() {
    this.#show();
  }

  #show() {
    const hands = this.mine("hand").sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || one.at.localeCompare(other.at));
    this.hands.show(hands);
    const up = hands.filter(({ state }) => state === "raised").length;
    put(this.find("status"), up === 0 ? "" : up === 1 ? _("1 hand is up") : _("{number} hands are up", { number: count(up) }));
    show(this.find("status"), up > 0);
    show(this.find("empty"), hands.length === 0);
    const busy = new Set(hands.map(({ person }) => person));
    const guests = JSON.parse(document.getElementById("guests").textContent);
    this.seats.show(guests.map((guest) => ({ ...guest, busy: busy.has(guest.id) })));
    show(this.find("guests"), guests.length > 0);
  }

  #handRow({ id }) {
    const [who, state, since] = [h("strong"), h("span", { class: "chip" }), h("span", { class: "muted" })];
    const actions = h("div", { class: "actions" });
    let made = "";
    return {
      node: h("li", { class: "case" }, h("div", { class: "facts" }, h("div", { class: "case-head" }, who, state, since)), actions),
      update: (hand) => {
        const name = nameIn(this.live.text("hand", id)?.name) || _("somebody");
        put(who, name);
        put(state, { raised: _("hand up"), invited: _("asked on stage"), on_stage: _("on stage") }[hand.state]);
        state.className = `chip ${{ invited: "warn", on_stage: "live" }[hand.state] ?? ""}`;
        put(since, this.live.wall.show("time", hand.at));
        const wish = `${hand.state} ${name}`;
        if (made === wish) return;
        made = wish;
        putButtons(actions, this.#actions(hand, name));
      },
    };
  }

  #actions({ id, state }, about) {
    const button = (label, what, options = {}) => actionButton(label, () => tell("POST", `${this.base}/hands/${id}/${what}`), { about, ...options });
    if (state === "raised") return [button(_("Ask on stage"), "invite", { kind: "primary" }), button(_("Not now"), "decline")];
    if (state === "invited") return [button(_("Is on stage"), "bring-on-stage", { kind: "primary" }), button(_("Take back"), "decline")];
    return [button(_("Off stage"), "take-off")];
  }

  #seatRow({ id, name }) {
    const who = nameIn(name) || _("somebody");
    const call = actionButton(_("Ask on stage"), () => tell("POST", `${this.base}/hands/call`, { person: id }), { about: who });
    return {
      node: h("li", { class: "case" }, h("strong", {}, who), call),
      update: ({ busy }) => show(call, !busy),
    };
  }
}

customElements.define("stage-desk", StageDesk);
