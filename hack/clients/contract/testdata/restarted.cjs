// A runtime is restarted under a desk, which connects again by itself and misses nothing. SETUP as in story.cjs.
const assert = require('node:assert/strict');
const { Desk } = require('./desk.cjs');

const { tokens, key, ...setup } = JSON.parse(process.env.SETUP);

(async () => {
  const alice = new Desk({ ...setup, agent: 'alice', token: tokens.alice });
  await alice.until('told of what came before', d => d.alerts.size === 1);
  await alice.ask('changeAgentState', {}); // the answer is behind the ping by which the runtime knows what alice has had
  void alice.subscribe('spare'); // may be restarted now, and the answer be lost with the connection
  await alice.until('told of what came behind the restart', d => d.alerts.size === 2);
  assert.ok(alice.connects > 1);
  assert.equal(alice.rings.length, 2, `rang twice: ${alice}`);
  assert.ok(!alice.drops.includes('io server disconnect'), `${alice.drops}`);
  assert.deepEqual(alice.faults, []);
})().then(() => process.exit(0), err => { console.error(err); process.exit(1); });
