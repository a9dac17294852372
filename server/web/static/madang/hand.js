// <session-hand>: raising one's hand, and being invited on stage.

import { actionButton, notice, tell } from "./api.js";
import { put } from "./dom.js";
import { FloorPart } from "./floor_part.js";
import { _ } from "./text.js";

class SessionHand extends FloorPart {
  start() {
    this.live.watch(["hand", "session"], () => this.#show());
  }

  #show() {
    const hand = this.mine("hand").find(({ person }) => person === this.person);
    const running = ["live", "paused"].includes(this.live.records("session")[this.session]?.state);
    const state = hand?.state ?? (running ? "lowered" : "closed");
    if (state === this.dataset.state) return;
    if (state === "invited" && this.dataset.state) notice(_("You are invited on stage."), "good");
    this.dataset.state = state;
    const words = {
      closed: _("Hands can be raised while the session runs."),
      lowered: _("Raise your hand to be invited on stage."),
      raised: _("Your hand is up. A moderator sees it."),
      invited: _("You are invited on stage: the moderator tells you how to come."),
      on_stage: _("You are on stage."),
    };
    put(this.find("words"), words[state] ?? "");
    this.find("actions").replaceChildren(...this.#actions(state));
  }

  #actions(state) {
    const path = `${this.base}/hands`;
    const lower = (label, sure) => actionButton(label, () => tell("DELETE", path), { sure });
    if (state === "lowered") return [actionButton(_("Raise my hand"), () => tell("POST", path), { kind: "primary" })];
    if (state === "raised") return [lower(_("Lower my hand"), null)];
    if (state === "invited") return [lower(_("Not now"), null)];
    return state === "on_stage" ? [lower(_("Leave the stage"), _("Leave it?"))] : [];
  }
}

customElements.define("session-hand", SessionHand);
