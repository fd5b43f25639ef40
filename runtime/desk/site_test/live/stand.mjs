// The real runtime that these tests run against: runtime/desk's Go tests start it, and
// say where it is.

import { Live } from '../../site/core/live.js';
import { problemOf } from '../../site/core/problem.js';

/** {url, issuer, keys: {channel: key}} */
const stand = JSON.parse(process.env.DESK_STAND ?? 'null');
if (!stand) throw new Error('there is no runtime: run `go test -tags clients ./runtime/desk`');

export const { url } = stand;

/** A session of an agent, as their issuer gives it to a program. */
export async function session(username, groups = '') {
  const answer = await fetch(`${stand.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'urn:pullmode:grant-type:development', username, groups }),
  });
  const { id_token: token } = await answer.json();
  return { renewable: false, token: async () => token, forget() {} };
}

/** A desk, live; it is stopped when the test ends. at is another way to the runtime. */
export async function desk(t, username, { groups, at = url, storage } = {}) {
  const live = new Live({ session: await session(username, groups), url: at, storage });
  t.after(() => live.stop());
  live.start();
  await until(live, 'a snapshot', () => live.model.loaded);
  return live;
}

/** An agent without a desk: calls over HTTP. */
export async function agent(username, groups) {
  const token = await (await session(username, groups)).token();
  let number = 0;
  return async (method, path, body) => {
    const answer = await fetch(url + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Idempotency-Key': `${username}-${Date.now()}-${number++}` },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw problemOf(text && JSON.parse(text), answer.status);
    return text ? JSON.parse(text) : undefined;
  };
}

let messages = 0;

/** A customer writes: the id of the request. */
export async function write(channel, customer, text = 'hello') {
  const answer = await fetch(`${url}/v1/channels/${channel}/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${stand.keys[channel]}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ id: `message-${process.pid}-${messages++}`, customer: { id: customer, name: `The ${customer}` }, text }),
  });
  const body = await answer.json();
  if (!answer.ok) throw problemOf(body, answer.status);
  return body.request;
}

/** Waits for a fact of a desk. */
export function until(live, what, fact) {
  return new Promise((resolve, reject) => {
    const failed = setTimeout(() => reject(new Error(`there was never ${what}; the desk is ${live.connection.status}`)), 120_000);
    const look = () => {
      if (!fact()) return;
      clearTimeout(failed);
      live.model.removeEventListener('change', look);
      live.connection.removeEventListener('status', look);
      resolve();
    };
    live.model.addEventListener('change', look);
    live.connection.addEventListener('status', look);
    look();
  });
}

/** Waits for a fact that no desk is told of: it is looked for again and again. */
export async function eventually(what, fact) {
  for (const end = Date.now() + 120_000; !(await fact()); ) {
    if (Date.now() > end) throw new Error(`there was never ${what}`);
    await new Promise((again) => setTimeout(again, 20));
  }
}
