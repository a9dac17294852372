// The state of a session, as its row or page shows it.

import { put, show } from "./dom.js";
import { _ } from "./text.js";
import { sessionState } from "./words.js";

// What its audience is told; that a session is planned goes without saying.
function told(state) {
  if (state === "scheduled") return "";
  return state === "published" ? _("time may change") : sessionState(state);
}

// The colours of tracks: styles in the markup are forbidden.
export function putColours(root) {
  for (const chip of root.querySelectorAll("[data-colour]")) chip.style.setProperty("--track", chip.dataset.colour);
}

// Put a session's state on the chip inside `root`.
export function putState(root, { state, soon_at: soon }) {
  const chip = root.querySelector("[data-session-state]");
  const starting = state === "scheduled" && soon;
  const words = starting ? _("starts soon") : told(state);
  const warns = starting || ["paused", "cancelled"].includes(state);
  root.dataset.state = state;
  chip.className = ["chip", state === "live" && "live", warns && "warn"].filter(Boolean).join(" ");
  put(chip, words);
  show(chip, words !== "");
}

// Whether more has changed between two records of a session than a page can put in by itself: how it runs, and what
// is featured. Texts, speakers and ways to watch are in no record; a version that was missed may have brought some.
export function changedBeyondState(before, record) {
  if (before.version === record.version) return false;
  const runs = ["state", "live_at", "ended_at", "paused_at", "soon_at", "featured"];
  const others = Object.keys(record).filter((name) => name !== "version" && !runs.includes(name));
  const moved = others.some((name) => record[name] !== before[name]);
  const explained = runs.some((name) => record[name] !== before[name]);
  return moved || !explained || record.version > before.version + 1;
}
