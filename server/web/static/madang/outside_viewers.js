// <outside-viewers>: what the outside streams of live sessions say of their viewers, apart from ours.

import { h, put, Rows, show, soon } from "./dom.js";
import { LivePart } from "./live.js";
import { outsideCount, providerName } from "./outside.js";
import { nameIn } from "./text.js";

class OutsideViewers extends LivePart {
  start() {
    this.rows = new Rows(this.find("rows"), ({ session }) => this.#row(session));
    this.live.addEventListener("figures", () => soon(() => this.#show()));
    this.live.watch(["session"], () => this.#show());
    setInterval(() => soon(() => this.#show()), 10_000); // figures grow old while nothing new comes
  }

  #show() {
    const outside = Object.entries(this.live.figures?.outside ?? {});
    const streams = outside.flatMap(([session, told]) => told.map((one) => ({ ...one, id: one.channel, session })));
    const counted = streams.filter((one) => outsideCount(one));
    this.rows.show(counted);
    show(this, counted.length > 0);
  }

  #row(session) {
    const [title, said] = [h("strong"), h("span", { class: "muted" })];
    return {
      node: h("li", {}, h("div", { class: "case-head" }, title), said),
      update: (one) => {
        put(title, nameIn(this.live.programme.entry(session)?.title) || "…");
        put(said, `${providerName(one.provider)}: ${outsideCount(one)}`);
      },
    };
  }
}

customElements.define("outside-viewers", OutsideViewers);
