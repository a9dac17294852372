// The schedule's pages: how far a search is, and meetings that are dragged to another time.

import "./forms.js";
import { during, notice, tell } from "./api.js";
import { put } from "./dom.js";
import "./live.js";
import { refresh } from "./refresh.js";
import { _ } from "./text.js";

const live = document.querySelector("madang-live");
const AT_MOST_EVERY = 250; // milliseconds
let again = null;

live.watch(["draft"], () => {
  for (const record of Object.values(live.records("draft"))) follow(record);
});
live.listen("event", ({ event, data }) => {
  if (!data.draft || event === "draft.progressed") return;
  again ??= setTimeout(renew, AT_MOST_EVERY);
});

function renew() {
  again = null;
  const parts = document.querySelector("[data-parts]")?.dataset.parts ?? "#drafts";
  refresh(parts);
}

// What moves while a search goes on: the bar, and how many meetings it has found.
function follow({ id, state, progress }) {
  const place = document.querySelector(`[data-draft="${id}"]`);
  const bar = place?.querySelector("progress");
  if (!bar || state !== "running") return;
  if (progress.of) {
    bar.max = progress.of;
    bar.value = progress.done;
  } else bar.removeAttribute("value");
  if (progress.meetings) put(place.querySelector("[data-found]"), _("{count} meetings so far", { count: progress.meetings }));
}

let dragged = null;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-meeting]") ?? null;
  if (dragged) event.dataTransfer.setData("text/plain", dragged.dataset.meeting);
});
document.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
});
document.addEventListener("dragover", (event) => {
  const cell = placeFor(event.target);
  if (cell) event.preventDefault();
  mark(cell);
});
document.addEventListener("drop", (event) => {
  const cell = placeFor(event.target);
  if (!cell) return;
  event.preventDefault();
  const { move } = cell.closest("[data-move]").dataset;
  moveTo(dragged.querySelector("summary"), `${move}/${dragged.dataset.meeting}/move`, cell.dataset.slot);
});

// A cell of the same party's line, in which the meeting is not already.
function placeFor(target) {
  const cell = target.closest?.("td[data-slot]");
  const from = dragged?.closest("td");
  return cell && from && cell !== from && cell.dataset.row === from.dataset.row ? cell : null;
}

function mark(cell) {
  document.querySelectorAll("td.target").forEach((one) => one !== cell && one.classList.remove("target"));
  cell?.classList.add("target");
}

async function moveTo(button, address, slot) {
  const { parts } = document.querySelector("[data-parts]").dataset;
  await during(button, async () => {
    try {
      await tell("POST", address, { slot });
      await refresh(parts);
      notice(_("Moved."), "good");
    } catch (problem) {
      if (problem.code !== "in_the_way") throw problem;
      offer(problem, button, address);
    }
  });
}

// What is in the way, and the nearest time that is free, to be taken at once.
function offer({ obstacle, alternatives = [] }, button, address) {
  const nearest = alternatives[0] && timeOf(alternatives[0]);
  const act = nearest ? { label: _("Move to {time}", { time: nearest }), run: () => moveTo(button, address, alternatives[0]) } : null;
  notice(OBSTACLES[obstacle]?.() ?? OBSTACLES.taken(), "bad", act);
}

const OBSTACLES = {
  hours: () => _("One of them is not there at that time."),
  most: () => _("One of them has as many meetings as it may have then."),
  taken: () => _("One of them is in another meeting at that time."),
  interpreter: () => _("No interpreter for their languages is free at that time."),
  table: () => _("No table is free at that time."),
  party: () => _("One of them does not take part any more."),
};

function timeOf(slot) {
  const option = document.querySelector(`option[value="${CSS.escape(slot)}"]`);
  return option?.textContent ?? null;
}

