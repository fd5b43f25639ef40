// The rules of the feed one by one; all of them at once are in interleavings.test.mjs.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Model } from '../site/core/model.js';
import { Problem } from '../site/core/problem.js';
import { World } from './world.mjs';

const WRAP_UP = { reasons: [{ name: 'done' }], defaultReason: 'done', timeout: '1m0s' };
const LISTS = [
  { name: 'team', joinPolicy: 'Collaboration', role: 'Representative', subscribed: true, wrapUp: WRAP_UP },
  { name: 'grab', joinPolicy: 'Grab', role: 'Representative', subscribed: true },
  { name: 'other', joinPolicy: 'Collaboration', role: 'Representative', subscribed: false },
];

/** A world, and alice's desk on it; read takes what has happened since. */
function stand() {
  const world = new World('alice', LISTS);
  const model = new Model();
  model.setAgent('alice');
  let at = 0;
  const read = () => {
    const events = world.feed.slice(at).map((f) => f.event);
    at = world.feed.length;
    model.applyAll(events);
    return events;
  };
  const begin = (reason = 'connected') => {
    at = world.feed.length;
    world.snapshot({ reason }).forEach((part) => model.apply(part));
  };
  const rang = [];
  model.addEventListener('alert', ({ detail }) => rang.push(detail.request.id));
  begin();
  return { world, model, read, begin, rang };
}

test('a snapshot in parts is shown when it is whole', () => {
  const { world, model } = stand();
  for (let i = 0; i < 7; i++) world.open('team');
  const parts = world.snapshot({ reason: 'listsChanged' });
  assert.equal(parts.length, 3);
  model.apply(parts[0]);
  model.apply(parts[1]);
  assert.equal(model.rows.size, 0);
  model.apply(parts[2]);
  assert.equal(model.rows.size, 7);
});

test('what an event and a flush change is told once, by what it is', () => {
  const { world, model, read } = stand();
  const told = [];
  model.addEventListener('change', ({ detail }) => told.push(detail));
  const [a, b] = [world.open('team'), world.open('team')];
  read();
  assert.equal(told.length, 1);
  assert.deepEqual([[...told[0].rows], told[0].alerts, told[0].lists, told[0].all], [[a, b], true, false, false]);
  read();
  assert.equal(told.length, 1, 'nothing is no change');
});

test('rows are replaced and never changed', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  read();
  const before = Object.freeze(model.rows.get(id));
  world.join(id, 'bob');
  read();
  assert.notEqual(model.rows.get(id), before);
  assert.equal(before.state, 'UNREAD');
});

test('alerts ring once: not for what was there, not after a gap, again when they are raised again', () => {
  const { world, model, read, begin, rang } = stand();
  const id = world.open('team');
  begin();
  assert.deepEqual([model.alerts.size, rang.length], [1, 1], 'it came while the desk was open');
  model.apply({ type: 'gap', reason: 'cursorExpired' });
  begin('gap');
  assert.equal(rang.length, 1);
  world.write(id, true);
  read();
  assert.deepEqual([rang, model.alerts.get(id).generation], [[id, id], 2]);
  const another = new Model();
  another.addEventListener('alert', () => assert.fail('a page that is loaded rings for nothing'));
  world.snapshot().forEach((part) => another.apply(part));
  assert.equal(another.alerts.size, 1);
});

test('an alert ends with the own join, also before it is told, and not with that of others', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  read();
  world.join(id, 'bob');
  read();
  assert.equal(model.alerts.has(id), true);
  model.applyAnswer(world.join(id, 'alice'));
  assert.equal(model.alerts.has(id), false);
  read();
  assert.deepEqual([model.alerts.has(id), model.rows.get(id).members.length], [false, 2]);
});

test('an event that was had is no news', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  const [received] = read();
  world.dismiss(id);
  read();
  model.apply(received);
  assert.equal(model.alerts.has(id), false);
});

test('answers that are ahead of their events stand, and the events count for alerts', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  const joined = world.join(id, 'alice');
  const left = world.leave(id, 'alice');
  model.applyAnswer(joined);
  model.applyAnswer(left);
  const states = [];
  model.addEventListener('change', () => states.push(model.rows.get(id)?.state));
  for (const { event } of world.feed) model.apply(event);
  assert.deepEqual([[...new Set(states)], model.alerts.has(id)], [['INACTIVE'], false]);
  read();
});

test('what is told late of a grab does not take what one has since', () => {
  const { world, model, read } = stand();
  const id = world.open('grab');
  read();
  world.join(id, 'bob');
  const [removed] = world.feed.slice(-1).map((f) => f.event);
  world.leave(id, 'bob');
  model.applyAnswer(world.join(id, 'alice'));
  assert.equal(removed.type, 'request.removed');
  model.apply(removed);
  assert.equal(model.rows.has(id), true);
});

test('a grab that is told late ends the alert, though an answer has told of more', () => {
  const { world, model, read } = stand();
  const id = world.open('grab');
  read();
  world.join(id, 'bob');
  world.leave(id, 'bob');
  model.applyPage(world.page());
  assert.equal(model.rows.get(id).state, 'INACTIVE');
  read();
  assert.deepEqual([model.rows.has(id), model.alerts.has(id)], [true, false]);
});

test('who leaves what is somebody else\'s sees it no more', () => {
  const { world, model, read } = stand();
  const id = world.open('grab');
  world.join(id, 'alice', { admin: true }); // as one who was invited: without owning it
  world.join(id, 'bob');
  read();
  assert.equal(model.rows.get(id).members.length, 2);
  world.leave(id, 'alice');
  read();
  assert.equal(model.rows.has(id), false);
});

test('a closed request does not come back: not by a snapshot of before, nor by an answer', () => {
  const { world, model } = stand();
  const id = world.open('team');
  model.applyAnswer(world.join(id, 'alice'));
  const [before, page, events] = [world.snapshot({ reason: 'listsChanged' }), world.page(), world.feed.map((f) => f.event)];
  model.applyAnswer(world.close(id, 'alice'));
  before.forEach((part) => model.apply(part));
  model.applyPage(page);
  model.applyAll(events);
  assert.equal(model.rows.size, 0);
});

test('a snapshot that an answer has overtaken does not keep the feed from telling what is in it', () => {
  const { world, model, read } = stand();
  const id = world.open('grab');
  world.join(id, 'bob');
  read();
  const before = world.snapshot({ reason: 'gap' }); // a long one, on a slow line
  const page = world.answer(id);
  const accepted = world.join(id, 'alice', { admin: true }); // as one who was invited
  model.applyAnswer(accepted);
  before.forEach((part) => model.apply(part));
  model.applyAnswer(accepted); // what the snapshot does not have, no answer brings back
  model.applyAnswer(page);
  assert.equal(model.rows.has(id), false);
  read();
  assert.equal(model.rows.get(id)?.version, accepted.request.version);
});

test('after a gap, what was had does not count, whatever its version', () => {
  const { world, model, begin } = stand();
  const id = world.open('team');
  for (let i = 0; i < 5; i++) world.write(id);
  begin();
  model.applyAnswer(world.close(id, 'bob'));
  Object.assign(world.requests.get(id), { state: 'UNREAD', version: 1 }); // a backup was restored
  model.apply({ type: 'gap', reason: 'otherEpoch' });
  begin('gap');
  assert.deepEqual([model.rows.get(id)?.version, model.rows.get(id)?.state], [1, 'UNREAD']);
});

test('pages bring rows up to date and add none', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  read();
  world.open('team');
  world.write(id);
  model.applyPage(world.page());
  assert.deepEqual([...model.rows.values()].map((r) => [r.id, r.version]), [[id, 2]]);
});

test('conversations are asked for again after a snapshot of everything, and when their request is gone', () => {
  const { world, model, begin } = stand();
  const [stays, goes] = [world.open('team'), world.open('team')];
  for (const id of [stays, goes]) model.applyAnswer(world.join(id, 'alice'));
  begin();
  assert.equal(model.conversations.get(stays).stale, true);
  model.applyConversation(world.conversation(stays));
  world.leave(goes, 'alice');
  world.choose('team', false);
  begin('gap');
  model.applyConversation(world.conversation(stays));
  assert.deepEqual([model.conversations.get(stays).stale, model.conversations.get(goes).stale], [false, true]);
});

test('a conversation that one looks at is asked for again when its row has gone, and is never older than it was', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  world.write(id);
  model.applyConversation(world.conversation(id));
  read(); // of the first message alone
  assert.deepEqual([model.conversations.get(id).request.version, model.conversations.get(id).stale], [2, false]);
  world.requests.delete(id);
  world.choose('team', true);
  read();
  assert.deepEqual([model.rows.has(id), model.conversations.get(id).stale], [false, true]);
});

test('a row that has come back takes answers again', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  world.join(id, 'alice');
  world.leave(id, 'alice');
  world.choose('team', false);
  world.choose('team', true);
  read();
  model.expire(Infinity);
  model.applyAnswer(world.answer(id, 'left'));
  assert.equal(model.wrapUps.has(id), true);
});

test('an answer that is late does not take a conversation back', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  const joined = world.join(id, 'alice');
  model.applyAnswer(joined);
  world.join(id, 'bob');
  read();
  model.applyAnswer(joined);
  model.applyConversation({ request: joined.request, messages: [] });
  assert.equal(model.conversations.get(id).request.members.length, 2);
});

test('what somebody else grabs goes, and the conversation says who has it', () => {
  const { world, model, read } = stand();
  const id = world.open('grab');
  read();
  model.applyConversation(world.conversation(id));
  assert.equal(model.conversations.get(id).state, 'preview');
  world.join(id, 'bob');
  read();
  assert.deepEqual([model.rows.has(id), model.alerts.has(id)], [false, false]);
  assert.equal(model.conversations.get(id).ended.grabbedBy, 'bob');
});

test('a request that is closed while it is open before one stays to be read', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  model.applyAnswer(world.join(id, 'alice'));
  world.close(id, 'bob');
  read();
  const { state, messages, ended, request } = model.conversations.get(id);
  assert.deepEqual([state, messages.length, ended.cause, ended.actor.name, request.closeReason], ['closed', 1, 'close', 'bob', 'AGENT']);
  assert.equal(model.rows.has(id), false);
  model.forgetConversation(id);
  assert.equal(model.conversations.has(id), false);
});

test('messages are appended by number, failures are marked, and a hole is mended', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  model.applyAnswer(world.join(id, 'alice'));
  world.say(id, 'alice');
  world.write(id);
  read();
  world.fail(id, 2);
  read();
  const conversation = () => model.conversations.get(id);
  assert.deepEqual(conversation().messages.map((m) => [m.number, m.delivery]), [[1, undefined], [2, 'failed'], [3, undefined]]);
  assert.deepEqual([conversation().unseen, conversation().stale], [1, false]);
  model.seen(id);
  assert.equal(conversation().unseen, 0);
  world.write(id);
  world.feed.pop();
  world.write(id);
  read();
  assert.deepEqual([conversation().messages.map((m) => m.number), conversation().stale], [[1, 2, 3, 5], true]);
  model.applyConversation(world.conversation(id));
  assert.deepEqual([conversation().messages.map((m) => m.number), conversation().stale], [[1, 2, 3, 4, 5], false]);
});

test('messages say how long a customer waits', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  model.applyAnswer(world.join(id, 'alice'));
  world.say(id, 'alice');
  read();
  assert.equal(model.rows.get(id).waitingSince, undefined);
  world.write(id);
  const since = world.at;
  world.write(id);
  read();
  assert.deepEqual([model.rows.get(id).waitingSince, model.rows.get(id).lastCustomerAt], [since, world.at]);
});

test('a message on its way is shown until it has arrived, whichever tells of it first', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  model.applyAnswer(world.join(id, 'alice'));
  const shown = () => [model.conversations.get(id).messages.length, model.conversations.get(id).sending.map((s) => [s.text, s.problem?.title])];
  model.sending(id, 'k1', { text: 'one' });
  model.sending(id, 'k2', { text: 'two' });
  assert.deepEqual(shown(), [1, [['one', undefined], ['two', undefined]]]);
  model.sent(id, 'k1', world.say(id, 'alice', 'k1'));
  assert.deepEqual(shown(), [2, [['two', undefined]]]);
  const answer = world.say(id, 'alice', 'k2');
  read();
  assert.deepEqual(shown(), [3, []]);
  model.sent(id, 'k2', answer);
  assert.deepEqual(shown(), [3, []]);
  model.sending(id, 'k3', { text: 'three' });
  model.notSent(id, 'k3', new Problem({ title: 'Too long' }));
  assert.deepEqual(shown(), [3, [['three', 'Too long']]]);
  model.sending(id, 'k3', { text: 'three' }); // again
  assert.deepEqual(shown(), [3, [['three', undefined]]]);
  model.dropUnsent(id, 'k3');
  assert.deepEqual([...shown(), model.conversations.get(id).unseen], [3, [], 0]);
});

test('coming back into a conversation asks for what was said meanwhile', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  model.applyAnswer(world.join(id, 'alice'));
  read();
  world.leave(id, 'alice', 'responseTimeout');
  read();
  assert.deepEqual([model.conversations.get(id).state, model.conversations.get(id).ended.cause], ['left', 'responseTimeout']);
  world.write(id);
  world.join(id, 'alice'); // on another device
  read();
  const { state, stale, ended } = model.conversations.get(id);
  assert.deepEqual([state, stale, ended], ['open', true, null]);
});

test('what cannot be fetched says why, and keeps what there was', () => {
  const { world, model } = stand();
  const id = world.open('team');
  model.loading('unknown');
  model.conversationFailed('unknown', new Problem({ type: 'https://pullmode.io/problems/unknown-request', title: 'Unknown' }));
  assert.deepEqual([model.conversations.get('unknown').state, model.conversations.get('unknown').problem.title], ['failed', 'Unknown']);
  model.applyAnswer(world.join(id, 'alice'));
  model.conversationFailed(id, new Problem({ title: 'Later' }));
  assert.deepEqual([model.conversations.get(id).state, model.conversations.get(id).messages.length], ['open', 1]);
});

test('lists that go take their rows and alerts, but not what one is in', () => {
  const { world, model, read } = stand();
  const [mine, theirs] = [world.open('team'), world.open('team')];
  model.applyAnswer(world.join(mine, 'alice'));
  read();
  world.choose('team', false);
  read();
  assert.deepEqual([[...model.rows.keys()], model.alerts.size, model.lists.get('team').subscribed], [[mine], 0, false]);
  world.leave(mine, 'alice');
  read();
  assert.equal(model.rows.size, 0);
  world.choose('team', true);
  read();
  assert.deepEqual([...model.rows.keys()].sort(), [mine, theirs]);
});

test('a wrap-up is awaited from the leave or the close, until it is given or its time is over', () => {
  const { world, model, read } = stand();
  const [left, closed, given] = [world.open('team'), world.open('team'), world.open('team')];
  for (const id of [left, closed, given]) world.join(id, 'alice');
  read();
  world.leave(left, 'alice');
  const since = Date.parse(world.at);
  world.close(closed, 'bob');
  world.leave(given, 'alice', 'revoke');
  read();
  assert.deepEqual([...model.wrapUps.keys()], [left, closed], 'who has lost the list is not asked');
  assert.deepEqual([model.wrapUps.get(left).since, model.wrapUps.get(left).until], [since, since + 60_000]);
  assert.equal(model.wrapUps.get(closed).request.state, 'CLOSED');
  const answer = world.answer(closed, 'wrappedUp');
  model.applyAnswer({ ...answer, request: { ...answer.request, wrapUp: { agent: 'alice', appliedAt: world.at, reasons: ['done'] } } });
  assert.deepEqual([...model.wrapUps.keys()], [left]);
  world.join(left, 'alice');
  read();
  assert.equal(model.wrapUps.size, 0, 'who comes back has not done with it');
  world.leave(left, 'alice');
  read();
  model.expire(model.wrapUps.get(left).until - 1);
  assert.equal(model.wrapUps.size, 1);
  model.expire(model.wrapUps.get(left).until);
  assert.equal(model.wrapUps.size, 0);
});

test('who has wrapped up while they were in is not asked again', () => {
  const { world, model, read } = stand();
  const id = world.open('team');
  model.applyAnswer(world.join(id, 'alice'));
  read();
  const row = world.answer(id, 'wrappedUp').request;
  model.applyAnswer({ outcome: 'wrappedUp', request: { ...row, version: row.version + 1, wrapUp: { agent: 'alice', appliedAt: world.at } } });
  world.requests.get(id).version++;
  world.leave(id, 'alice');
  read();
  assert.equal(model.wrapUps.size, 0);
});

test('offers: made, answered by others, and gone with their list', () => {
  const { world, model } = stand();
  const request = world.show(world.requests.get(world.open('team')));
  const offer = (id, more) => ({ id, kind: 'invite', request, from: 'bob', at: world.at, ...more });
  const tell = (o, status, by) => model.apply({ type: 'offer', requestId: request.id, offer: o, status, by });
  const [toMe, toList, mine] = [offer('r-1', { agent: 'alice' }), offer('r-2', { list: 'team' }), offer('r-3', { from: 'alice', list: 'team' })];
  [toMe, toList, mine].forEach((o) => tell(o, 'made'));
  tell(toList, 'made', 'carol'); // one of the list does not want it
  assert.deepEqual([...model.offers.keys()], ['r-1', 'r-2', 'r-3']);
  tell(toMe, 'expired');
  model.apply({ type: 'lists.changed', lists: world.shownLists().map((l) => ({ ...l, subscribed: false })) });
  assert.deepEqual([...model.offers.keys()], ['r-3']);
  tell(toList, 'made', 'alice');
  assert.deepEqual([...model.offers.keys()], ['r-3']);
});

test('an offer that is over does not come back with an answer', () => {
  const { world, model } = stand();
  const request = world.show(world.requests.get(world.open('team')));
  const offer = { id: 'r-1', kind: 'invite', request, from: 'alice', agent: 'bob', at: world.at };
  const tell = (status) => model.apply({ type: 'offer', requestId: request.id, offer, status, by: 'bob' });
  const answer = { outcome: 'offered', request, offer: { ...offer, expiresAt: world.at } };
  model.applyAnswer(answer); // before its event
  assert.equal(model.offers.size, 1);
  tell('made');
  tell('declined');
  model.applyAnswer(answer); // late
  assert.equal(model.offers.size, 0);
  // Repeated after a break: what is over by then has no end any more. Its events were
  // in a gap.
  model.applyAnswer({ ...answer, repeated: true, offer: { ...offer, id: 'r-2', at: '0001-01-01T00:00:00Z' } });
  assert.equal(model.offers.size, 0);
});

test('events and fields of a later version are no harm', () => {
  const { model } = stand();
  model.applyAll([{ type: 'request.renamed', whatever: 1 }, { type: 'bookmark' }, { type: 'draining', reconnectAfterMs: 1 }, { type: 'replaced' }]);
  assert.equal(model.rows.size, 0);
});

test('ten thousand rows: an event costs what an event costs', () => {
  const { world, model, begin, read } = stand();
  for (let i = 0; i < 10_000; i++) world.open('team');
  begin();
  assert.equal(model.rows.size, 10_000);
  // Not a time, but a count: nothing but the row that it is about is touched.
  const rows = new Map(model.rows);
  world.join([...rows.keys()][5000], 'bob');
  read();
  assert.equal([...model.rows].filter(([id, row]) => rows.get(id) !== row).length, 1);
});
