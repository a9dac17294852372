// Backstage of a session.

import "./forms.js";
import "./live.js";
import "./sent_list.js";
import "./viewers.js";
import "./backstage_announcements.js";
import "./backstage_chat.js";
import "./backstage_contest.js";
import "./backstage_now.js";
import "./backstage_places.js";
import "./backstage_polls.js";
import "./backstage_questions.js";
import "./backstage_run.js";
import "./backstage_stage.js";
import "./jury.js";
import { refresh } from "./refresh.js";
import { changedBeyondState } from "./states.js";

const PARTS = "#title #channels #materials #attendance";
const SPREAD = 300; // much may change at once

const live = document.querySelector("madang-live");
const { session: id } = document.querySelector("[data-session]").dataset;
const wanted = new Set(); // parts of the page to be fetched anew
let due = null;
let seen = null;

function follow() {
  const record = live.records("session")[id];
  if (!record) return seen && location.reload(); // no longer there for this reader
  const shown = (one) => `${one.featured} ${one.ended_at}`; // what these parts of the page tell, too
  const stale = seen && (changedBeyondState(seen, record) || shown(seen) !== shown(record));
  seen = record;
  if (stale) renewSoon(PARTS);
}

function renewSoon(...parts) {
  for (const part of parts) wanted.add(part);
  due ??= setTimeout(renew, SPREAD);
}

async function renew() {
  const parts = [...wanted].join(" ");
  wanted.clear();
  due = null;
  try {
    await refresh(parts);
  } catch (problem) {
    if (!(problem instanceof TypeError)) throw problem; // the connection tells what is wrong
  }
  document.querySelector("stage-desk").take();
}

live.watch(["session"], follow);
live.listen("event", ({ data }) => data.registration && renewSoon("#guests"));
