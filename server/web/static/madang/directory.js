// Names: events carry ids only, so a page fetches who is who, and again when the directory has changed.

import { getAll } from "./api.js";
import { nameIn } from "./text.js";

export class Directory {
  constructor(base, changed) {
    this.base = base;
    this.changed = changed;
    this.parties = new Map();
    this.people = new Map();
    this.version = null;
    this.missed = new Set();
  }

  // Fetch everybody; asked again meanwhile, once more afterwards.
  async load() {
    if (this.loading) {
      this.again = true;
      return;
    }
    this.loading = true;
    do {
      this.again = false;
      try {
        this.#keep(await getAll(`${this.base}/parties`));
      } catch (problem) {
        if (!problem.code && !(problem instanceof TypeError)) throw problem;
        setTimeout(() => this.load(), 5000); // not reached: the names follow later
      }
    } while (this.again);
    this.loading = false;
    this.changed();
  }

  // Told the directory's version; a new one means new names.
  follow(version) {
    if (version === this.version) return;
    this.version = version;
    this.load();
  }

  #keep(parties) {
    this.parties = new Map(parties.map((party) => [party.id, party]));
    this.people = new Map(parties.flatMap((party) => party.people.map((person) => [person.id, person])));
  }

  party(id) {
    return this.parties.get(id);
  }

  name(id) {
    if (!this.parties.has(id)) this.#miss(id);
    return nameIn(this.parties.get(id)?.name) || "…";
  }

  // Somebody we have not heard of: new since we fetched. Looked for once.
  #miss(id) {
    if (!id || this.missed.has(id)) return;
    this.missed.add(id);
    this.load();
  }

  person(id) {
    return nameIn(this.people.get(id)?.name);
  }
}
