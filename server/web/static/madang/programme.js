// Titles of the programme's sessions: over HTTP, and again when a session has changed.

import { get } from "./api.js";

export class Programme {
  constructor(base, changed) {
    this.base = base;
    this.changed = changed;
    this.entries = new Map();
  }

  // Compare with the records of the stream, and fetch if any of them is newer.
  follow(sessions) {
    const stale = Object.values(sessions).some((one) => (this.entries.get(one.id)?.version ?? 0) < one.version);
    if (!stale || this.timer) return;
    this.timer = setTimeout(async () => {
      try {
        const { sessions } = await get(`${this.base}/programme`);
        this.entries = new Map(sessions.map((entry) => [entry.id, entry]));
        this.changed();
      } catch (problem) {
        if (!problem.code && !(problem instanceof TypeError)) throw problem;
      } finally {
        this.timer = null;
      }
    }, 200);
  }

  entry(id) {
    return this.entries.get(id);
  }
}
