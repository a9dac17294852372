// The times of sessions on the page, on the reader's clock with the convention's beside it.

import { put, show } from "./dom.js";
import { _, dayShift } from "./text.js";

// Fill every .when inside; its data-from and data-to are instants. A day's shift is against the convention's day.
export function putTimes(live, root) {
  for (const node of root.querySelectorAll(".when")) putTime(live, node);
  for (const node of root.querySelectorAll("[data-moment]")) {
    const { moment } = node.dataset;
    put(node, `${live.reader.show("brief", moment)} ${live.reader.show("time", moment)}`);
  }
}

function putTime({ reader, wall, city }, node) {
  const { from, to } = node.dataset;
  const span = (clock) => `${clock.show("time", from)}–${clock.show("time", to)}`;
  put(node.querySelector("[data-here]"), span(reader));
  const by = dayShift(from, reader, wall);
  const shift = node.querySelector("[data-shift]");
  put(shift, by > 0 ? _("+1 day") : _("−1 day"));
  shift.title = reader.show("day", from);
  show(shift, by !== 0);
  const there = node.querySelector("[data-there]");
  put(there, `${city} ${span(wall)}`);
  show(there, reader.zone !== wall.zone);
}
