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

  // [minute in ms, people] in order; a minute without a count between two others says that nothing was live: null.
  points(within) {
    const minutes = [...this.minutes.keys()].filter(within).sort((one, other) => one - other);
    const points = [];
    for (const minute of minutes) {
      const last = points.at(-1)?.[0];
      if (last !== undefined && minute - last > MINUTE) points.push([last + MINUTE, null]);
      points.push([minute, [...this.minutes.get(minute).values()].reduce((sum, people) => sum + people, 0)]);
    }
    return points;
  }
}
