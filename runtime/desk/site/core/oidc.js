// The parts of OpenID Connect that a page needs: the authorization code flow with PKCE
// (RFC 7636, S256) for a public client, and refresh tokens.

import { unreachable } from './problem.js';

/**
 * Why nobody could be signed in. reason is one of
 * - refused: the issuer said no, or the agent did; message says what it said
 * - state: the answer belongs to no sign-in that was begun in this tab
 * - token: what the issuer gave is not for this desk
 * - unavailable: the issuer cannot be reached
 * - insecure: browsers sign in from https and localhost alone
 */
export class SignInError extends Error {
  constructor(reason, message, { issuer = '', cause } = {}) {
    super(message, { cause });
    this.name = 'SignInError';
    Object.assign(this, { reason, issuer });
  }
}

const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

const random = (crypto) => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** Begins: {url, pending}. The page goes to url, and pending is needed when it is back. */
export async function begin(issuer, { redirect, back, crypto }) {
  if (!crypto?.subtle) {
    throw new SignInError('insecure', 'Browsers let nobody sign in over plain http: open the desk with https.', { issuer: issuer.issuer });
  }
  const [state, nonce, verifier] = [random(crypto), random(crypto), random(crypto)];
  const url = new URL(issuer.authorizationEndpoint);
  const params = {
    response_type: 'code',
    client_id: issuer.clientId,
    redirect_uri: redirect,
    scope: issuer.scopes.join(' '),
    state,
    nonce,
    code_challenge: base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  return { url: url.href, pending: { state, nonce, verifier, issuer, redirect, back } };
}

/** Takes the issuer's answer, the query of the address that it led back to: tokens. */
export async function finish(query, pending, { fetch }) {
  const { issuer } = pending;
  const from = { issuer: issuer.issuer };
  // Of several issuers, the one that was asked has to be the one that answers (RFC 9207).
  if (query.has('iss') && query.get('iss') !== issuer.issuer) {
    throw new SignInError('state', 'The answer came from another issuer than the one that was asked. Sign in again.', from);
  }
  if (query.has('error')) {
    throw new SignInError('refused', query.get('error_description') || query.get('error'), from);
  }
  const tokens = await ask(fetch, issuer, {
    grant_type: 'authorization_code',
    code: query.get('code'),
    redirect_uri: pending.redirect,
    code_verifier: pending.verifier,
  });
  if (tokens.id_token === undefined) {
    throw new SignInError('token', 'The issuer gave no ID token: its client has to allow the scope openid.', from);
  }
  const claims = read(tokens.id_token);
  // The token came from the issuer itself over TLS: its signature is the runtime's to check.
  const meant = claims?.iss === issuer.issuer && [claims.aud].flat().includes(issuer.clientId) && claims.nonce === pending.nonce;
  if (!meant) throw new SignInError('token', 'The issuer gave a token that is not for this sign-in. Sign in again.', from);
  return tokens;
}

/** New tokens for a refresh token. */
export const refresh = (fetch, issuer, token) => ask(fetch, issuer, { grant_type: 'refresh_token', refresh_token: token });

/** The claims of a JWT, for people and clocks: nothing is checked. Undefined where it is none. */
export function read(token) {
  try {
    const bytes = atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0))));
  } catch {
    return undefined;
  }
}

async function ask(fetch, issuer, params) {
  let response;
  try {
    response = await fetch(issuer.tokenEndpoint, {
      method: 'POST',
      body: new URLSearchParams({ ...params, client_id: issuer.clientId }),
      headers: { Accept: 'application/json' },
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(15_000),
    });
  } catch (cause) {
    throw new SignInError('unavailable', 'The issuer cannot be reached now.', { issuer: issuer.issuer, cause: unreachable(cause) });
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  // 429, 5xx and an answer that breaks off pass; what else it says is meant.
  const passing = response.ok || response.status === 429 || response.status >= 500;
  const said = body?.error_description || body?.error || `The issuer answered with the status ${response.status}.`;
  throw new SignInError(passing ? 'unavailable' : 'refused', said, { issuer: issuer.issuer });
}
