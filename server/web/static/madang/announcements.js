// <session-announcements>: what is announced to everybody, or in this session.

import { h, put, Rows, show } from "./dom.js";
import { LivePart } from "./live.js";
import { nameIn } from "./text.js";

class SessionAnnouncements extends LivePart {
  start() {
    this.rows = new Rows(this.find("rows"), ({ id }) => this.#row(id));
    this.live.watch(["announcement"], () => this.#show());
  }

  #show() {
    const standing = Object.values(this.live.records("announcement")).filter(({ id }) => this.live.text("announcement", id));
    standing.sort((one, other) => other.at.localeCompare(one.at));
    this.rows.show(standing);
    show(this, standing.length > 0);
  }

  #row(id) {
    const words = h("p");
    const time = h("time", { class: "muted" });
    return {
      node: h("li", { class: "announcement" }, time, words),
      update: ({ at }) => {
        put(time, this.live.reader.show("time", at));
        put(words, nameIn(this.live.text("announcement", id).text));
      },
    };
  }
}

customElements.define("session-announcements", SessionAnnouncements);
