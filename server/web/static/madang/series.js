// How many watched, minute by minute. Every live session is counted once a minute, so the counts of one minute add up.

const MINUTE = 60_000;

export class AudienceSeries {
  constructor() {
    this.minutes = new Map();
  }

  // The later count of a session in a minute stands.
  add(session, instant, concurrent) {
    const minute = Math.floor(Date.parse(instant) / MINUTE) * MINUTE;
    if (!this.minutes.has(minute)) this.minutes.set(minute, new Map());
    this.minutes.get(minute).set(session, concurrent);
  }

  // The sessions that were counted.
  get sessions() {
    return new Set([...this.minutes.values()].flatMap((counts) => [...counts.keys()]));
  }

  // [minute in ms, people] in order, of all sessions or of one; a minute without a count between two others says that
  // nothing was live: null.
  points(within, session = null) {
    const counted = (minute) => session === null || this.minutes.get(minute).has(session);
    const minutes = [...this.minutes.keys()].filter((minute) => within(minute) && counted(minute)).sort((one, other) => one - other);
    const points = [];
    for (const minute of minutes) {
      const last = points.at(-1)?.[0];
      if (last !== undefined && minute - last > MINUTE) points.push([last + MINUTE, null]);
      const counts = this.minutes.get(minute);
      points.push([minute, session === null ? [...counts.values()].reduce((sum, people) => sum + people, 0) : counts.get(session)]);
    }
    return points;
  }
}
