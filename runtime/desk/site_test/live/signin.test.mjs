// The whole way in, at the development issuer: what a browser does, a fetch does here.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { issuers, session, signIn } from '../../site/core/auth.js';
import { Live } from '../../site/core/live.js';
import { tab } from '../tab.mjs';
import { until, url } from './stand.mjs';

/** Somebody says who they are on the issuer's page: where it leads back to. */
async function approve(went, username, answer = {}) {
  const page = await fetch(went);
  assert.equal(page.status, 200);
  const form = new URLSearchParams([...new URL(went).searchParams, ['username', username], ...Object.entries(answer)]);
  const back = await fetch(went.split('?')[0], { method: 'POST', body: form, redirect: 'manual' });
  return back.headers.get('Location');
}

test('an agent signs in, is renewed on the living connection, and signs out', async (t) => {
  const here = tab(fetch, { href: `${url}/desk/requests/r1` });
  here.now = Date.now();
  const [way] = await issuers(here.given);
  await signIn(way, here.given);
  const mine = await session(here.visit(await approve(here.went, 'erin')).given);
  assert.equal(here.location.href, `${url}/desk/requests/r1`);

  const live = new Live({ session: mine, url });
  t.after(() => live.stop());
  live.start();
  await until(live, 'a snapshot', () => live.model.loaded);
  assert.equal(live.model.me.agent, 'erin');

  const [before, after] = [await mine.token(), await mine.token({ fresh: true })];
  assert.notEqual(before, after);
  const again = await session(here.given);
  assert.equal(await again.token(), after);

  mine.signOut();
  assert.match(here.went, /end-session\?client_id=/);
  assert.equal((await fetch(here.went)).status, 200);
  assert.equal(await session(here.given), null);
});

test('an agent who cancels is told so', async () => {
  const here = tab(fetch, { href: `${url}/desk/` });
  const [way] = await issuers(here.given);
  await signIn(way, here.given);
  const back = await approve(here.went, '', { cancel: '1' });
  await assert.rejects(session(here.visit(back).given), (e) => e.reason === 'refused');
});
