// The programme's page: the server makes it; what has changed since is put in as it comes, or fetched anew.

import "./copy.js";
import { put } from "./dom.js";
import "./forms.js";
import "./live.js";
import { followPlaces } from "./places.js";
import { refresh } from "./refresh.js";
import { followSoon } from "./soon.js";
import { changedBeyondState, putColours, putState } from "./states.js";
import { _ } from "./text.js";
import { putTimes } from "./times.js";

const PARTS = "#running #sessions";
// Not everybody asks at the same moment: guests may be very many. Milliseconds.
const SPREAD = { member: 1_500, guest: 15_000 };
const COUNT_AGAIN = 60_000;

const live = document.querySelector("madang-live");
const seen = new Map(); // the records that the page shows, by id
let due = null;

function decorate() {
  putTimes(live, document.getElementById("sessions"));
  putColours(document.getElementById("sessions"));
}

function tellZone() {
  const { reader, wall, city } = live;
  if (!live.guest || reader.zone === wall.zone) return;
  put(document.querySelector("[data-zones]"), _("times on your clock ({zone}), beside them those in {city}", { zone: reader.name, city }));
}

function follow() {
  const records = live.records("session");
  const versions = JSON.parse(document.querySelector("#sessions [data-versions]").textContent);
  const stale = Object.values(records).some((record) => isStale(record, versions));
  const gone = [...seen.keys()].some((id) => !(id in records));
  seen.clear();
  for (const record of Object.values(records)) {
    seen.set(record.id, record);
    const row = document.getElementById(`s-${record.id}`);
    if (row) putState(row, record);
  }
  if (stale || gone || runningChanged(records)) renewSoon();
}

// Until the stream tells more of a session, the page is as new as its version when it was made.
function isStale(record, versions) {
  const before = seen.get(record.id);
  return before ? changedBeyondState(before, record) : versions[record.id] !== record.version;
}

function runningChanged(records) {
  const shown = [...document.querySelectorAll("[data-running]")].map((row) => row.dataset.running);
  const running = Object.values(records).filter(({ state }) => ["live", "paused"].includes(state));
  return shown.length !== running.length || running.some(({ id }) => !shown.includes(id));
}

function renewSoon() {
  due ??= setTimeout(() => {
    due = null;
    if (document.getElementById("filter")) renew(PARTS);
    else location.reload(); // the first sessions are announced
  }, 200 + Math.random() * (live.guest ? SPREAD.guest : SPREAD.member));
}

async function renew(parts) {
  try {
    await refresh(parts);
    decorate();
  } catch (problem) {
    if (!(problem instanceof TypeError)) throw problem; // the connection tells what is wrong
  }
}

// What is wanted of the programme stands in the address, too.
function choose(form) {
  const wanted = [...new FormData(form)].filter(([, value]) => value);
  history.replaceState(null, "", wanted.length ? `?${new URLSearchParams(wanted)}` : location.pathname);
  renew(PARTS);
}

decorate();
tellZone();
followPlaces(live, () => renew(PARTS));
followSoon(live, document.getElementById("sessions").dataset.watchAt);
live.watch(["session", "listing", "registration"], follow);
live.listen("event", ({ data }) => (data.listing || data.registration) && renewSoon());
document.getElementById("filter")?.addEventListener("change", (event) => choose(event.currentTarget));
document.getElementById("calendar")?.addEventListener("sent", ({ detail }) => {
  if (detail?.secret) document.getElementById("feed-shown-value").value = new URL(`/feeds/${detail.secret}.ics`, location.href).href;
});
setInterval(() => {
  if (!document.hidden && document.querySelector("[data-running]")) renew("#running");
}, COUNT_AGAIN);
