// Keeps a model live: connects it, and fetches what the feed does not tell.

import { Api } from './api.js';
import { Clock } from './clock.js';
import { Connection } from './connection.js';
import { Model } from './model.js';

// How long customers wait is told by no event for requests of others: a message in them
// is none of theirs who have not joined. So rows are looked at anew every while; in
// proportion to how many there are, for a thousand desks do so.
const LOOK_AGAIN = 30_000;
const LOOK_AGAIN_PER_ROW = 30;
const PAGE = 500;

const TICK = 1000;

// Requests that are closed are in no snapshot; that a wrap-up of one is awaited is known
// to who was there when it closed, and to this tab after it was loaded again.
const WRAP_UPS = 'desk.wrapUps';

/** Everything that a desk needs of its runtime, for one session. */
export class Live {
  constructor({ session, url = globalThis.location?.origin, fetch = globalThis.fetch.bind(globalThis), storage = globalThis.sessionStorage, ...options }) {
    this.session = session;
    this.storage = storage;
    this.recalled = JSON.parse(storage?.getItem(WRAP_UPS) ?? '[]');
    this.clock = new Clock();
    this.model = new Model();
    this.connection = new Connection({ session, url, ...options });
    this.api = new Api({ connection: this.connection, model: this.model, session, url, fetch });
    this.url = url;
    this.fetch = fetch;
    this.looked = 0;
    this.fetching = new Map(); // of conversations, by request
    const { connection, model } = this;
    connection.addEventListener('welcome', ({ detail }) => model.setAgent(detail.agent));
    connection.addEventListener('events', ({ detail }) => this.#take(detail.events));
    model.addEventListener('change', ({ detail }) => detail.wrapUps && storage?.setItem(WRAP_UPS, JSON.stringify([...model.wrapUps.keys()])));
    connection.addEventListener('status', ({ detail }) => detail.status === 'live' && this.#connected());
    model.addEventListener('change', ({ detail }) => this.#mend(detail));
  }

  start() {
    this.connection.start();
    this.timer = setInterval(() => this.#tick(), TICK);
  }

  stop() {
    clearInterval(this.timer);
    this.connection.stop();
  }

  /** Now, at the runtime, in ms: what waiting times are counted to. */
  now() {
    return this.clock.now();
  }

  /**
   * Opens a conversation: it is fetched where it is not there, and kept up while it is.
   * That it cannot be is said by its state.
   */
  async open(id) {
    const had = this.model.conversations.get(id);
    if (had && !had.stale && had.state !== 'failed') return;
    await this.#fetch(id);
  }

  /** Looks at all rows anew: how long customers wait is what no event tells. */
  async look() {
    this.looked = Date.now();
    let next = '';
    do {
      const page = await this.api.requests({ limit: PAGE, continue: next });
      this.model.applyPage(page);
      next = page.continue;
    } while (next && this.connection.status === 'live');
  }

  #take(events) {
    this.model.applyAll(events);
    if (this.model.loaded) this.recalled.splice(0).forEach((id) => this.#quietly(this.api.request(id)));
    // Offers to a list that the agent has just come to were told before they did.
    if (events.some((e) => e.type === 'lists.changed')) this.#quietly(this.api.offers());
    if (events.some((e) => e.cause === 'join' || e.cause === 'leave' || e.type === 'lists.changed')) this.#askMe();
  }

  #connected() {
    this.clock.ask(`${this.url}/desk/`, this.fetch);
    this.looked = Date.now();
    this.#askMe();
  }

  /** How much the agent holds of how much they may is in no event. */
  #askMe() {
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.connection.status === 'live' && this.#quietly(this.api.me()), 250);
  }

  /** Fetches conversations of which something is missing, if they are followed. */
  #mend({ conversations }) {
    for (const id of conversations) {
      const c = this.model.conversations.get(id);
      if (c?.stale && c.state !== 'loading' && c.request) this.#fetch(id);
    }
  }

  async #fetch(id) {
    if (!this.fetching.has(id)) {
      // First, as the model tells at once that it is being fetched.
      this.fetching.set(id, this.#quietly(this.api.conversation(id)).finally(() => this.fetching.delete(id)));
      this.model.loading(id);
    }
    await this.fetching.get(id);
  }

  #tick() {
    this.model.expire(this.now());
    const every = Math.max(LOOK_AGAIN, this.model.rows.size * LOOK_AGAIN_PER_ROW);
    const hidden = globalThis.document?.visibilityState === 'hidden';
    if (!hidden && this.connection.status === 'live' && Date.now() - this.looked > every) this.#quietly(this.look());
  }

  /** What could not be had now is asked for again by the next reason to. */
  #quietly(promise) {
    return promise.catch(() => undefined);
  }
}
