// <session-places>: how many have a place, wait for one, or sit on stage.

import { put } from "./dom.js";
import { FloorPart } from "./floor_part.js";
import { count } from "./text.js";

class SessionPlaces extends FloorPart {
  start() {
    this.live.watch(["registration"], () => this.#show());
  }

  #show() {
    const places = this.mine("registration");
    for (const node of this.querySelectorAll("[data-places]")) {
      const { places: state, seat } = node.dataset;
      put(node, count(places.filter((place) => place.state === state && (!seat || place.seat === seat)).length));
    }
  }
}

customElements.define("session-places", SessionPlaces);
