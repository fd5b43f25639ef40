// Signing in and out. Tokens live in this tab alone, and never in an address.

import { begin, finish, SignInError } from './oidc.js';
import { problemOf, unreachable } from './problem.js';
import { Session } from './session.js';

export { SignInError };

const PENDING = 'desk.signIn';

/** Where an issuer sends agents back to. Clients are registered with this address. */
export const REDIRECT = '/desk/';

const environment = (given = {}) => {
  const env = {
    location: globalThis.location,
    history: globalThis.history,
    storage: globalThis.sessionStorage,
    fetch: globalThis.fetch.bind(globalThis),
    crypto: globalThis.crypto,
    locks: globalThis.navigator?.locks,
    now: Date.now,
    ...given,
  };
  env.redirect = env.location.origin + REDIRECT;
  return env;
};

/**
 * The issuers that agents sign in with: [{issuer, clientId, scopes, unavailable?, ...}].
 * Rejects with a Problem.
 */
export async function issuers(given) {
  const { fetch, location } = environment(given);
  let response;
  try {
    response = await fetch(`${location.origin}/v1/sign-in`, { cache: 'no-store' });
  } catch (cause) {
    throw unreachable(cause);
  }
  const body = await response.json().catch(() => undefined);
  if (!response.ok || !Array.isArray(body?.issuers)) throw problemOf(body, response.status);
  return body.issuers;
}

/**
 * The session of this tab; null where nobody is signed in. When the page is the issuer's
 * answer to signIn, the address is afterwards the one where the agent was.
 *
 * Rejects with a SignInError where the answer is none; what to show then is the sign-in.
 */
export async function session(given) {
  const env = environment(given);
  const query = new URLSearchParams(env.location.search);
  if (!query.has('state') || !(query.has('code') || query.has('error'))) return Session.stored(env);

  const pending = take(env.storage);
  const mine = pending && pending.state === query.get('state');
  // The code is spent, whatever comes of it: it goes from the address and the history.
  env.history.replaceState(null, '', mine ? pending.back : REDIRECT);
  if (!mine) {
    // The way back in the browser's history leads here, too: that is no error.
    const had = Session.stored(env);
    if (had) return had;
    throw new SignInError('state', 'This sign-in was not begun in this tab, or long ago. Sign in again.');
  }
  return Session.of(await finish(query, pending, env), pending.issuer, env);
}

/**
 * Goes to an issuer, one of those that issuers() gave, to sign in; the page goes away.
 * The agent comes back to where they are now.
 *
 * Rejects with a SignInError.
 */
export async function signIn(issuer, given) {
  const env = environment(given);
  const { pathname, search, hash } = env.location;
  const { url, pending } = await begin(issuer, { redirect: env.redirect, back: pathname + search + hash, crypto: env.crypto });
  env.storage.setItem(PENDING, JSON.stringify(pending));
  env.location.assign(url);
}

/** What signIn left; it is good for once. */
function take(storage) {
  const text = storage.getItem(PENDING);
  storage.removeItem(PENDING);
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
