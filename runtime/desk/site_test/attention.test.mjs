import assert from 'node:assert/strict';
import { test } from 'node:test';

import { attention, attentionChanges, inbox, survey, VIEWS } from '../site/core/attention.js';

const NOW = Date.parse('2026-03-01T09:00:00Z');
const ago = (seconds) => new Date(NOW - seconds * 1000).toISOString();
const LIST = { name: 'l1', displayName: 'One', attention: { soonAfterSeconds: 180, overdueAfterSeconds: 300 } };

const rules = {
  'nobody waits': { row: {}, want: ['None', 'Normal', Infinity] },
  'a customer has just written': { row: { waited: 0 }, want: ['RepNeeded', 'Normal', 180_001] },
  'somebody is with them': { row: { waited: 0, members: ['bob'] }, want: ['Pending', 'Normal', 180_001] },
  'exactly soonAfter': { row: { waited: 180 }, want: ['RepNeeded', 'Normal', 1] },
  'more than soonAfter': { row: { waited: 180.001 }, want: ['RepNeeded', 'Soon', 120_000] },
  'exactly overdueAfter': { row: { waited: 300, members: ['bob'] }, want: ['Pending', 'Soon', 1] },
  'more than overdueAfter': { row: { waited: 300.001 }, want: ['RepNeeded', 'Overdue', Infinity] },
  'closed': { row: { waited: 900, state: 'CLOSED' }, want: ['None', 'Normal', Infinity] },
  'a list that is gone': { row: { waited: 1 }, list: undefined, want: ['RepNeeded', 'Overdue', Infinity] },
  'a moment that is to come': { row: { waited: -5 }, want: ['RepNeeded', 'Normal', 185_001] },
};

const request = ({ id = 'r', waited, members = [], ...more }) => ({
  id, list: 'l1', channel: 'web', channelType: 'WEB', state: members.length ? 'ACTIVE' : 'UNREAD', customer: { id: 'c', name: 'C' },
  members: members.map((agent) => ({ agent })), ...(waited !== undefined && { waitingSince: ago(waited) }), ...more,
});

for (const [name, { row, want, ...more }] of Object.entries(rules)) {
  test(`attention: ${name}`, () => {
    const list = 'list' in more ? more.list : LIST;
    const { coverage, bucket } = attention(request(row), list, NOW);
    assert.deepEqual([coverage, bucket, Math.round(attentionChanges(request(row), list, NOW))], want);
  });
}

const ROWS = [
  { id: '1', waited: 200, customer: { id: '+49 30', name: 'Zoe' } },
  { id: '2', waited: 400, members: ['alice', 'bob'], channel: 'facebook' },
  { id: '3', presence: { online: true }, members: ['alice'], list: 'l2', customer: { id: 'a10', name: 'anna 10' } },
  { id: '4', state: 'INACTIVE', presence: { online: false }, customer: { id: 'a9', name: 'Anna 9' }, list: 'l2' },
  { id: '5', waited: 10, members: ['bob'] },
].map(request);

const model = (rows = ROWS) => ({
  me: { agent: 'alice' },
  rows: new Map(rows.map((r) => [r.id, r])),
  lists: new Map([['l1', LIST], ['l2', { ...LIST, name: 'l2', displayName: 'A list' }]]),
});

const queries = {
  'everything, the newest at the bottom': { query: {}, want: '12345' },
  'all': { query: { view: 'all' }, want: '12345' },
  'joined': { query: { view: 'joined' }, want: '23' },
  'online': { query: { view: 'online' }, want: '3' },
  'repNeeded': { query: { view: 'repNeeded' }, want: '1' },
  'pending': { query: { view: 'pending' }, want: '25' },
  'soon': { query: { view: 'soon' }, want: '1' },
  'overdue': { query: { view: 'overdue' }, want: '2' },
  'a state': { query: { state: 'INACTIVE' }, want: '4' },
  'states': { query: { state: ['INACTIVE', 'UNREAD'] }, want: '14' },
  'no state is every state': { query: { state: [], list: '', channel: null }, want: '12345' },
  'a list': { query: { list: 'l2' }, want: '34' },
  'a channel': { query: { channel: 'facebook' }, want: '2' },
  'view, state and list': { query: { view: 'joined', state: 'ACTIVE', list: 'l2' }, want: '3' },
  'a name': { query: { text: ' ANNA ' }, want: '34' },
  'an identity': { query: { text: '+49' }, want: '1' },
  'the newest first': { query: { sort: '-arrived' }, want: '54321' },
  'who has waited longest first': { query: { sort: 'waiting' }, want: '21534' },
  'by name, with numbers as such': { query: { sort: 'customer' }, want: '43251' },
  'by name, the other way round': { query: { sort: '-customer' }, want: '12534' },
  'by list, by its name for people': { query: { sort: 'list' }, want: '34125' },
  'by channel': { query: { sort: 'channel' }, want: '21345' },
  'by state': { query: { sort: 'state' }, want: '12354' },
  'an order that there is not': { query: { sort: 'toString' }, want: '12345' },
};
for (const [name, { query, want }] of Object.entries(queries)) {
  test(`inbox: ${name}`, () => assert.equal(inbox(model(), query, NOW).map((r) => r.id).join(''), want));
}

test('the numbers of the views are those of their rows', () => {
  const { views, states, lists, channels } = survey(model(), NOW);
  for (const view of VIEWS) assert.equal(views[view], inbox(model(), { view }, NOW).length, view);
  assert.deepEqual(states, { UNREAD: 1, ACTIVE: 3, INACTIVE: 1 });
  assert.deepEqual([[...lists], [...channels]], [[['l1', 3], ['l2', 2]], [['web', 4], ['facebook', 1]]]);
});
