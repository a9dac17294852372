// What streams elsewhere say of themselves, in words. Their figures stand beside ours, with their age.

import { _, count } from "./text.js";

const STATES = {
  upcoming: () => _("has not begun"),
  live: () => _("is on"),
  ended: () => _("has ended"),
  gone: () => _("is gone"),
  unknown: () => _("says nothing of itself"),
};
const TROUBLES = {
  timeout: () => _("It does not answer in time."),
  unreachable: () => _("It cannot be reached."),
  failing: () => _("It is in trouble itself."),
  refused: () => _("It does not answer us."),
  quota: () => _("What it answers a day is used up."),
  unreadable: () => _("It answers something strange."),
  resting: () => _("It has failed so often that it is left alone for a while."),
  forbidden: () => _("Its address leads to where we do not look."),
};

export function providerName(provider) {
  return { youtube: "YouTube", zoom: "Zoom", jitsi: "Jitsi", hls: _("direct") }[provider] ?? _("elsewhere");
}

export function streamState({ state }) {
  return STATES[state]?.() ?? state;
}

export function trouble({ trouble: code }) {
  return code ? (TROUBLES[code]?.() ?? code) : "";
}

// How long ago something was read, in real time.
export function ageOf(read) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(read)) / 1000));
  return seconds < 90 ? _("{seconds} s ago", { seconds }) : _("{minutes} min ago", { minutes: Math.round(seconds / 60) });
}

// "120 watching, counted 4 s ago"; nothing if the stream does not tell.
export function outsideCount({ concurrent, read_at: read }) {
  return typeof concurrent === "number" && read ? _("{number} watching, counted {age}", { number: count(concurrent), age: ageOf(read) }) : "";
}
