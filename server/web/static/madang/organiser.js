// The organiser's live page.

import "./live.js";
import "./figures.js";
import "./viewers.js";
import "./outside_viewers.js";
import "./meetings.js";
import "./sessions.js";
import "./feed.js";
import "./forms.js";
import { followLooks } from "./looks.js";
import { refresh } from "./refresh.js";

const live = document.querySelector("madang-live");
followLooks(live);
live.listen("event", ({ data }) => data.reported && refresh("#reported"));

// What each figure means: shown for all of them at once, and remembered.
const box = document.getElementById("definitions");
box.checked = localStorage.getItem("definitions") === "shown";
box.addEventListener("change", () => localStorage.setItem("definitions", box.checked ? "shown" : "hidden"));
