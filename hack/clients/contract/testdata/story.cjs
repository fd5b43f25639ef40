// What agents do in a day, with the desks that they have. SETUP is JSON: {library, url, transports, profile, tokens, key}.
const assert = require('node:assert/strict');
const { Desk } = require('./desk.cjs');

const { tokens, key, ...setup } = JSON.parse(process.env.SETUP);
const open = agent => new Desk({ ...setup, agent, token: tokens[agent] });

let written = 0;
const writes = async (channel, name, text = 'Do you deliver on Sundays?') => {
  const resp = await fetch(`${setup.url}/v1/channels/${channel}/messages`, {
    method: 'POST', headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ id: `${name}-${++written}-${process.pid}`, customer: { id: name, name }, text }),
  });
  assert.equal(resp.status, 200, await resp.clone().text());
  return (await resp.json()).request;
};

async function story() {
  const alice = open('alice'), bob = open('bob');
  for (const desk of [alice, bob]) await desk.until('on its lists', d => d.lists.length === 2);
  const last = setup.transports.at(-1);
  await Promise.all([alice, bob].map(d => new Promise(resolve => {
    const { engine } = d.socket.io;
    if (engine.transport.name === last) resolve(); else engine.once('upgrade', resolve);
  })));

  // A request: received, joined, talked in, left, closed.
  const john = await writes('page', 'john');
  for (const desk of [alice, bob]) await desk.until('told of john', d => d.alerts.has(john) && d.status(john) === 'CREATED');
  assert.equal((await alice.join(john)).status, 'ok');
  await alice.until('in john', d => d.talks.has(john));
  await bob.until('told that john is looked after', d => d.status(john) === 'ACTIVE');
  assert.ok(bob.alerts.has(john), 'an alert stays until its agent closes it');
  assert.deepEqual(alice.talks.get(john).texts, ['john: Do you deliver on Sundays?']);
  assert.equal((await bob.join(john)).status, 'ok');
  await bob.until('in john', d => d.talks.has(john));
  await alice.until('with bob', d => d.talks.get(john).agents.includes('bob'));
  await alice.say(john, 'Yes, until six.', 'm1');
  await alice.say(john, 'Yes, until six.', 'm1'); // a repeat has no second effect
  await writes('page', 'john', 'Thank you!');
  for (const desk of [alice, bob]) {
    await desk.until('told of every message', d => d.talks.get(john).texts.length === 3);
    assert.deepEqual(desk.talks.get(john).texts, ['john: Do you deliver on Sundays?', 'alice: Yes, until six.', 'john: Thank you!']);
  }
  assert.ok(alice.talks.get(john).sent.includes('m1'), 'a desk knows its message again by the id');
  await bob.leave(john);
  await bob.until('out of john', d => !d.talks.has(john));
  await alice.until('alone', d => !d.talks.get(john).agents.includes('bob'));
  await alice.close(john);
  for (const desk of [alice, bob]) await desk.until('told that john is over', d => !d.rows.has(john) && !d.alerts.has(john));
  await alice.until('out of john', d => d.closed.includes(john) && !d.talks.has(john));
  assert.deepEqual([alice.ended, bob.ended, bob.closed], [['AGENT'], ['UNSUBSCRIBED'], []]);

  // A grab: one has it, the other's row and alert are gone, and come back without a sound.
  const jane = await writes('shop', 'jane');
  for (const desk of [alice, bob]) await desk.until('told of jane', d => d.alerts.has(jane));
  const [first, second] = await Promise.all([alice.join(jane), bob.join(jane)]);
  const [owner, loser, lost] = first.status === 'ok' ? [alice, bob, second] : [bob, alice, first];
  assert.equal(lost.type, 'grabbed');
  assert.equal(lost.details.grabbedBy, owner.agent);
  await loser.until('told who has jane', d => d.errors.some(e => e.task === 'joinPullModeRequest' && e.type === 'grabbed' && e.conversationId === jane));
  await loser.until('without jane', d => !d.rows.has(jane) && !d.alerts.has(jane));
  await owner.until('in jane', d => d.talks.has(jane));
  await owner.leave(jane);
  for (const desk of [alice, bob]) await desk.until('shown jane again', d => d.status(jane) === 'INACTIVE');
  assert.ok(!loser.alerts.has(jane));

  // A list is subscribed to, and left.
  const jim = await writes('site', 'jim');
  await alice.subscribe('spare');
  await alice.until('on the spare list', d => d.lists.includes('spare') && d.status(jim) === 'CREATED');
  assert.ok(!alice.alerts.has(jim), 'what was there before does not ring');
  const joe = await writes('site', 'joe');
  await alice.until('told of joe', d => d.alerts.has(joe));
  await alice.unsubscribe('spare');
  await alice.until('off the spare list', d => !d.lists.includes('spare') && !d.rows.has(jim) && !d.rows.has(joe) && !d.alerts.has(joe));

  // The network goes, a request comes meanwhile, and the network is back: what was had is silent, what was missed is not.
  const had = await writes('page', 'jill');
  await alice.until('told of jill', d => d.alerts.has(had));
  await bob.until('told of jill', d => d.alerts.has(had));
  await alice.join(had);
  await alice.until('in jill', d => d.talks.has(had));
  alice.socket.disconnect();
  const missed = await writes('page', 'joan');
  await bob.until('told of joan', d => d.alerts.has(missed));
  alice.alerts.clear(); // as after a refresh of the page
  alice.talks.clear();
  alice.socket.connect();
  await alice.until('told of joan', d => d.alerts.has(missed));
  await alice.until('in jill again', d => d.talks.has(had));
  assert.deepEqual([...alice.alerts.keys()], [missed]);
  assert.deepEqual(alice.rings.filter(id => id === missed).length, 1);
  const lateBeep = await writes('page', 'jack');
  await alice.until('told of jack', d => d.alerts.has(lateBeep));

  for (const desk of [alice, bob]) {
    assert.deepEqual(desk.faults, []);
    assert.equal(desk.rings.length, new Set(desk.rings).size, `${desk.agent} rang twice: ${desk.rings}`);
    desk.socket.disconnect();
  }
}

story().then(() => process.exit(0), err => { console.error(err); process.exit(1); });
