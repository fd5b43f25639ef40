// Calls over a connection that may break: who asks gets one answer, and a command has
// one effect.

import { Problem, problemOf, unreachable } from './problem.js';

// How long a call waits that could not be sent: the agent is waiting, and nothing has
// happened yet.
const PATIENCE = 10_000;

// How long one is repeated that was sent and not answered. A request remembers its last
// 16 commands: long enough for a break, short enough that they are still there.
const INSISTENCE = 60_000;

// What passes by itself is tried again after 0.5, 1, 2 and 4 s, and not before the
// runtime says.
const PASSING = ['store-unavailable', 'issuer-unavailable', 'no-configuration', 'too-many-requests'];
const TRIES = 5;
const PAUSE = 500;

// The runtime ends the connection for a larger message; it would with every repeat.
const MAX_BYTES = 120 << 10;

export class Calls {
  // By id, in the order in which they were made: sent at all, and given to the connection
  // that there is.
  #open = new Map();
  #send = null; // sends a text; null without a connection

  /** Makes a call: the body of its answer, or a rejection with a Problem. */
  make(method, path, body, { id = crypto.randomUUID() } = {}) {
    const text = JSON.stringify({ type: 'call', id, method, path, body });
    if (new TextEncoder().encode(text).length > MAX_BYTES) {
      return Promise.reject(new Problem({ type: 'https://pullmode.io/problems/too-large', title: 'Too large', status: 413, detail: 'This is more than can be sent at once: split it.' }));
    }
    return new Promise((resolve, reject) => {
      const call = { id, text, resolve, reject, tries: 0, sent: false, given: false, timer: null };
      this.#open.set(id, call);
      this.#wait(call, PATIENCE);
      if (this.#send) this.#give(call);
    });
  }

  /** There is a connection: what is open is made anew, in order. */
  connected(send) {
    this.#send = send;
    for (const call of this.#open.values()) this.#give(call);
  }

  /** There is none. */
  disconnected() {
    this.#send = null;
    for (const call of this.#open.values()) {
      if (call.given) this.#wait(call, INSISTENCE);
      call.given = false;
    }
  }

  answered({ id, status, body, retryAfterMs = 0 }) {
    const call = this.#open.get(id);
    if (!call) return;
    if (status < 400) return this.#settle(call, call.resolve, body);
    const problem = problemOf(body, status);
    if (problem.is(...PASSING) && call.tries < TRIES) {
      call.given = false;
      this.#wait(call, INSISTENCE); // there may be no connection by then
      const pause = Math.max(PAUSE * 2 ** (call.tries - 1), retryAfterMs);
      setTimeout(() => this.#open.has(id) && this.#send && this.#give(call), pause);
      return;
    }
    this.#settle(call, call.reject, problem);
  }

  /** Gives all of them up. */
  end() {
    this.#send = null;
    for (const call of this.#open.values()) this.#settle(call, call.reject, this.#lost(call));
  }

  #give(call) {
    if (call.given) return;
    clearTimeout(call.timer); // the connection itself is watched
    Object.assign(call, { given: true, sent: true, tries: call.tries + 1 });
    this.#send(call.text);
  }

  #wait(call, patience) {
    clearTimeout(call.timer);
    call.timer = setTimeout(() => this.#settle(call, call.reject, this.#lost(call)), patience);
  }

  #settle(call, settle, value) {
    clearTimeout(call.timer);
    this.#open.delete(call.id);
    settle(value);
  }

  /** unsure says that the command may have been carried out all the same. */
  #lost(call) {
    return Object.assign(unreachable(), { unsure: call.sent });
  }
}
