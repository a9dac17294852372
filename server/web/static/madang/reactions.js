// <session-reactions>: applause and the like. Everybody's go up over the picture, as they are counted.

import { tell } from "./api.js";
import { h, put } from "./dom.js";
import { LivePart } from "./live.js";
import { count } from "./text.js";

const AT_ONCE = 12; // signs that go up for one count, however many people reacted
const FLIGHT = 4_000;
const PAUSE = 300; // between two of one's own

class SessionReactions extends LivePart {
  start() {
    this.known = null;
    this.last = 0;
    this.signs = new Map([...this.querySelectorAll("[data-react]")].map((button) => [button.dataset.react, button]));
    this.id = document.getElementById("watching").dataset.session;
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-react]");
      if (button) this.#react(button.dataset.react);
    });
    this.live.listen("counts", ({ reactions }) => reactions && this.#take(reactions));
  }

  #react(reaction) {
    const now = performance.now();
    if (now - this.last < PAUSE) return;
    this.last = now;
    const sent = this.live.connection.send({ type: "react", topic: `session:${this.id}`, reaction });
    if (!sent && !this.live.guest) tell("POST", `${this.live.base}/programme/${this.id}/reactions`, { reaction }).catch(() => {});
  }

  #take(reactions) {
    for (const [code, button] of this.signs) {
      const number = reactions[code] ?? 0;
      const more = this.known ? number - (this.known[code] ?? 0) : 0;
      put(button.querySelector("[data-count]"), number ? count(number) : "");
      for (let each = 0; each < Math.min(more, AT_ONCE); each += 1) this.#fly(button.firstElementChild.textContent);
    }
    this.known = reactions;
  }

  #fly(sign) {
    if (document.hidden || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const node = h("span", {}, sign);
    node.style.setProperty("--from", `${5 + Math.random() * 90}%`);
    node.style.setProperty("--delay", `${Math.random() * 900}ms`);
    document.querySelector("[data-flow]").append(node);
    setTimeout(() => node.remove(), FLIGHT + 1_000);
  }
}

customElements.define("session-reactions", SessionReactions);
