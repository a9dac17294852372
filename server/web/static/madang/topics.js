// The state of the topics a page follows: the one rule by which every reader keeps up.

export class Topics {
  constructor(names) {
    this.states = Object.fromEntries(names.map((name) => [name, null]));
    this.seqs = Object.fromEntries(names.map((name) => [name, null]));
    this.texts = Object.fromEntries(names.map((name) => [name, {}]));
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
      this.texts[topic] = frame.texts ?? {};
      this.seqs[topic] = seq;
      return [...new Set([...before, ...Object.keys(frame.state), ...Object.keys(this.texts[topic])])];
    } else if (type === "texts") {
      for (const [collection, texts] of Object.entries(frame.data)) this.#keep(topic, collection, texts);
      return Object.keys(frame.data);
    } else if (type === "event" && this.seqs[topic] !== null && seq > this.seqs[topic]) {
      for (const [collection, record] of Object.entries(frame.data)) {
        const records = (this.states[topic][collection] ??= {});
        if (record.gone) {
          delete records[record.id];
          delete this.texts[topic][collection]?.[record.id];
        } else records[record.id] = record;
      }
      this.seqs[topic] = seq;
      return Object.keys(frame.data);
    }
    return [];
  }

  // Texts may come late: one that is older than what is here is passed over.
  #keep(topic, collection, texts) {
    const kept = (this.texts[topic][collection] ??= {});
    for (const [id, text] of Object.entries(texts)) {
      if (text.version >= (kept[id]?.version ?? 0)) kept[id] = text;
    }
  }

  // The texts of a record, from whichever topic holds them; none may have come yet.
  text(collection, id) {
    return Object.values(this.texts).map((texts) => texts[collection]?.[id]).find(Boolean);
  }

  // The records of a collection in one topic.
  recordsOf(topic, collection) {
    return this.states[topic]?.[collection] ?? {};
  }

  // All records of a collection, by id, from whichever topics hold it.
  records(collection) {
    return Object.assign({}, ...Object.values(this.states).map((state) => state?.[collection] ?? {}));
  }
}
