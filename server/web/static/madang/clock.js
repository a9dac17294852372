// Convention time: the server's, ticking on in between. A demo moves it in jumps, or lets it stand.

export class ConventionClock {
  #at;
  #heard;
  #told = null;
  #ticks = true;
  steady = false; // goes as real time does, as far as we were told

  constructor(instant) {
    this.#set(Date.parse(instant));
  }

  // Milliseconds since the epoch.
  now() {
    return this.#at + (this.#ticks ? performance.now() - this.#heard : 0);
  }

  // A frame's time. Frames of a replay are old: the clock never goes back for them.
  hear(instant) {
    const at = Date.parse(instant);
    if (at > this.now()) this.#set(at);
  }

  // The server's time right now. Told twice, we know whether it ticks.
  follow(instant) {
    const told = { at: Date.parse(instant), real: performance.now() };
    if (this.#told) {
      const pace = (told.at - this.#told.at) / (told.real - this.#told.real);
      this.#ticks = pace > 0.5;
      this.steady = pace > 0.9 && pace < 1.1;
    }
    this.#told = told;
    this.#set(told.at);
  }

  #set(at) {
    this.#at = at;
    this.#heard = performance.now();
  }
}
