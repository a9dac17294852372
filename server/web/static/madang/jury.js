// <jury-sheet>: a juror's points for each contestant, by criterion; sent one contestant at a time.

import { during, notice, tell } from "./api.js";
import { put, show } from "./dom.js";
import { FloorPart } from "./floor_part.js";
import { explain } from "./problems.js";
import { refresh } from "./refresh.js";
import { _ } from "./text.js";

class JurySheet extends FloorPart {
  start() {
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      during(event.submitter ?? event.target.querySelector("[type=submit]"), () => this.#send(event.target));
    });
    this.live.listen("event", ({ data }) => (data.contest || data.contestant) && this.#renew());
  }

  // Who competes has changed, or the judging: what was typed and not sent stays.
  async #renew() {
    const typed = [...this.querySelectorAll("input")].filter(({ value, defaultValue }) => value !== defaultValue);
    const kept = typed.map(({ id, value }) => [id, value]);
    await refresh("#sheet");
    for (const [id, value] of kept) {
      const field = document.getElementById(id);
      if (field) field.value = value;
    }
  }

  async #send(form) {
    const place = form.querySelector("[data-problem]");
    const fields = [...form.querySelectorAll("input")];
    show(place, false);
    try {
      await tell("PUT", `${this.base}/contest/contestants/${form.dataset.contestant}/score`, { points: fields.map(({ value }) => Number(value)) });
    } catch (problem) {
      if (!problem.code) throw problem;
      put(place, explain(problem));
      return show(place, true);
    }
    for (const field of fields) field.defaultValue = field.value;
    show(form.querySelector("[data-given]"), true);
    return notice(_("Your points are in. You can change them until the judging ends."), "good");
  }
}

customElements.define("jury-sheet", JurySheet);
