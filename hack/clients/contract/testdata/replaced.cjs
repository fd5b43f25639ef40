// An agent opens a second desk where one is what they may have: the first is told, and does not fight for it.
const assert = require('node:assert/strict');
const { Desk } = require('./desk.cjs');

const { tokens, key, ...setup } = JSON.parse(process.env.SETUP);
const open = () => new Desk({ ...setup, agent: 'alice', token: tokens.alice });

(async () => {
  const first = open();
  await first.until('on its lists', d => d.lists.length === 2);
  const second = open();
  await second.until('on its lists', d => d.lists.length === 2);
  await first.until('told', d => d.removed === 1 && d.drops.length === 1);
  assert.deepEqual(first.drops, ['io server disconnect']);
  assert.deepEqual([second.removed, second.drops, first.connects], [0, [], 1]);
})().then(() => process.exit(0), err => { console.error(err); process.exit(1); });
