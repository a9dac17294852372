// What shows a way to watch: a player of ours, a provider's frame, or a link to where it opens.

import { h } from "./dom.js";
import { _ } from "./text.js";

const AGAIN = 5_000; // until a stream that is not there yet is looked for again
const TRIES = 3; // so many failures in a row, and the way counts as broken
let hlsModule = null;

// A node for a way, and what ends it. on.broken() is called when it does not play although it is there.
export function makeScreen(way, title, on) {
  if (way.embed === null) return { node: opener(way), end() {} };
  return way.played ? makePlayer(way, title, on) : { node: makeFrame(way, title), end() {} };
}

function opener(way) {
  const words = { zoom: _("Open in Zoom"), jitsi: _("Open in Jitsi"), youtube: _("Open in YouTube") }[way.provider] ?? _("Open the stream");
  return h("a", { class: "button primary", href: way.url, target: "_blank", rel: "noreferrer" }, words);
}

function makeFrame(way, title) {
  return h("iframe", {
    src: way.provider === "youtube" ? `${way.embed}?enablejsapi=1&rel=0` : way.embed,
    title,
    allow: "autoplay; encrypted-media; fullscreen; picture-in-picture",
    allowfullscreen: true,
    // YouTube plays for nobody whose site it does not know.
    referrerpolicy: "strict-origin-when-cross-origin",
    // A captions' page shows text; it needs no more than its scripts.
    sandbox: way.kind === "captions" ? "allow-scripts allow-same-origin" : null,
  });
}

function makePlayer(way, title, on) {
  const node = h(way.kind === "audio" ? "audio" : "video", { controls: true, playsinline: true, "aria-label": title });
  let hls = null;
  let ended = false;
  let failures = 0;
  const fail = (again) => {
    failures += 1;
    if (failures === TRIES) on.broken();
    setTimeout(() => ended || again(), AGAIN);
  };
  loadHls().then((Hls) => {
    if (ended) return;
    if (!Hls.isSupported()) {
      node.src = way.embed; // Safari plays playlists by itself
      node.addEventListener("error", () => fail(() => node.load()));
      return;
    }
    hls = new Hls({ workerPath: new URL("../vendor/hls.worker.js", import.meta.url).href });
    hls.on(Hls.Events.ERROR, (_event, { fatal, type }) => {
      if (!fatal) return;
      if (type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
      fail(() => hls.loadSource(way.embed));
    });
    hls.on(Hls.Events.FRAG_BUFFERED, () => {
      failures = 0;
    });
    hls.loadSource(way.embed);
    hls.attachMedia(node);
  });
  return {
    node,
    end() {
      ended = true;
      hls?.destroy();
      node.removeAttribute("src");
    },
  };
}

// Some 600 KB that only who plays such a stream needs.
async function loadHls() {
  hlsModule ??= import("../vendor/hls.min.mjs");
  return (await hlsModule).default;
}

// Let the picture be silent while an interpreter speaks, or speak again.
export function mute(node, muted) {
  if (node instanceof HTMLMediaElement) node.muted = muted;
  else if (node instanceof HTMLIFrameElement) {
    const told = { event: "command", func: muted ? "mute" : "unMute", args: [] };
    node.contentWindow?.postMessage(JSON.stringify(told), new URL(node.src).origin);
  }
}
