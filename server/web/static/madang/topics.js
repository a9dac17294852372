// The state of the topics a page follows: the one rule by which every reader keeps up.

export class Topics {
  constructor(names) {
    this.states = Object.fromEntries(names.map((name) => [name, null]));
    this.seqs = Object.fromEntries(names.map((name) => [name, null]));
  }

  // What to subscribe with: from the number after the last one applied, or from a snapshot (null).
  wanted() {
    return { ...this.seqs };
  }

  // Has every topic's state come?
  get known() {
    return Object.values(this.states).every((state) => state !== null);
  }

  // Begin again with snapshots: what the topics stand for may have changed.
  forget() {
    for (const name of Object.keys(this.seqs)) this.seqs[name] = null;
  }

  // Apply a frame; the names of the collections it changed.
  take(frame) {
    const { type, topic, seq } = frame;
    if (type === "cursor") {
      for (const name of Object.keys(this.seqs)) {
        if (this.seqs[name] !== null) this.seqs[name] = Math.max(this.seqs[name], seq);
      }
      return [];
    }
    if (!(topic in this.seqs)) return [];
    if (type === "resync") {
      this.seqs[topic] = null;
    } else if (type === "snapshot") {
      const before = Object.keys(this.states[topic] ?? {});
      this.states[topic] = frame.state;
      this.seqs[topic] = seq;
      return [...new Set([...before, ...Object.keys(frame.state)])];
    } else if (type === "event" && this.seqs[topic] !== null && seq > this.seqs[topic]) {
      for (const [collection, record] of Object.entries(frame.data)) {
        (this.states[topic][collection] ??= {})[record.id] = record;
      }
      this.seqs[topic] = seq;
      return Object.keys(frame.data);
    }
    return [];
  }

  // All records of a collection, by id, from whichever topics hold it.
  records(collection) {
    return Object.assign({}, ...Object.values(this.states).map((state) => state?.[collection] ?? {}));
  }
}
