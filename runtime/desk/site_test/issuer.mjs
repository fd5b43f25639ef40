// An issuer whose answers a test writes, for what a real one cannot be made to say. The
// real one is in live/.

import { createHash } from 'node:crypto';

const encode = (claims) => Buffer.from(JSON.stringify(claims)).toString('base64url');

export const token = (claims) => `${encode({ alg: 'none' })}.${encode(claims)}.signature`;

export class Issuer {
  url = 'https://login.example';
  asked = []; // forms that the token endpoint got
  lasts = 600; // seconds
  serial = 0;
  /** What a test changes: claims of the next ID tokens, and answers in the place of the right ones. */
  claims = {};
  answer = null;
  gives = {};

  get way() {
    return {
      issuer: this.url, clientId: 'desk', scopes: ['openid', 'profile', 'offline_access'], token: 'id',
      authorizationEndpoint: `${this.url}/authorize?tenant=a`, tokenEndpoint: `${this.url}/token`, endSessionEndpoint: `${this.url}/end`,
    };
  }

  /** An agent signs in: where the issuer leads back to. */
  approve(went, more = {}) {
    this.request = Object.fromEntries(new URL(went).searchParams);
    const { redirect_uri, state } = this.request;
    return `${redirect_uri}?${new URLSearchParams({ code: 'the-code', state, iss: this.url, ...more })}`;
  }

  fetch = async (url, options = {}) => {
    if (url !== `${this.url}/token`) throw new TypeError(`nobody is at ${url}`);
    const form = Object.fromEntries(options.body);
    this.asked.push(form);
    const { status = 200, body } = this.answer?.(form) ?? { body: this.tokens(form) };
    return new Response(JSON.stringify(body), { status });
  };

  tokens(form) {
    if (form.grant_type === 'authorization_code') {
      const challenge = createHash('sha256').update(form.code_verifier).digest('base64url');
      if (challenge !== this.request.code_challenge) throw new Error('the verifier is not that of the challenge');
    }
    const n = ++this.serial;
    const iat = 1_000_000; // of a clock that is quite another than the tab's
    return {
      id_token: token({ iss: this.url, aud: 'desk', sub: 'alice', name: 'Alice Müller', nonce: this.request.nonce, iat, exp: iat + this.lasts, n, ...this.claims }),
      access_token: `access-${n}`,
      refresh_token: `refresh-${n}`,
      expires_in: this.lasts,
      ...this.gives,
    };
  }
}

/** Which of an issuer's tokens this is. */
export const serial = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url')).n;
