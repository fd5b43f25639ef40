// The runtime's time. Waiting times are counted from moments that the runtime gave, and
// the machine that a desk runs on may be minutes off.

// The Date header has whole seconds, and the answer takes a while: closer than this, the
// machine's own clock is the better one.
const TRUSTED = 2000;

export class Clock {
  #ahead = 0; // of the runtime's clock against this machine's, in ms
  #local;

  constructor({ local = Date.now } = {}) {
    this.#local = local;
  }

  /** Now, at the runtime, in milliseconds. */
  now() {
    return this.#local() + this.#ahead;
  }

  /** How much this machine's clock is behind the runtime's, in ms; 0 where it is right. */
  get ahead() {
    return this.#ahead;
  }

  /** Takes a Date header, and when on this machine's clock it was asked for. */
  take(header, asked) {
    const said = Date.parse(header ?? '');
    if (Number.isNaN(said)) return;
    // On average the header was cut half a second after the whole one that it says,
    // half way through the call.
    const ahead = said + 500 - (asked + this.#local()) / 2;
    this.#ahead = Math.abs(ahead) > TRUSTED ? Math.round(ahead) : 0;
  }

  /** Asks the runtime at an address; where that does not work, all stays as it was. */
  async ask(url, fetch) {
    const asked = this.#local();
    try {
      const answer = await fetch(url, { method: 'HEAD', cache: 'no-store' });
      this.take(answer.headers.get('Date'), asked);
    } catch {
      // the next connection asks again
    }
  }
}
