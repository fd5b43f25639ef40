import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { watch } from '../site/core/wake.js';

function machine(t) {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setInterval'] });
  const at = { now: 0 };
  const [target, page] = [new EventTarget(), Object.assign(new EventTarget(), { visibilityState: 'visible' })];
  const told = [];
  const end = watch({ wake: (dead) => told.push(dead ? 'dead' : 'look'), lost: () => told.push('lost') }, { target, page, now: () => at.now });
  t.after(end);
  const pass = (ms, timers = ms) => {
    at.now += ms;
    mock.timers.tick(timers);
  };
  return { target, page, told, pass, end };
}

test('a machine that sleeps', (t) => {
  const { pass, told } = machine(t);
  for (let i = 0; i < 20; i++) pass(5000);
  pass(60_000, 5000); // a tab in the background
  assert.deepEqual(told, []);
  pass(3600_000, 5000);
  assert.deepEqual(told, ['dead']);
  pass(5000);
  assert.deepEqual(told, ['dead']);
});

test('a network that goes and comes, and a tab that is looked at', (t) => {
  const { target, page, told, end } = machine(t);
  target.dispatchEvent(new Event('offline'));
  target.dispatchEvent(new Event('online'));
  page.visibilityState = 'hidden';
  page.dispatchEvent(new Event('visibilitychange'));
  page.visibilityState = 'visible';
  page.dispatchEvent(new Event('visibilitychange'));
  target.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  target.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
  assert.deepEqual(told, ['lost', 'dead', 'look', 'dead']);
  end();
  target.dispatchEvent(new Event('online'));
  assert.equal(told.length, 4);
});
