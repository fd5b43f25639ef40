import assert from 'node:assert/strict';
import { test } from 'node:test';

import { issuers, session, signIn, SignInError } from '../site/core/auth.js';
import { Issuer, serial } from './issuer.mjs';
import { store, tab } from './tab.mjs';

/** A tab in which somebody has signed in, and their session. */
async function signedIn(change = () => {}) {
  const issuer = new Issuer();
  const here = tab(issuer.fetch);
  await signIn(issuer.way, here.given);
  const back = issuer.approve(here.went);
  change(issuer);
  return { issuer, here, back, session: await session(here.visit(back).given) };
}

test('nobody is signed in', async () => {
  assert.equal(await session(tab().given), null);
});

test('signing in goes to the issuer, with a challenge and nothing secret', async () => {
  const issuer = new Issuer();
  const here = tab(issuer.fetch);
  await signIn(issuer.way, here.given);
  const url = new URL(here.went);
  const { state, nonce, code_challenge, ...rest } = Object.fromEntries(url.searchParams);
  assert.equal(url.origin + url.pathname, 'https://login.example/authorize');
  assert.deepEqual(rest, {
    tenant: 'a', response_type: 'code', client_id: 'desk', redirect_uri: 'https://runtime.example/desk/',
    scope: 'openid profile offline_access', code_challenge_method: 'S256',
  });
  assert.equal(new Set([state, nonce, code_challenge]).size, 3);
  for (const value of [state, nonce, code_challenge]) assert.match(value, /^[\w-]{43}$/);
});

test('the agent comes back to where they were, and the address tells nothing', async () => {
  const { here, session, issuer } = await signedIn();
  assert.equal(here.location.href, 'https://runtime.example/desk/requests/r1?view=joined#last');
  assert.deepEqual([session.name, session.issuer, session.renewable], ['Alice Müller', 'https://login.example', true]);
  assert.equal(serial(await session.token()), 1);
  const { code_verifier, ...form } = issuer.asked[0];
  assert.deepEqual(form, { grant_type: 'authorization_code', code: 'the-code', redirect_uri: 'https://runtime.example/desk/', client_id: 'desk' });
  assert.ok(!here.storage.text().includes(code_verifier), 'the verifier is spent');
});

test('a page that is loaded again has its session, a new tab has none', async () => {
  const { here, issuer } = await signedIn();
  assert.equal(serial(await (await session(here.given)).token()), 1);
  assert.equal(await session(tab(issuer.fetch).given), null);
});

test('the access token is shown where sign-in says so', async () => {
  const issuer = new Issuer();
  const here = tab(issuer.fetch);
  await signIn({ ...issuer.way, token: 'access' }, here.given);
  const mine = await session(here.visit(issuer.approve(here.went)).given);
  assert.equal(await mine.token(), 'access-1');
});

const refusals = {
  'the agent said no': { back: (i, went) => i.approve(went, { error: 'access_denied', error_description: 'You said no.' }), reason: 'refused', says: 'You said no.' },
  'another issuer answers': { back: (i, went) => i.approve(went, { iss: 'https://evil.example' }), reason: 'state' },
  'another sign-in is answered': { back: (i, went) => i.approve(went, { state: 'of-somebody-else' }), reason: 'state' },
  'the token is for another sign-in': { claims: { nonce: 'other' }, reason: 'token' },
  'the token is for another client': { claims: { aud: ['other'] }, reason: 'token' },
  'the token is of another issuer': { claims: { iss: 'https://evil.example' }, reason: 'token' },
  'there is no ID token': { gives: { id_token: undefined }, reason: 'token' },
  'the token is none': { gives: { id_token: 'nonsense' }, reason: 'token' },
  'the code is spent': { answer: () => ({ status: 400, body: { error: 'invalid_grant' } }), reason: 'refused', says: 'invalid_grant' },
  'the issuer is ill': { answer: () => ({ status: 503, body: {} }), reason: 'unavailable' },
  'the issuer is away': { answer: () => { throw new TypeError('no route'); }, reason: 'unavailable' },
};
for (const [name, { back = (i, went) => i.approve(went), reason, says, ...change }] of Object.entries(refusals)) {
  test(`nobody is signed in when ${name}`, async () => {
    const issuer = Object.assign(new Issuer(), change);
    const here = tab(issuer.fetch);
    await signIn(issuer.way, here.given);
    const refused = session(here.visit(back(issuer, here.went)).given);
    await assert.rejects(refused, (e) => e instanceof SignInError && e.reason === reason && (!says || e.message === says));
    assert.ok(!here.location.search.includes('code='), here.location.href);
    assert.equal(await session(here.given), null);
    assert.equal(here.storage.text(), '[]');
  });
}

test('the way back in the history to a code that is spent is no error', async () => {
  const { here, back } = await signedIn();
  const again = await session(here.visit(back).given);
  assert.equal(serial(await again.token()), 1);
  assert.equal(here.location.href, 'https://runtime.example/desk/');
});

test('plain http on another machine is said to be the reason', async () => {
  const here = tab();
  here.crypto = { getRandomValues: (a) => a }; // as browsers give it there
  await assert.rejects(signIn(new Issuer().way, here.given), (e) => e.reason === 'insecure');
});

test('a storage that holds nonsense is as none', async () => {
  const here = tab(undefined, { storage: store([['desk.session', '{"half'], ['desk.signIn', '[']]) });
  assert.equal(await session(here.given), null);
  await assert.rejects(session(here.visit('/desk/?code=a&state=b').given), (e) => e.reason === 'state');
});

// ---- renewal

test('a token is renewed before it runs out, once for all who ask, and its successor is kept', async () => {
  const { here, issuer, session: mine } = await signedIn();
  here.now += 539_000;
  assert.equal(serial(await mine.token()), 1);
  here.now += 2000;
  assert.deepEqual((await Promise.all([mine.token(), mine.token(), mine.token({ fresh: true })])).map(serial), [2, 2, 2]);
  assert.deepEqual(issuer.asked[1], { grant_type: 'refresh_token', refresh_token: 'refresh-1', client_id: 'desk' });
  here.now += 590_000;
  assert.equal(serial(await (await session(here.given)).token()), 3);
  assert.equal(issuer.asked[2].refresh_token, 'refresh-2');
});

test('a short token is used for three quarters of its time', async () => {
  const { here, session: mine } = await signedIn((i) => (i.lasts = 20));
  here.now += 14_000;
  assert.equal(serial(await mine.token()), 1);
  here.now += 2000;
  assert.equal(serial(await mine.token()), 2);
});

test('a refresh token that is not given again is kept', async () => {
  const { here, issuer, session: mine } = await signedIn();
  issuer.gives = { refresh_token: undefined };
  for (const n of [2, 3]) {
    here.now += 590_000;
    assert.equal(serial(await mine.token()), n);
    assert.equal(issuer.asked[n - 1].refresh_token, 'refresh-1');
  }
});

test('an issuer that is away costs nothing while the token lasts', async () => {
  const { here, issuer, session: mine } = await signedIn();
  issuer.answer = () => ({ status: 502, body: {} });
  here.now += 590_000;
  assert.equal(serial(await mine.token()), 1);
  here.now += 20_000;
  await assert.rejects(mine.token(), (p) => p.is('unreachable'));
  issuer.answer = null;
  assert.equal(serial(await mine.token()), 2);
});

test('a token that runs out while its issuer is waited for does not end the session', async () => {
  const { here, issuer, session: mine } = await signedIn();
  here.now += 590_000;
  issuer.answer = () => {
    here.now += 15_000; // it does not answer; or the machine has slept meanwhile
    return { status: 504, body: {} };
  };
  await assert.rejects(mine.token(), (p) => p.is('unreachable'));
  assert.equal(mine.renewable, true);
  issuer.answer = null;
  assert.equal(serial(await mine.token()), 2);
});

test('an answer of the issuer that breaks off is none, and does not end the session', async () => {
  const { here, issuer, session: mine } = await signedIn();
  here.now += 590_000;
  const whole = issuer.fetch;
  let cut = true;
  const broken = async (...asked) => (cut ? new Response('{"id_token": "eyJ') : whole(...asked));
  const again = await session({ ...here.given, fetch: broken });
  assert.equal(serial(await again.token()), 1);
  assert.equal(again.renewable, true);
  cut = false;
  assert.equal(serial(await again.token()), 2);
});

const ends = {
  'is refused': (issuer) => (issuer.answer = () => ({ status: 400, body: { error: 'invalid_grant' } })),
  'brings no ID token': (issuer) => (issuer.gives = { id_token: undefined }),
};
for (const [name, change] of Object.entries(ends)) {
  test(`when a refresh ${name}, the session lasts as long as its token`, async () => {
    const { here, issuer, session: mine } = await signedIn();
    change(issuer);
    here.now += 590_000;
    assert.equal(serial(await mine.token()), 1);
    assert.equal(mine.renewable, false);
    here.now += 20_000;
    await assert.rejects(mine.token(), (p) => p.is('invalid-token') && p.status === 401);
    assert.equal(issuer.asked.length, 2, 'it is not asked again');
  });
}

test('without a refresh token the session lasts as long as its token', async () => {
  const { here, session: mine } = await signedIn((i) => (i.gives = { refresh_token: undefined }));
  here.now += 599_000;
  assert.equal(serial(await mine.token()), 1);
  here.now += 2000;
  await assert.rejects(mine.token(), (p) => p.is('invalid-token'));
});

test('a tab that was duplicated leaves the refresh token to the other', async (t) => {
  const { here, issuer } = await signedIn();
  const held = new Set();
  const locks = {
    async request(name, { signal }, hold) {
      if (held.has(name)) return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      held.add(name);
      return hold();
    },
  };
  const twin = tab(issuer.fetch, { storage: here.storage.copy(), href: 'https://runtime.example/desk/' });
  Object.assign(twin, { locks, now: here.now + 590_000 });
  Object.assign(here, { locks, now: here.now + 590_000 });
  const [first, second] = [await session(here.given), await session(twin.given)];
  const alive = setInterval(() => {}, 1000); // an abort signal's time keeps no process up
  t.after(() => clearInterval(alive));
  assert.equal(serial(await first.token()), 2);
  assert.equal(serial(await second.token()), 1);
  assert.equal(issuer.asked.filter((f) => f.grant_type === 'refresh_token').length, 1);
  assert.equal(second.renewable, false);
});

// ---- the end

test('signing out ends the session here and at the issuer, without a token in the address', async () => {
  const { here, session: mine } = await signedIn();
  mine.signOut();
  const url = new URL(here.went);
  assert.equal(url.origin + url.pathname, 'https://login.example/end');
  assert.deepEqual(Object.fromEntries(url.searchParams), { client_id: 'desk', post_logout_redirect_uri: 'https://runtime.example/desk/' });
  assert.equal(here.storage.text(), '[]');
  await assert.rejects(mine.token(), (p) => p.is('invalid-token'));
  assert.equal(await session(here.given), null);
});

test('a refresh that comes back after signing out brings nothing back', async () => {
  const { here, issuer, session: mine } = await signedIn();
  here.now += 590_000;
  issuer.answer = (form) => {
    mine.forget();
    return { body: issuer.tokens(form) };
  };
  await assert.rejects(mine.token(), (p) => p.is('invalid-token'));
  assert.deepEqual([here.storage.text(), issuer.asked.length], ['[]', 2]);
});

test('a refresh that is refused after signing out leaves nothing behind', async () => {
  const { here, issuer, session: mine } = await signedIn();
  here.now += 590_000;
  issuer.answer = () => {
    mine.forget();
    return { status: 400, body: { error: 'invalid_grant' } };
  };
  await assert.rejects(mine.token(), (p) => p.is('invalid-token'));
  assert.equal(here.storage.text(), '[]');
});

test('who signs out while the issuer is away is signed out', async () => {
  const { here, issuer, session: mine } = await signedIn();
  here.now += 590_000;
  issuer.answer = () => {
    mine.forget();
    return { status: 502, body: {} };
  };
  await assert.rejects(mine.token(), (p) => p.is('invalid-token'));
});

// ---- which issuers there are

test('the issuers are those that the runtime says', async () => {
  const list = [new Issuer().way, { issuer: 'https://other.example', unavailable: true }];
  const here = tab(async (url) => {
    assert.equal(url, 'https://runtime.example/v1/sign-in');
    return new Response(JSON.stringify({ issuers: list }));
  });
  assert.deepEqual(await issuers(here.given), list);
});

test('a runtime that does not say is a problem', async () => {
  const problem = { type: 'https://pullmode.io/problems/no-configuration', title: 'Not yet', status: 503, detail: 'It is starting.' };
  await assert.rejects(issuers(tab(async () => new Response(JSON.stringify(problem), { status: 503 })).given), (p) => p.is('no-configuration') && p.message === 'It is starting.');
  await assert.rejects(issuers(tab(async () => new Response('<html>', { status: 502 })).given), (p) => p.status === 502);
  await assert.rejects(issuers(tab(async () => { throw new TypeError('no route'); }).given), (p) => p.is('unreachable'));
});
