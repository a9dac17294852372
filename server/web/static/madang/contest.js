// <session-contest>: the ranking of a contest, as far as it is revealed.

import { h, put, Rows, show } from "./dom.js";
import { FloorPart } from "./floor_part.js";
import { _, nameIn } from "./text.js";

class SessionContest extends FloorPart {
  start() {
    this.rows = new Rows(this.find("rows"), ({ id }) => this.#row(id));
    this.live.watch(["contest", "contestant"], () => this.#show());
  }

  #show() {
    const { ranking = [] } = this.live.records("contest")[this.session] ?? {};
    this.rows.show(ranking.map((place) => ({ ...place, id: place.contestant })));
    show(this, ranking.length > 0);
  }

  #row(id) {
    const [rank, name, points] = [h("strong", { class: "rank" }), h("span"), h("span", { class: "number muted" })];
    return {
      node: h("li", {}, rank, name, points),
      update: (place) => {
        put(rank, _("No. {rank}", { rank: place.rank }));
        put(name, nameIn(this.live.text("contestant", id)?.name) || "…");
        put(points, _("{points} points", { points: place.points }));
      },
    };
  }
}

customElements.define("session-contest", SessionContest);
