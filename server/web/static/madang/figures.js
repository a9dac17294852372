// <live-figures>: the counts, as the server counts them.

import { get } from "./api.js";
import { put, soon } from "./dom.js";
import { LivePart } from "./live.js";
import { count } from "./text.js";

class LiveFigures extends LivePart {
  start() {
    this.tiles = new Map([...this.querySelectorAll("[data-key]")].map((tile) => [tile.dataset.key, tile]));
    for (const tile of this.tiles.values()) {
      const value = tile.querySelector("[data-value]");
      value.textContent = count(Number(value.textContent));
    }
    this.live.listen("counts", (figures) => this.#take(figures));
    this.live.listen("live", () => this.#ask());
    this.live.watch(["directory"], () => {
      for (const directory of Object.values(this.live.records("directory"))) this.#show(directory);
    });
  }

  // Counts are pushed when something has changed; who has been away asks.
  async #ask() {
    try {
      this.#take((await get(`${this.live.base}/figures`)).figures);
    } catch {
      // The connection tells what is wrong.
    }
  }

  #take(figures) {
    this.live.figures = figures;
    soon(() => this.#show(figures));
    this.dispatchEvent(new CustomEvent("figures", { detail: figures, bubbles: true }));
  }

  #show(figures) {
    for (const [key, tile] of this.tiles) {
      if (typeof figures[key] !== "number") continue;
      const value = tile.querySelector("[data-value]");
      const wanted = count(figures[key]);
      if (value.textContent !== wanted) {
        put(value, wanted);
        value.classList.remove("moved");
        requestAnimationFrame(() => value.classList.add("moved"));
      }
      if (tile.classList.contains("calls")) tile.toggleAttribute("data-calling", figures[key] > 0);
    }
  }
}

customElements.define("live-figures", LiveFigures);
