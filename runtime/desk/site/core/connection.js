// The one connection of a desk to its runtime: the feed, and calls beside it, over a
// WebSocket that is made again whenever it breaks.

import { Calls } from './calls.js';
import { watch } from './wake.js';

const SUBPROTOCOL = 'pullmode.v1';

const OPENING = 10_000; // a connection that is not there by then is given up
const SILENCE = 45_000; // the runtime says something every 15 s
const DOUBT = 20_000; // after so long without a word, a tab that is looked at again asks anew

const LEAST = 250; // the first wait before connecting again; then twice as long each time
const MOST = 10_000;

// How long before a token runs out the next one is sent, and how soon that is tried
// again where the issuer does not answer.
const AHEAD = 90_000;
const AGAIN = 15_000;
const LONGEST = 24 * 3600_000; // timers count in 31 bits

/** The close codes that are not dealt with by connecting again as after any break. */
const CODES = { tokenExpired: 4001, unavailable: 4004, stay: 4500, replaced: 4500, tokenRefused: 4501, otherAgent: 4502 };

/**
 * Events: 'status' (detail: {status, retryAt}), 'welcome' ({agent}), and 'events'
 * ({events, cursor}: a whole flush of the feed, each event once, over all breaks).
 *
 * status is
 * - connecting: for the first time
 * - live
 * - reconnecting: it was live; retryAt says when it is tried again
 * - unavailable: it has never been live, or the runtime says that it cannot serve now;
 *   retryAt says when it is tried again, null that it is not (see reason)
 * - replaced: the agent has connected elsewhere; start() takes it back
 * - signedOut: sign in again
 */
export class Connection extends EventTarget {
  status = 'connecting';
  /** When it is tried again, in ms on this machine's clock; null where it is not waited. */
  retryAt = null;
  /** What the runtime said when it ended the last connection, for people. */
  reason = '';
  /** Who the agent is; null before the first welcome. */
  agent = null;
  /** Where the feed has come to. */
  cursor = '';

  #session;
  #address;
  #WebSocket;
  #random;
  #calls = new Calls();
  #socket = null;
  #token = '';
  #live = false; // now
  #been = false; // ever
  #failures = 0; // in a row
  #refused = false; // the last token was
  #pause = 0; // that the runtime asked for
  #heard = 0; // when something was last heard
  #parts = []; // events of a flush that is not whole yet
  #timers = { retry: null, opening: null, silence: null, renewal: null };
  #unwatch = null;
  #turn = 0; // counts connections: what comes of an earlier one does not count

  /** url is the runtime's address, by default the page's. */
  constructor({ session, url = globalThis.location?.origin, WebSocket = globalThis.WebSocket, random = Math.random }) {
    super();
    this.#session = session;
    this.#address = url.replace(/^http/, 'ws') + '/v1/ws';
    this.#WebSocket = WebSocket;
    this.#random = random;
  }

  /** Connects, and stays so until stop. Also after 'replaced', and after 'unavailable' for good. */
  start() {
    this.#unwatch ??= watch({ wake: (dead) => this.#wake(dead), lost: () => this.#break() });
    this.retry();
  }

  /** Connects now, if it is not connected. */
  retry() {
    if (this.#socket) return;
    this.#failures = 0;
    this.#connect();
  }

  /** Ends for good: calls that are open are rejected. */
  stop() {
    this.#unwatch?.();
    this.#unwatch = null;
    this.#drop();
    this.#calls.end();
  }

  /**
   * Makes a call of the API. Resolves to the body of the answer; rejects with a Problem,
   * `unreachable` if there was no connection for too long. A command that was sent and
   * not answered is repeated on the next connection, with the same id: it has one effect.
   */
  call(method, path, body, options) {
    return this.#calls.make(method, path, body, options);
  }

  async #connect() {
    this.#drop();
    const turn = this.#turn;
    this.#become(this.#been ? 'reconnecting' : this.status === 'unavailable' ? 'unavailable' : 'connecting');
    let token;
    try {
      token = await this.#session.token({ fresh: this.#refused });
    } catch (problem) {
      if (turn !== this.#turn) return;
      this.reason = problem.message;
      return problem.is?.('invalid-token') ? this.#end('signedOut') : this.#later();
    }
    if (turn !== this.#turn) return;
    this.#token = token;
    const socket = (this.#socket = new this.#WebSocket(this.#address, [SUBPROTOCOL]));
    this.#timers.opening = setTimeout(() => this.#break(), OPENING);
    const mine = (handle) => (event) => socket === this.#socket && handle(event);
    socket.onopen = mine(() => this.#say({ type: 'hello', token, cursor: this.cursor || undefined }));
    socket.onmessage = mine(({ data }) => this.#hear(JSON.parse(data)));
    socket.onclose = mine(({ code, reason }) => this.#closed(code, reason));
  }

  #say(message) {
    this.#socket.send(JSON.stringify(message));
  }

  #hear(message) {
    this.#heard = Date.now();
    clearTimeout(this.#timers.silence);
    this.#timers.silence = setTimeout(() => this.#break(), SILENCE);
    switch (message.type) {
      case 'welcome':
        return this.#welcomed(message);
      case 'answer':
        return this.#calls.answered(message);
      case 'events':
        return this.#flush(message);
    }
  }

  #welcomed({ agent, expiresInMs }) {
    this.#renewIn(Math.max(expiresInMs - AHEAD, expiresInMs * 0.75));
    if (this.#live) return; // it was for a new token
    clearTimeout(this.#timers.opening);
    Object.assign(this, { agent, reason: '' });
    this.#live = this.#been = true;
    this.#refused = false;
    this.dispatchEvent(new CustomEvent('welcome', { detail: { agent } }));
    this.#become('live');
    this.#calls.connected((text) => this.#socket.send(text));
  }

  #flush({ events, cursor }) {
    for (const event of events) {
      if (event.type === 'draining') this.#pause = event.reconnectAfterMs;
    }
    // Without a cursor it is a part. It is kept until it is whole, for after a break it
    // comes again from its beginning: so nothing is ever told twice.
    this.#parts.push(...events);
    if (!cursor) return;
    const whole = this.#parts;
    this.#parts = [];
    if (cursor !== this.cursor) this.#failures = 0;
    this.cursor = cursor;
    if (whole.length) this.dispatchEvent(new CustomEvent('events', { detail: { events: whole, cursor } }));
  }

  #closed(code, reason) {
    this.reason = reason;
    const refusedAgain = this.#refused;
    this.#drop();
    switch (code) {
      case CODES.replaced:
        return this.#end('replaced');
      case CODES.otherAgent:
        return this.#end('signedOut');
      case CODES.tokenRefused:
        // It may have been withdrawn, with its key, before its time: a new one may be good.
        if (refusedAgain || !this.#session.renewable) return this.#end('signedOut');
      // falls through
      case CODES.tokenExpired:
        this.#refused = true;
        return this.#later(0);
      case CODES.unavailable:
        this.#been = false;
    }
    if (code >= CODES.stay) {
      this.#calls.end();
      return this.#become('unavailable');
    }
    this.#later();
  }

  /** Connects again in a while. */
  #later(pause) {
    this.#drop();
    const most = Math.min(MOST, LEAST * 2 ** this.#failures++);
    pause ??= Math.max(this.#pause, most * (0.5 + this.#random() / 2)); // so that not everybody comes at once
    this.#pause = 0;
    this.#timers.retry = setTimeout(() => this.#connect(), pause);
    this.#become(this.#been ? 'reconnecting' : 'unavailable', Date.now() + pause);
  }

  /** The connection is dead, whatever the browser thinks. */
  #break() {
    if (this.#socket) this.#later();
  }

  /** There may be a network again; dead says that what was open before surely is. */
  #wake(dead) {
    const waiting = this.#timers.retry !== null;
    const silent = this.#live && Date.now() - this.#heard > (dead ? 0 : DOUBT);
    if (!waiting && !silent && !(dead && this.#socket)) return;
    this.#failures = 0;
    this.#connect();
  }

  #end(status) {
    this.#drop();
    this.#calls.end();
    if (status === 'signedOut') this.#session.forget();
    this.#become(status);
  }

  /** Lets the connection go, and whatever was about to happen to it. */
  #drop() {
    this.#turn++;
    for (const name of Object.keys(this.#timers)) {
      clearTimeout(this.#timers[name]);
      this.#timers[name] = null;
    }
    const socket = this.#socket;
    this.#socket = null;
    this.#live = false;
    this.#parts = [];
    this.#calls.disconnected();
    socket?.close();
  }

  #become(status, retryAt = null) {
    if (this.status === status && this.retryAt === retryAt) return;
    Object.assign(this, { status, retryAt });
    this.dispatchEvent(new CustomEvent('status', { detail: { status, retryAt } }));
  }

  #renewIn(ms) {
    clearTimeout(this.#timers.renewal);
    this.#timers.renewal = setTimeout(() => this.#renew(this.#turn), Math.min(Math.max(ms, 1000), LONGEST));
  }

  async #renew(turn) {
    let token = this.#token;
    try {
      token = await this.#session.token({ fresh: true });
    } catch {
      // It is asked for again when the connection ends for want of it.
    }
    if (turn !== this.#turn) return;
    // Without a new one there is nothing to send; the runtime will say when it is over.
    if (token === this.#token) return this.#session.renewable && this.#renewIn(AGAIN);
    this.#token = token;
    this.#say({ type: 'token', token });
  }
}
