// A desk on a bad line, among others who are busy: in the end it shows what a desk shows
// that has just been opened.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chance } from '../random.mjs';
import { line } from './line.mjs';
import { agent, desk, until, url, write } from './stand.mjs';

const STEPS = 300;
const CHANNELS = ['web-grab', 'web-reopen', 'web-wrapup', 'web-warn'];
const LISTS = ['list-grab', 'list-reopen', 'list-wrapup', 'list-warn'];

test('random work on a line that breaks', async (t) => {
  const seed = Date.now() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  const luck = chance(seed);
  const cable = await line(url);
  t.after(() => cable.close());
  const mine = await desk(t, 'erin', { at: cable.url });
  const here = (act) => act.catch((p) => assert.ok(p.name === 'Problem' && p.status < 500, p.stack));
  const there = [await agent('frank'), await agent('gina', 'leads'), await agent('erin')];
  const ids = [];
  const doing = [];
  for (let i = 0; i < STEPS; i++) {
    const id = ids.length ? luck.pick(ids) : null;
    const act = luck.pick(['join', 'join', 'leave', 'close', 'messages']);
    const body = act === 'messages' ? { text: `text ${i}` } : undefined;
    if (!id || luck.yes(0.25)) {
      ids.push(await write(luck.pick(CHANNELS), `random-${seed}-${luck.below(40)}`));
    } else if (luck.yes(0.5)) {
      doing.push(here(luck.pick(there)('POST', `/v1/requests/${id}/${act}`, body)));
    } else if (act === 'messages') {
      doing.push(here(mine.api.say(id, body)));
    } else {
      doing.push(here(mine.api[act](id)));
    }
    if (luck.yes(0.1)) doing.push(here(luck.yes(0.8) ? mine.api.dismiss(id) : mine.api.dismissAll()));
    if (luck.yes(0.04)) doing.push(here(there[2](luck.yes() ? 'PUT' : 'DELETE', `/v1/lists/${luck.pick(LISTS)}/subscription`)));
    if (luck.yes(0.1)) cable.cut();
    if (luck.yes(0.1)) await Promise.all(doing.splice(0));
  }
  await Promise.all(doing);
  for (const list of LISTS) await there[2]('PUT', `/v1/lists/${list}/subscription`);
  const marker = await write('web-response', `random-${seed}`); // what comes behind everything
  await until(mine, 'the last request', () => mine.model.rows.has(marker) && mine.connection.status === 'live');
  await mine.look(); // messages of others' requests

  const fresh = await desk(t, 'erin');
  await fresh.look();
  const plain = (map, show) => Object.fromEntries([...map].map(([id, v]) => [id, show(v)]).sort());
  assert.deepEqual(plain(mine.model.rows, ({ wrapUp, ...r }) => r), plain(fresh.model.rows, ({ wrapUp, ...r }) => r), `rows of seed ${seed}`);
  assert.deepEqual(plain(mine.model.alerts, (a) => a.generation), plain(fresh.model.alerts, (a) => a.generation), `alerts of seed ${seed}`);
  const bare = ({ counts, ...l }) => l;
  assert.deepEqual(plain(mine.model.lists, bare), plain(fresh.model.lists, bare), `lists of seed ${seed}`);
  for (const [id, c] of mine.model.conversations) {
    if (c.state !== 'open') continue;
    await mine.open(id);
    await fresh.open(id);
    const numbers = (l) => l.model.conversations.get(id).messages.map((m) => m.number);
    assert.deepEqual(numbers(mine).slice(-numbers(fresh).length), numbers(fresh), `messages of ${id} of seed ${seed}`);
  }
});
