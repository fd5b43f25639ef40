import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

import { Connection } from '../site/core/connection.js';
import { signedOut, unreachable } from '../site/core/problem.js';
import { settle, sockets } from './socket.mjs';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
});

/** A session whose tokens are numbered; fresh asks for the next one. */
function session({ renewable = true } = {}) {
  return {
    renewable,
    number: 1,
    forgotten: false,
    problem: null,
    async token({ fresh = false } = {}) {
      if (this.problem) throw this.problem;
      if (fresh && this.renewable) this.number++;
      return `token-${this.number}`;
    },
    forget() {
      this.forgotten = true;
    },
  };
}

async function begin(t, options = {}) {
  const made = sockets();
  const mine = options.session ?? session();
  const connection = new Connection({ session: mine, url: 'https://runtime.example', WebSocket: made.WebSocket, random: () => 0, ...options });
  const told = [];
  connection.addEventListener('status', ({ detail }) => told.push(detail.status));
  const events = [];
  connection.addEventListener('events', ({ detail }) => events.push(detail));
  t.after(() => connection.stop());
  connection.start();
  await settle();
  return { connection, session: mine, told, events, ...made };
}

async function live(t, options) {
  const c = await begin(t, options);
  c.last().open();
  c.last().welcome();
  return c;
}

/** Time passes, and what was waiting for it runs. */
async function pass(ms) {
  mock.timers.tick(ms);
  await settle();
}

/** Time passes, and nothing happens but that the runtime says so. */
async function idle(socket, ms) {
  for (let left = ms; left > 0; left -= 15_000) {
    await pass(Math.min(left, 15_000));
    socket.says({ type: 'events', events: [], cursor: 'X.2' });
  }
}

test('says hello, and is live with the welcome', async (t) => {
  const { connection, last, told } = await begin(t);
  assert.equal(last().address, 'wss://runtime.example/v1/ws');
  assert.deepEqual(last().protocols, ['pullmode.v1']);
  last().open();
  assert.deepEqual(last().sent, [{ type: 'hello', token: 'token-1' }]);
  assert.equal(connection.status, 'connecting');
  last().welcome();
  assert.deepEqual([connection.status, connection.agent, told], ['live', 'alice', ['live']]);
});

test('goes on behind the last cursor, and tells every event once', async (t) => {
  const { last, events } = await live(t);
  last().says({ type: 'events', events: [{ type: 'a' }], cursor: 'X.1' });
  last().says({ type: 'events', events: [{ type: 'b' }] }); // a part of what is not whole yet
  assert.deepEqual(events, [{ events: [{ type: 'a' }], cursor: 'X.1' }]);
  last().ends();
  await pass(10_000);
  last().open();
  assert.equal(last().sent[0].cursor, 'X.1');
  last().welcome();
  last().says({ type: 'events', events: [{ type: 'b' }] });
  last().says({ type: 'events', events: [{ type: 'c' }], cursor: 'X.2' });
  last().says({ type: 'events', events: [], cursor: 'X.3' }); // a bookmark
  assert.deepEqual(events.slice(1), [{ events: [{ type: 'b' }, { type: 'c' }], cursor: 'X.2' }]);
});

const AGAIN = 'connects again';
const codes = {
  'a break': { code: 1006, status: 'reconnecting', then: AGAIN },
  'the runtime stops': { code: 4000, status: 'reconnecting', then: AGAIN },
  'too slow': { code: 4002, status: 'reconnecting', then: AGAIN },
  'nothing was heard': { code: 4003, status: 'reconnecting', then: AGAIN },
  'cannot serve now': { code: 4004, status: 'unavailable', then: AGAIN },
  'a code of a later version that says so': { code: 4399, status: 'reconnecting', then: AGAIN },
  'the token has run out': { code: 4001, status: 'reconnecting', then: AGAIN, token: 'token-2' },
  'the token is refused': { code: 4501, status: 'reconnecting', then: AGAIN, token: 'token-2' },
  replaced: { code: 4500, status: 'replaced' },
  'somebody else': { code: 4502, status: 'signedOut', forgotten: true },
  'not understood': { code: 4503, status: 'unavailable' },
  'a code of a later version that says not to': { code: 4777, status: 'unavailable' },
};
for (const [name, { code, status, then, token = 'token-1', forgotten = false }] of Object.entries(codes)) {
  test(`after ${code}, ${name}`, async (t) => {
    const { connection, session, last, sockets: all } = await live(t);
    last().ends(code, 'because');
    assert.deepEqual([connection.status, connection.reason, session.forgotten], [status, 'because', forgotten]);
    assert.equal(connection.retryAt !== null, then === AGAIN);
    await pass(60_000);
    assert.equal(all.length, then === AGAIN ? 2 : 1);
    if (then !== AGAIN) return;
    last().open();
    assert.equal(last().sent[0].token, token);
  });
}

test('a token that is refused a second time ends the session', async (t) => {
  const { connection, session, last } = await live(t);
  last().ends(4501);
  await pass(0);
  last().open();
  last().ends(4501);
  assert.deepEqual([connection.status, session.forgotten], ['signedOut', true]);
});

test('a token that cannot be renewed and is refused ends the session', async (t) => {
  const { connection, last } = await live(t, { session: session({ renewable: false }) });
  last().ends(4501);
  assert.equal(connection.status, 'signedOut');
});

test('a session that is over ends the connection, an issuer that is silent does not', async (t) => {
  const mine = session();
  mine.problem = unreachable();
  const { connection, last, sockets: all } = await begin(t, { session: mine });
  assert.equal(connection.status, 'unavailable');
  mine.problem = null;
  await pass(10_000);
  assert.equal(all.length, 1);
  last().open();
  last().welcome();
  mine.problem = signedOut();
  last().ends();
  await pass(10_000);
  assert.equal(connection.status, 'signedOut');
});

test('waits longer each time, and anew after it came on', async (t) => {
  const { connection, last } = await live(t);
  const waits = [];
  const fail = async () => {
    last().ends();
    waits.push(connection.retryAt - Date.now());
    await pass(waits.at(-1));
  };
  for (let i = 0; i < 8; i++) await fail();
  assert.deepEqual(waits, [125, 250, 500, 1000, 2000, 4000, 5000, 5000]);
  last().open();
  last().welcome();
  last().says({ type: 'events', events: [], cursor: 'X.9' });
  waits.length = 0;
  await fail();
  assert.deepEqual(waits, [125]);
});

test('stays away as long as a replica that stops says', async (t) => {
  const { connection, last } = await live(t);
  last().says({ type: 'events', events: [{ type: 'draining', reconnectAfterMs: 7000 }], cursor: 'X.2' });
  last().ends(4000);
  assert.equal(connection.retryAt - Date.now(), 7000);
});

test('an offline start is tried again, and at once when somebody asks', async (t) => {
  const { connection, last, sockets: all } = await begin(t);
  last().ends();
  assert.equal(connection.status, 'unavailable');
  connection.retry();
  await settle();
  assert.equal(all.length, 2);
  last().open();
  last().welcome();
  assert.equal(connection.status, 'live');
});

test('silence is a break, and so is a connection that does not come about', async (t) => {
  const { connection, last, sockets: all } = await live(t);
  await pass(30_000);
  last().says({ type: 'events', events: [], cursor: 'X.2' });
  await pass(44_999);
  assert.equal(connection.status, 'live');
  await pass(1);
  assert.deepEqual([connection.status, all[0].closed], ['reconnecting', true]);
  await pass(10_000);
  assert.equal(all.length, 2);
  await pass(10_000);
  assert.equal(all[1].closed, true);
});

test('what an earlier connection says late does not count', async (t) => {
  const { connection, sockets: all, last, events } = await live(t);
  all[0].ends();
  await pass(10_000);
  all[0].says({ type: 'events', events: [{ type: 'late' }], cursor: 'X.5' });
  all[0].ends(4500);
  last().open();
  last().welcome();
  assert.deepEqual([connection.status, connection.cursor, events], ['live', '', []]);
});

test('a token is renewed on the living connection, before it runs out', async (t) => {
  const { connection, last, sockets: all, told } = await begin(t);
  last().open();
  last().welcome(600_000);
  await idle(last(), 509_999);
  assert.equal(last().sent.length, 1);
  await pass(1);
  assert.deepEqual(last().sent[1], { type: 'token', token: 'token-2' });
  last().welcome(100_000);
  await idle(last(), 75_000);
  assert.deepEqual(last().sent[2], { type: 'token', token: 'token-3' });
  assert.deepEqual([connection.status, all.length, told], ['live', 1, ['live']]);
});

test('an issuer that does not answer is asked again while the token lasts', async (t) => {
  const { session, last } = await begin(t);
  last().open();
  last().welcome(120_000);
  session.problem = unreachable();
  await idle(last(), 90_000);
  assert.equal(last().sent.length, 1);
  session.problem = null;
  await pass(15_000);
  assert.deepEqual(last().sent[1], { type: 'token', token: 'token-2' });
});

test('a token that cannot be renewed is not sent again', async (t) => {
  const { last } = await begin(t, { session: session({ renewable: false }) });
  last().open();
  last().welcome(120_000);
  await idle(last(), 120_000);
  assert.equal(last().sent.length, 1);
});

test('who stops while a token is awaited is not connected', async (t) => {
  const c = await live(t);
  c.last().ends();
  mock.timers.tick(125); // it asks for a token now
  c.connection.stop();
  await settle();
  assert.equal(c.sockets.length, 1);
});

test('after replaced, start takes the place back', async (t) => {
  const { connection, last, sockets: all } = await live(t);
  last().ends(4500);
  connection.start();
  await settle();
  assert.equal(all.length, 2);
  last().open();
  last().welcome();
  assert.equal(connection.status, 'live');
});

// ---- calls

test('a call is answered by its id', async (t) => {
  const { connection, last } = await live(t);
  const [a, b] = [connection.call('GET', '/v1/me'), connection.call('POST', '/v1/requests/1/join', { x: 1 }, { id: 'k' })];
  const [first, second] = last().calls();
  assert.deepEqual(second, { type: 'call', id: 'k', method: 'POST', path: '/v1/requests/1/join', body: { x: 1 } });
  last().says({ type: 'answer', id: 'k', status: 200, body: { outcome: 'joined' } });
  last().says({ type: 'answer', id: first.id, status: 404, body: { type: 'https://pullmode.io/problems/unknown-path', title: 'No', status: 404 } });
  assert.deepEqual(await b, { outcome: 'joined' });
  await assert.rejects(a, (problem) => problem.is('unknown-path') && problem.status === 404 && problem.title === 'No');
  last().says({ type: 'answer', id: 'k', status: 200 }); // once more: nobody waits
});

test('what was not answered is repeated with its id, in order, on the next connection', async (t) => {
  const { connection, last } = await live(t);
  const answers = ['a', 'b'].map((id) => connection.call('POST', `/v1/requests/${id}/join`, undefined, { id }));
  last().says({ type: 'answer', id: 'a', status: 200, body: 1 });
  last().ends();
  const waiting = connection.call('POST', '/v1/requests/c/join', undefined, { id: 'c' });
  await pass(125);
  last().open();
  assert.deepEqual(last().calls(), []);
  last().welcome();
  assert.deepEqual(last().calls().map((c) => c.id), ['b', 'c']);
  last().says({ type: 'answer', id: 'b', status: 200, body: 2 });
  last().says({ type: 'answer', id: 'c', status: 200, body: 3 });
  assert.deepEqual(await Promise.all([...answers, waiting]), [1, 2, 3]);
});

test('what could not be sent is given up soon, what was sent later and with doubt', async (t) => {
  const { connection, last } = await live(t);
  const sent = connection.call('POST', '/v1/requests/1/close');
  last().ends();
  const unsent = connection.call('POST', '/v1/requests/2/close');
  const ends = Promise.all([sent, unsent].map((p) => p.then(assert.fail, (problem) => [problem.is('unreachable'), problem.unsure])));
  for (let i = 0; i < 70; i++) {
    await pass(1000);
    last().ends?.();
  }
  assert.deepEqual(await ends, [[true, true], [true, false]]);
});

test('what passes by itself is tried again, and told when it does not pass', async (t) => {
  const { connection, last } = await live(t);
  const problem = { type: 'https://pullmode.io/problems/store-unavailable', title: 'Wait', status: 503 };
  const well = connection.call('POST', '/v1/requests/1/join', undefined, { id: 'a' });
  last().says({ type: 'answer', id: 'a', status: 503, body: problem });
  await pass(500);
  assert.deepEqual(last().calls().map((c) => c.id), ['a', 'a']);
  last().says({ type: 'answer', id: 'a', status: 200, body: 'joined' });
  assert.equal(await well, 'joined');

  const ill = connection.call('POST', '/v1/requests/2/join', undefined, { id: 'b' });
  const told = assert.rejects(ill, (p) => p.is('store-unavailable'));
  for (let i = 0; i < 5; i++) {
    last().says({ type: 'answer', id: 'b', status: 503, body: problem });
    await pass(4000);
  }
  await told;
  assert.equal(last().calls().filter((c) => c.id === 'b').length, 5);
});

test('what is refused for a while is not tried again before that', async (t) => {
  const { connection, last } = await live(t);
  const call = connection.call('POST', '/v1/requests/1/join', undefined, { id: 'a' });
  const body = { type: 'https://pullmode.io/problems/too-many-requests', title: 'Too many requests' };
  last().says({ type: 'answer', id: 'a', status: 429, retryAfterMs: 3000, body });
  await pass(2999);
  assert.equal(last().calls().length, 1);
  await pass(1);
  assert.equal(last().calls().length, 2);
  last().says({ type: 'answer', id: 'a', status: 200, body: 'joined' });
  assert.equal(await call, 'joined');
});

test('what is about to be tried again goes once with a new connection', async (t) => {
  const { connection, last } = await live(t);
  const call = connection.call('POST', '/v1/requests/1/join', undefined, { id: 'a' });
  last().says({ type: 'answer', id: 'a', status: 503, body: { type: 'https://pullmode.io/problems/store-unavailable', title: 'Wait' } });
  last().ends();
  await pass(125);
  last().open();
  last().welcome();
  await pass(500);
  assert.equal(last().calls().length, 1);
  last().says({ type: 'answer', id: 'a', status: 200, body: 'joined' });
  assert.equal(await call, 'joined');
});

test('what is about to be tried again is given up like the rest when no connection comes', async (t) => {
  const { connection, last } = await live(t);
  const call = connection.call('POST', '/v1/requests/1/join', undefined, { id: 'a' });
  const end = call.then(assert.fail, (problem) => [problem.is('unreachable'), problem.unsure]);
  last().says({ type: 'answer', id: 'a', status: 503, body: { type: 'https://pullmode.io/problems/store-unavailable', title: 'Wait' } });
  last().ends();
  for (let i = 0; i < 70; i++) {
    await pass(1000);
    last().ends?.();
  }
  assert.deepEqual(await Promise.race([end, 'it is waiting still']), [true, true]);
});

test('what is too large is not sent: it would end the connection', async (t) => {
  const { connection, last } = await live(t);
  await assert.rejects(connection.call('POST', '/v1/requests/1/messages', { text: 'ä'.repeat(70_000) }), (p) => p.is('too-large'));
  assert.deepEqual(last().calls(), []);
});

test('stop gives up what is open', async (t) => {
  const { connection, last } = await live(t);
  const call = assert.rejects(connection.call('GET', '/v1/me'), (p) => p.is('unreachable'));
  connection.stop();
  await call;
  assert.equal(last().closed, true);
});
