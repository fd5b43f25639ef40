// The core against a real runtime: what it makes of the feed, and what becomes of calls
// when the line breaks.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inbox } from '../../site/core/attention.js';
import { store } from '../tab.mjs';
import { line } from './line.mjs';
import { agent, desk, eventually, until, url, write } from './stand.mjs';

let customers = 0;
const customer = () => `customer-${process.pid}-${customers++}`;

test('a request comes, is joined, answered, left and closed', async (t) => {
  const erin = await desk(t, 'erin');
  const { model, api } = erin;
  const list = model.lists.get('list-wrapup');
  assert.deepEqual([list.subscribed, list.attention], [true, { soonAfterSeconds: 180, overdueAfterSeconds: 300 }]);

  const id = await write('web-wrapup', customer());
  await until(erin, 'the alert', () => model.alerts.has(id));
  assert.equal(model.rows.get(id).state, 'UNREAD');
  assert.ok(inbox(model, { view: 'repNeeded' }, erin.now()).some((r) => r.id === id));

  await api.join(id);
  assert.deepEqual([model.rows.get(id).members[0].agent, model.alerts.has(id)], ['erin', false]);
  assert.deepEqual(model.conversations.get(id).messages.map((m) => m.text), ['hello']);

  await write('web-wrapup', model.rows.get(id).customer.id, 'are you there?');
  await until(erin, 'the message', () => model.conversations.get(id).messages.length === 2);
  assert.equal(model.conversations.get(id).unseen, 1);
  await api.say(id, { text: 'I am.' });
  const { messages, sending } = model.conversations.get(id);
  assert.deepEqual([messages.length, messages[2].from.name, sending], [3, 'erin', []]);
  await until(erin, 'an answered customer', () => !model.rows.get(id).waitingSince);

  await api.leave(id);
  await until(erin, 'the leave', () => model.conversations.get(id).state === 'left');
  assert.equal(model.wrapUps.get(id).until - model.wrapUps.get(id).since, 3600_000);
  await api.join(id);
  await until(erin, 'the join', () => !model.wrapUps.has(id) && model.conversations.get(id).state === 'open');
  await api.close(id);
  await until(erin, 'the end', () => !model.rows.has(id) && model.conversations.get(id).state === 'closed');
  assert.ok(model.wrapUps.has(id));
  await api.wrapUp(id, { reasons: ['sale'], note: 'a cake' });
  assert.equal(model.wrapUps.has(id), false);
});

test('a wrap-up that is awaited is known after the page was loaded again', async (t) => {
  const storage = store();
  const erin = await desk(t, 'erin', { storage });
  const id = await write('web-wrapup', customer());
  await erin.api.join(id);
  await erin.api.close(id);
  await until(erin, 'the wrap-up', () => erin.model.wrapUps.has(id));
  erin.stop();
  const again = await desk(t, 'erin', { storage });
  await until(again, 'the wrap-up', () => again.model.wrapUps.has(id));
  assert.equal(again.model.wrapUps.get(id).until, erin.model.wrapUps.get(id).until);
  await again.api.wrapUp(id, { reasons: ['sale'] });
  assert.ok(!storage.getItem('desk.wrapUps').includes(id));
});

test('what is dismissed on one device goes on the other, and stays gone', async (t) => {
  const [one, other] = [await desk(t, 'erin'), await desk(t, 'erin')];
  const id = await write('web-reopen', customer());
  for (const d of [one, other]) await until(d, 'the alert', () => d.model.alerts.has(id));
  await one.api.dismiss(id);
  for (const d of [one, other]) await until(d, 'no alert', () => !d.model.alerts.has(id));
  const third = await desk(t, 'erin');
  assert.deepEqual([third.model.rows.has(id), third.model.alerts.has(id)], [true, false]);
});

test('who grabs has it, and the others are told who', async (t) => {
  const [erin, frank] = [await desk(t, 'erin'), await desk(t, 'frank')];
  const id = await write('web-grab', customer());
  for (const d of [erin, frank]) await until(d, 'the alert', () => d.model.alerts.has(id));
  await erin.api.join(id);
  await until(frank, 'no row', () => !frank.model.rows.has(id) && !frank.model.alerts.has(id));
  await assert.rejects(frank.api.join(id), (p) => p.is('grabbed') && p.details.grabbedBy === 'erin');
  await erin.api.leave(id);
  await until(frank, 'the row', () => frank.model.rows.get(id)?.state === 'INACTIVE');
});

test('offers come and go', async (t) => {
  const [erin, frank] = [await desk(t, 'erin'), await desk(t, 'frank')];
  const id = await write('web-reopen', customer());
  await erin.api.join(id);
  // Who has just connected is known to be there in a while.
  await eventually('frank', async () => (await erin.api.targets()).agents.some((a) => a.name === 'frank'));
  const { offer } = await erin.api.invite(id, { agent: 'frank' });
  assert.ok(erin.model.offers.has(offer.id));
  await until(frank, 'the offer', () => frank.model.offers.has(offer.id));
  await frank.api.accept(offer.id);
  await until(erin, 'frank', () => erin.model.rows.get(id).members.length === 2 && !erin.model.offers.has(offer.id));
  assert.deepEqual([frank.model.offers.has(offer.id), frank.model.conversations.get(id).state], [false, 'open']);
});

test('a command whose answer is lost is carried out once', async (t) => {
  const cable = await line(url);
  t.after(() => cable.close());
  const erin = await desk(t, 'erin', { at: cable.url });
  const id = await write('web-reopen', customer());
  await until(erin, 'the row', () => erin.model.rows.has(id));
  await erin.api.join(id);
  cable.hold();
  const said = erin.api.say(id, { text: 'once' });
  assert.equal(erin.model.conversations.get(id).sending.length, 1);
  // The runtime has it when another way shows it.
  const other = await desk(t, 'erin');
  await other.open(id);
  await until(other, 'the message', () => other.model.conversations.get(id).messages.some((m) => m.text === 'once'));
  cable.cut();
  const answer = await said;
  assert.equal(answer.repeated, true);
  await until(erin, 'a live desk', () => erin.connection.status === 'live');
  assert.deepEqual(erin.model.conversations.get(id).messages.map((m) => m.text), ['hello', 'once']);
  assert.deepEqual(erin.model.conversations.get(id).sending, []);
});

test('what happened while the line was cut is there when it is back, and rings once', async (t) => {
  const cable = await line(url);
  t.after(() => cable.close());
  const erin = await desk(t, 'erin', { at: cable.url });
  const rang = [];
  erin.model.addEventListener('alert', ({ detail }) => rang.push(detail.request.id));
  const before = await write('web-reopen', customer());
  await until(erin, 'the alert', () => erin.model.alerts.has(before));
  cable.cut();
  const meanwhile = await write('web-reopen', customer());
  await until(erin, 'the other alert', () => erin.model.alerts.has(meanwhile));
  assert.deepEqual(rang, [before, meanwhile]);
});

test('lists are chosen, and their rows come and go', async (t) => {
  const frank = await desk(t, 'frank');
  const id = await write('web-warn', customer());
  await until(frank, 'the row', () => frank.model.rows.has(id));
  await frank.api.unsubscribe('list-warn');
  await until(frank, 'no row', () => !frank.model.rows.has(id) && !frank.model.lists.get('list-warn').subscribed && frank.model.alerts.size === [...frank.model.alerts.values()].filter((a) => a.request.list !== 'list-warn').length);
  await frank.api.subscribe('list-warn');
  await until(frank, 'the row again', () => frank.model.rows.has(id));
});

test('a message to a request of others is found by looking again', async (t) => {
  const [erin, frank] = [await desk(t, 'erin'), await agent('frank')];
  const id = await write('web-reopen', customer());
  await until(erin, 'the row', () => erin.model.rows.has(id));
  await frank('POST', `/v1/requests/${id}/join`);
  await frank('POST', `/v1/requests/${id}/messages`, { text: 'yes?' });
  await until(erin, 'frank in it', () => erin.model.rows.get(id).members.length === 1);
  await erin.look();
  assert.equal(erin.model.rows.get(id).waitingSince, undefined);
});

test('reads go over HTTP while there is no connection', async (t) => {
  const cable = await line(url);
  t.after(() => cable.close());
  const erin = await desk(t, 'erin', { at: cable.url });
  erin.api.url = url; // HTTP finds another way
  cable.close();
  await until(erin, 'a break', () => erin.connection.status === 'reconnecting');
  assert.equal((await erin.api.me()).agent, 'erin');
  await assert.rejects(erin.api.requests({ list: 'nothing' }), (p) => p.is('unknown-list'));
});
