import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Clock } from '../site/core/clock.js';
import { ago, agoChanges, agoSpoken, clock, duration, length } from '../site/core/time.js';

const NOW = Date.parse('2026-03-01T09:00:00Z');
const [S, M, H, D] = [1000, 60_000, 3600_000, 86_400_000];

test('how long ago', () => {
  for (const [passed, short, spoken, changes] of [
    [-5 * S, 'just now', 'just now', M],
    [0, 'just now', 'just now', M],
    [59 * S, 'just now', 'just now', S],
    [M, '1 min ago', '1 minute ago', M],
    [5 * M + 10 * S, '5 min ago', '5 minutes ago', 50 * S],
    [H, '1 h ago', '1 hour ago', H],
    [23 * H + 59 * M, '23 h ago', '23 hours ago', M],
    [D, '1 d ago', '1 day ago', D],
    [7 * D, '7 d ago', '7 days ago', D],
  ]) {
    assert.deepEqual([ago(NOW - passed, NOW), agoSpoken(NOW - passed, NOW), agoChanges(NOW - passed, NOW)], [short, spoken, changes], `${passed}`);
  }
  assert.match(ago(NOW - 30 * D, NOW), /2026/);
  assert.equal(ago('2026-03-01T08:58:00.5Z', NOW), '1 min ago');
  assert.deepEqual([ago(undefined, NOW), agoSpoken('', NOW)], ['', '']);
});

test('lengths and clocks', () => {
  assert.deepEqual([0, 40 * S, 5 * M, 3 * H, 50 * H, -1].map(length), ['0 s', '40 s', '5 min', '3 h', '2 d', '0 s']);
  assert.deepEqual([0, 40 * S, 5 * M + 7 * S, 3907 * S, -1].map(clock), ['0:00', '0:40', '5:07', '1:05:07', '0:00']);
});

test('lengths of time as the API writes them', () => {
  for (const [text, want] of Object.entries({ '1m30s': 90_000, '24h0m0s': D, '1.5s': 1500, '250ms': 250, '10µs': 0.01, '0s': 0, '0': 0 })) {
    assert.equal(duration(text), want, text);
  }
  for (const text of [undefined, '', '5', 'm', '5 min', '-5m', '1h x']) assert.ok(Number.isNaN(duration(text)), text);
});

test("the runtime's time is told apart from a machine's that is wrong", () => {
  const machine = { at: NOW };
  const mine = new Clock({ local: () => machine.at });
  assert.equal(mine.now(), NOW);
  mine.take('Sun, 01 Mar 2026 09:00:01 GMT', NOW); // as close as the header can tell
  assert.equal(mine.now(), NOW);
  mine.take('Sun, 01 Mar 2026 09:10:00 GMT', NOW - 1000); // ten minutes behind; the answer took a second
  assert.equal(mine.ahead, 10 * M + S);
  machine.at += 5 * S;
  assert.equal(mine.now(), NOW + 10 * M + 6 * S);
  mine.take('nonsense', NOW);
  mine.take(null, NOW);
  assert.equal(mine.ahead, 10 * M + S);
  machine.at = NOW + 10 * M; // it was set right
  mine.take('Sun, 01 Mar 2026 09:10:00 GMT', machine.at);
  assert.equal(mine.ahead, 0);
});

test('a runtime that does not answer leaves the time as it was', async () => {
  const mine = new Clock({ local: () => NOW });
  await mine.ask('/desk/', async () => new Response(null, { headers: { Date: 'Sun, 01 Mar 2026 09:10:00 GMT' } }));
  const known = mine.ahead;
  await mine.ask('/desk/', async () => { throw new TypeError('no route'); });
  assert.ok(known > 9 * M && mine.ahead === known);
});
