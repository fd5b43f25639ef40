// Whatever happens, in whatever order answers and events come, and however often the
// connection breaks in between: in the end a desk shows what a fresh snapshot shows.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Model } from '../site/core/model.js';
import { chance } from './random.mjs';
import { World } from './world.mjs';

const RUNS = Number(process.env.RUNS ?? 400);
const STEPS = 60;

const LISTS = [
  { name: 'team', joinPolicy: 'Collaboration', role: 'Representative', subscribed: true, wrapUp: { reasons: [{ name: 'done' }], defaultReason: 'done', timeout: '1h0m0s' } },
  { name: 'grab', joinPolicy: 'Grab', role: 'Representative', subscribed: true },
  { name: 'lead', joinPolicy: 'Grab', role: 'Admin', subscribed: true },
  { name: 'late', joinPolicy: 'Collaboration', role: 'Representative', subscribed: false },
];

/** A desk at the end of a line that breaks, and answers that are late. */
class Line {
  model = new Model();
  gap = false; // there was one
  at = 0; // of the feed, everything before has been told
  answers = [];

  constructor(world, luck) {
    Object.assign(this, { world, luck });
    this.model.setAgent(world.agent);
    this.begin('connected');
  }

  /** A snapshot of now. The feed behind it may begin before: what is in it is told again. */
  begin(reason, behind = 0) {
    this.at = Math.max(this.at, this.world.feed.length - behind);
    this.world.snapshot({ reason }).forEach((part) => this.model.apply(part));
  }

  /** Some of what waits in the feed. */
  read(most = Infinity) {
    let end = Math.min(this.world.feed.length, this.at + most);
    while (end < this.world.feed.length && this.world.feed[end].revision === this.world.feed[end - 1]?.revision) end++; // whole revisions
    this.model.applyAll(this.world.feed.slice(this.at, end).flatMap(({ event }) => this.#told(event)));
    this.at = end;
  }

  /** Lists and snapshots are of when they are read: what is behind them in the feed is told again. */
  #told(event) {
    if (event.type === 'lists.changed') return { ...event, lists: this.world.shownLists() };
    if (event.type === 'snapshot') return event.more ? [] : this.world.snapshot(event);
    return structuredClone(event);
  }

  /** The line breaks: the feed goes on where it was, or with a gap. */
  drop() {
    if (this.luck.yes(0.3)) {
      this.gap = true;
      this.model.apply({ type: 'gap', reason: 'cursorExpired' });
      this.answers = []; // they belong to what is forgotten
      this.begin('gap', this.luck.below(6));
      return;
    }
    // Of lists that changed, what they have come to is told at the end.
    const missed = this.world.feed.slice(this.at).map((f) => structuredClone(f.event));
    const events = missed.filter((e) => e.type !== 'lists.changed' && e.type !== 'snapshot');
    if (events.length < missed.length) events.push({ type: 'lists.changed', lists: this.world.shownLists() }, ...this.world.snapshot({ reason: 'listsChanged' }));
    this.model.applyAll(events);
    this.at = this.world.feed.length;
  }

  answer() {
    if (this.answers.length) this.answers.splice(this.luck.below(this.answers.length), 1)[0]();
  }
}

function step(world, line, luck) {
  const { model } = line;
  const open = [...world.requests.values()].filter((d) => d.state !== 'CLOSED');
  const doc = open.length ? luck.pick(open) : null;
  const me = world.agent;
  const late = (apply, answer) => line.answers.push(() => apply.call(model, structuredClone(answer)));
  const members = doc?.members.map((m) => m.agent) ?? [];
  const list = doc && world.list(doc.list);
  switch (luck.below(16)) {
    case 0:
    case 1:
    case 2:
      return world.open(luck.pick(LISTS).name);
    case 3:
      return doc && world.write(doc.id, luck.yes(0.4) && doc.state !== 'ACTIVE');
    case 4: {
      if (!doc || members.includes(me) || !list.subscribed) return;
      if (doc.grab && doc.members.some((m) => m.owner) && list.role !== 'Admin') return;
      return late(model.applyAnswer, world.join(doc.id, me, { admin: list.role === 'Admin' }));
    }
    case 5: {
      const other = luck.pick(['bob', 'carol']);
      if (!doc || members.includes(other) || (doc.grab && doc.members.some((m) => m.owner))) return;
      return world.join(doc.id, other);
    }
    case 6:
    case 7: {
      if (!members.length) return;
      const who = luck.pick(members);
      const answer = world.leave(doc.id, who, who === me ? 'leave' : 'disconnect');
      return who === me && late(model.applyAnswer, answer);
    }
    case 8: {
      if (!members.length) return;
      const who = luck.pick(members);
      const answer = world.close(doc.id, who);
      return who === me && late(model.applyAnswer, answer);
    }
    case 9:
      return doc && (luck.yes(0.8) ? world.dismiss(doc.id) : world.dismissAll());
    case 10: {
      const name = luck.pick(LISTS).name;
      return world.choose(name, luck.yes(0.7));
    }
    case 11:
      return members.length && (members.includes(me) ? late(model.applyAnswer, world.say(doc.id, me)) : world.say(doc.id, members[0]));
    case 12:
      return late(model.applyPage, world.page());
    case 13:
      return members.includes(me) && late(model.applyConversation, world.conversation(doc.id));
    case 14:
      return doc && world.present(doc.id, luck.yes());
    case 15:
      return line.drop();
  }
}

const shown = ({ version, lastCustomerAt, waitingSince, lastAgentAt, presence, wrapUp, ...row }) => row;
const told = ({ version, wrapUp, ...row }) => row;

function held(world, { model, gap }, seed) {
  const rows = new Map(world.rows().map((d) => [d.id, world.show(d)]));
  const bare = ({ alert, attention, ...row }) => row;
  const clean = (v) => JSON.parse(JSON.stringify(v));
  for (const view of [[...rows.keys()].sort(), [...model.rows.keys()].sort()]) view.sort();
  assert.deepEqual([...model.rows.keys()].sort(), [...rows.keys()].sort(), `rows of run ${seed}`);
  for (const [id, row] of rows) {
    const mine = row.members.some((m) => m.agent === world.agent);
    // Of requests of others, messages are no events; of one's own, everything is told.
    const part = mine ? told : shown;
    assert.deepEqual(clean(part(model.rows.get(id))), clean(part(bare(row))), `row ${id} of run ${seed}`);
  }
  const alerts = [...rows.values()].filter((r) => r.alert).map((r) => [r.id, r.alert.generation]);
  assert.deepEqual([...model.alerts.values()].map((a) => [a.request.id, a.generation]).sort(), alerts.sort(), `alerts of run ${seed}`);
  assert.deepEqual([...model.lists.values()], world.shownLists(), `lists of run ${seed}`);
  const waiting = [...world.requests.values()].filter((d) => d.wrapUps[world.agent] && !d.members.some((m) => m.agent === world.agent));
  // What was closed in a gap is in no snapshot.
  for (const d of waiting) assert.ok(model.wrapUps.has(d.id) || (gap && d.state === 'CLOSED'), `the wrap-up of ${d.id} is awaited, of run ${seed}`);
  for (const id of model.wrapUps.keys()) assert.ok(waiting.some((d) => d.id === id), `a wrap-up nobody awaits, of run ${seed}`);
}

test('random interleavings', () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const luck = chance(seed);
    const world = new World('alice', LISTS);
    for (let i = luck.below(8); i > 0; i--) world.open(luck.pick(LISTS).name);
    const line = new Line(world, luck);
    for (let i = 0; i < STEPS; i++) {
      step(world, line, luck);
      if (luck.yes(0.5)) line.read(1 + luck.below(4));
      if (luck.yes(0.4)) line.answer();
    }
    while (line.answers.length || line.at < world.feed.length) {
      if (luck.yes()) line.read(1 + luck.below(4));
      line.answer();
    }
    held(world, line, seed);
    // Messages of what the agent is in, whatever came first.
    for (const [id, c] of line.model.conversations) {
      if (c.state !== 'open' || c.stale) continue;
      assert.deepEqual(c.messages.map((m) => m.number), c.messages.map((_, i) => c.messages[0].number + i), `messages of ${id} of run ${seed}`);
      assert.equal(c.messages.at(-1)?.number, world.requests.get(id).messages.length, `the last message of ${id} of run ${seed}`);
    }
  }
});
