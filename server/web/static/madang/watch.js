// The page of one session.

import { notice } from "./api.js";
import { put, show } from "./dom.js";
import "./live.js";
import "./announcements.js";
import "./contest.js";
import "./floor.js";
import "./hand.js";
import "./player.js";
import "./reactions.js";
import { outsideCount, providerName } from "./outside.js";
import { followPlaces } from "./places.js";
import { refresh } from "./refresh.js";
import { followSoon } from "./soon.js";
import { changedBeyondState, putColours, putState } from "./states.js";
import { _, count } from "./text.js";
import { putTimes } from "./times.js";

const PARTS = "#streams #title #notice-text #places #materials #about";
const SPREAD = { member: 1_500, guest: 15_000 };

const live = document.querySelector("madang-live");
const page = document.getElementById("watching");
const { session: id } = page.dataset;
let seen = null;
let due = null;

function follow() {
  const record = live.records("session")[id];
  if (!record) return seen && location.reload(); // no longer there for this reader
  const stale = seen ? changedBeyondState(seen, record) : page.dataset.version !== String(record.version);
  seen = record;
  putState(page, record);
  putMoment(record);
  if (stale || !putFeatured(record)) renewSoon();
}

function putMoment(record) {
  const when = page.querySelector(".stage-line .when");
  when.dataset.from = record.starts_at;
  when.dataset.to = record.ends_at;
  putTimes(live, page);
  put(page.querySelector(".stage-line [data-day]"), live.reader.show("day", record.starts_at));
}

// What is featured stands first. False: the page does not have it yet.
function putFeatured({ featured }) {
  const rows = [...page.querySelectorAll("[data-material]")];
  for (const row of rows) row.toggleAttribute("data-featured", row.dataset.material === featured);
  const first = rows.find((row) => row.dataset.material === featured);
  if (first && first !== first.parentElement.firstElementChild) first.parentElement.prepend(first);
  return featured === null || first !== undefined;
}

function renewSoon() {
  due ??= setTimeout(() => {
    due = null;
    renew();
  }, 200 + Math.random() * (live.guest ? SPREAD.guest : SPREAD.member));
}

async function renew() {
  try {
    await refresh(PARTS);
  } catch (problem) {
    if (!(problem instanceof TypeError)) throw problem; // the connection tells what is wrong
    return;
  }
  putColours(page);
  if (seen) putFeatured(seen);
  document.querySelector("stream-player").take();
  if (strange()) notice(_("There is a new way to watch. Load the page again to use it."), "good", { label: _("Load again"), run: () => location.reload() });
}

// The page may show only the origins it was made for.
function strange() {
  const { ways, replays } = JSON.parse(document.getElementById("streams").textContent);
  const known = new Set(page.dataset.origins.split(" "));
  return [...ways, ...replays].some(({ origin }) => origin && !known.has(origin));
}

// Here and elsewhere are figures of different people, and stand apart.
function putCounts({ concurrent, outside = [] }) {
  const here = page.querySelector("[data-concurrent]");
  put(here, _("{number} watching here", { number: count(concurrent ?? 0) }));
  show(here, typeof concurrent === "number" && ["live", "paused"].includes(page.dataset.state));
  const elsewhere = outside.filter((one) => typeof one.concurrent === "number");
  const node = page.querySelector("[data-outside]");
  put(node, elsewhere.map(outsideFigure).join(" · "));
  show(node, elsewhere.length > 0);
}

function outsideFigure(reading) {
  const { ways } = JSON.parse(document.getElementById("streams").textContent);
  const provider = providerName(ways.find((way) => way.id === reading.channel)?.provider);
  return `${provider}: ${outsideCount(reading)}`;
}

// Who was given a place or has lost it sees another page.
function hasPlace() {
  return Object.values(live.records("registration")).some(({ session, state }) => session === id && state === "registered");
}

let figures = null;
let placed = null;

putTimes(live, page);
putColours(page);
followPlaces(live, () => location.reload());
followSoon(live, page.dataset.watchAt, id);
live.watch(["session"], follow);
live.watch(["registration"], () => {
  if (placed !== null && placed !== hasPlace()) location.reload();
  placed = hasPlace();
});
live.listen("counts", (data) => {
  figures = data;
  putCounts(data);
});
setInterval(() => figures && putCounts(figures), 10_000); // figures grow old while nothing new comes
