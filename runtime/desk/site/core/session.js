// One agent's session in one tab: their token, and how it is renewed.

import { read, refresh } from './oidc.js';
import { signedOut, unreachable } from './problem.js';

// A token is renewed this long before it runs out, or after three quarters of its time
// where that is later: an issuer may be slow, and a short token must still be used.
const MARGIN = 60_000;

// A page that goes gives its lock back; the next one of the same tab may be faster, the
// more so on a machine that is busy. Only who renews a token waits for it.
const PATIENCE = 10_000;

const KEY = 'desk.session';

export class Session extends EventTarget {
  #data; // {id, issuer, token, from, until, refresh, name}; times of this machine's clock, in ms
  #env;
  #renewing = null;
  #alone;

  /** What is stored of a session; null where there is none. */
  static stored(env) {
    try {
      const data = JSON.parse(env.storage.getItem(KEY));
      return data ? new Session(data, env) : null;
    } catch {
      return null;
    }
  }

  /** A session of tokens that an issuer has just given. */
  static of(tokens, issuer, env) {
    const session = new Session({ id: env.crypto.randomUUID(), issuer }, env);
    session.#take(tokens);
    return session;
  }

  constructor(data, env) {
    super();
    this.#data = data;
    this.#env = env;
    this.#alone = this.#only();
  }

  /** The issuer's URL. */
  get issuer() {
    return this.#data.issuer.issuer;
  }

  /** Who this is by the issuer's words, for people. What the runtime calls them, it says itself. */
  get name() {
    return this.#data.name;
  }

  /** Whether tokens can be renewed without the agent. */
  get renewable() {
    return Boolean(this.#data.refresh);
  }

  /** When the token runs out, in ms on this machine's clock. */
  get until() {
    return this.#data.until;
  }

  /**
   * A token that counts for a while yet; with fresh, another one than before if there is
   * a way to it.
   *
   * Rejects with a Problem: invalid-token when the session is over, unreachable when
   * the issuer cannot be asked now and the old token has run out.
   */
  async token({ fresh = false } = {}) {
    const { token, from, until } = this.#data;
    if (!token) throw signedOut();
    const now = this.#env.now();
    const margin = Math.min(MARGIN, (until - from) / 4);
    if (!fresh && now < until - margin) return token;
    try {
      await (this.#renewing ??= this.#renew().finally(() => (this.#renewing = null)));
    } catch (problem) {
      // By now, not by then: a machine may sleep while its issuer is waited for.
      if (this.#data.token && this.#env.now() >= this.#data.until) throw problem;
    }
    if (this.#env.now() >= this.#data.until) throw signedOut();
    return this.#data.token;
  }

  /** Ends the session here and, where the issuer offers that, there. The page goes away then. */
  signOut() {
    const { issuer } = this.#data;
    this.forget();
    if (!issuer.endSessionEndpoint) return;
    // Without the ID token as a hint: tokens are not for addresses.
    const url = new URL(issuer.endSessionEndpoint);
    url.searchParams.set('client_id', issuer.clientId);
    url.searchParams.set('post_logout_redirect_uri', this.#env.redirect);
    this.#env.location.assign(url.href);
  }

  /** Ends the session here: nothing of it is kept. */
  forget() {
    this.#env.storage.removeItem(KEY);
    this.#data = { issuer: this.#data.issuer, name: this.#data.name, from: 0, until: 0 };
  }

  async #renew() {
    const had = this.#data;
    // A tab that was duplicated has a copy of the other's refresh token. Most issuers
    // take one once, and end both when it comes a second time.
    if (!(await this.#alone)) this.#data = { ...this.#data, refresh: undefined };
    if (!this.#data.refresh) throw signedOut();
    let tokens;
    try {
      tokens = await refresh(this.#env.fetch, had.issuer, had.refresh);
    } catch (error) {
      if (error.reason === 'unavailable') throw unreachable(error);
      tokens = {};
    }
    if (this.#data.token === had.token) this.#take(tokens); // else it was signed out meanwhile
  }

  #take(tokens) {
    const { issuer } = this.#data;
    const token = issuer.token === 'id' ? tokens.id_token : tokens.access_token;
    if (!token) {
      // A refresh need not give an ID token; then there is nothing to show from here on.
      this.#store({ ...this.#data, refresh: undefined });
      throw signedOut();
    }
    const claims = read(token);
    // How long it lasts is counted from now: the clocks of issuer and machine may differ.
    const lasts = claims?.exp && claims?.iat ? claims.exp - claims.iat : (tokens.expires_in ?? 300);
    const now = this.#env.now();
    const who = read(tokens.id_token) ?? claims;
    this.#store({
      ...this.#data,
      token,
      from: now,
      until: now + lasts * 1000,
      refresh: tokens.refresh_token ?? this.#data.refresh,
      name: who?.name || who?.preferred_username || who?.email || who?.sub || this.#data.name,
    });
  }

  #store(data) {
    this.#data = data;
    this.#env.storage.setItem(KEY, JSON.stringify(data));
  }

  /** Whether no other tab has this session. The lock is held for as long as the page lives. */
  async #only() {
    const { locks } = this.#env;
    if (!locks) return true;
    return new Promise((resolve) => {
      locks
        .request(`${KEY}.${this.#data.id}`, { signal: AbortSignal.timeout(PATIENCE) }, () => {
          resolve(true);
          return new Promise(() => {});
        })
        .catch(() => resolve(false));
    });
  }
}
