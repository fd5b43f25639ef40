// What attention a request needs now, and which requests a view of the inbox shows.
// Both are computed when they are shown: no event tells that time has passed.

import { moment } from './time.js';

/** The views of the inbox, in the order in which they are offered. */
export const VIEWS = ['all', 'joined', 'online', 'repNeeded', 'pending', 'soon', 'overdue'];

/** The thresholds where a list that is not known has none. */
const NONE = { soonAfterSeconds: 0, overdueAfterSeconds: 0 };

const CALM = Object.freeze({ coverage: 'None', bucket: 'Normal' });

/**
 * Says whether somebody looks after the customer's unanswered message, and how long
 * the customer has waited: coverage is RepNeeded, Pending or None, bucket is Normal,
 * Soon or Overdue. "After" is strict: exactly soonAfterSeconds is still Normal.
 */
export function attention(row, list, now) {
  if (row.state === 'CLOSED' || !row.waitingSince) return CALM;
  const { soonAfterSeconds, overdueAfterSeconds } = list?.attention ?? NONE;
  const waited = now - moment(row.waitingSince);
  let bucket = 'Normal';
  if (waited > overdueAfterSeconds * 1000) bucket = 'Overdue';
  else if (waited > soonAfterSeconds * 1000) bucket = 'Soon';
  return { coverage: row.members.length > 0 ? 'Pending' : 'RepNeeded', bucket };
}

/** Says whether the agent is in the request. */
export const joined = (row, agent) => row.members.some((m) => m.agent === agent);

/** Says whether a row is in a view. */
export function inView(row, view, model, now) {
  switch (view) {
    case 'joined':
      return joined(row, model.me?.agent);
    case 'online':
      return row.presence?.online === true;
    case 'repNeeded':
      return attention(row, model.lists.get(row.list), now).coverage === 'RepNeeded';
    case 'pending':
      return attention(row, model.lists.get(row.list), now).coverage === 'Pending';
    case 'soon':
      return attention(row, model.lists.get(row.list), now).bucket === 'Soon';
    case 'overdue':
      return attention(row, model.lists.get(row.list), now).bucket === 'Overdue';
    default:
      return true;
  }
}

/**
 * The rows of a view, sorted. state, list and channel are each a name, several of them
 * in an array, or nothing for all; text is looked for in names and identities.
 *
 * sort is one of arrived (default; the newest at the bottom), waiting (who has waited
 * longest first), customer, list, channel, state; with a "-" before it, the other way
 * round. Rows that are alike are in the order of arrival.
 */
export function inbox(model, { view = 'all', state, list, channel, text = '', sort = 'arrived' } = {}, now) {
  const [states, lists, channels] = [chosen(state), chosen(list), chosen(channel)];
  const wanted = text.trim().toLocaleLowerCase();
  const rows = [];
  for (const row of model.rows.values()) {
    if (
      (!states || states.has(row.state)) &&
      (!lists || lists.has(row.list)) &&
      (!channels || channels.has(row.channel)) &&
      (!wanted || named(row, wanted)) &&
      inView(row, view, model, now)
    ) {
      rows.push(row);
    }
  }
  const backwards = sort.startsWith('-');
  const order = ORDERS[backwards ? sort.slice(1) : sort] ?? ORDERS.arrived;
  const direction = backwards ? -1 : 1;
  return rows.sort((a, b) => direction * order(a, b, model) || arrived(a, b));
}

/**
 * How many rows each view has, how many need each state, and how many there are of
 * each list and channel: {views, states, lists: Map, channels: Map}. One pass, for all
 * the numbers that an inbox shows at once.
 */
export function survey(model, now) {
  const views = Object.fromEntries(VIEWS.map((v) => [v, 0]));
  const states = { UNREAD: 0, ACTIVE: 0, INACTIVE: 0 };
  const [lists, channels] = [new Map(), new Map()];
  for (const row of model.rows.values()) {
    const { coverage, bucket } = attention(row, model.lists.get(row.list), now);
    views.all++;
    if (joined(row, model.me?.agent)) views.joined++;
    if (row.presence?.online) views.online++;
    if (coverage === 'RepNeeded') views.repNeeded++;
    if (coverage === 'Pending') views.pending++;
    if (bucket === 'Soon') views.soon++;
    if (bucket === 'Overdue') views.overdue++;
    states[row.state]++;
    lists.set(row.list, (lists.get(row.list) ?? 0) + 1);
    channels.set(row.channel, (channels.get(row.channel) ?? 0) + 1);
  }
  return { views, states, lists, channels };
}

/** When a row's attention changes next by itself: milliseconds from now, or Infinity. */
export function attentionChanges(row, list, now) {
  if (row.state === 'CLOSED' || !row.waitingSince) return Infinity;
  const { soonAfterSeconds, overdueAfterSeconds } = list?.attention ?? NONE;
  const waited = now - moment(row.waitingSince);
  for (const limit of [soonAfterSeconds * 1000, overdueAfterSeconds * 1000]) {
    if (waited <= limit) return limit - waited + 1;
  }
  return Infinity;
}

const chosen = (value) => (value == null || value === '' || value.length === 0 ? null : new Set([value].flat()));

const named = (row, text) =>
  [row.customer.name, row.customer.id, row.channel, row.channelType].some((s) => s?.toLocaleLowerCase().includes(text));

// Ids are in the order of arrival, also within a millisecond.
const arrived = (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const STATES = ['UNREAD', 'ACTIVE', 'INACTIVE'];
const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });
const listName = (row, model) => model.lists.get(row.list)?.displayName ?? row.list;

const ORDERS = {
  arrived,
  // Who waits for nothing comes last.
  waiting: (a, b) => (a.waitingSince ? moment(a.waitingSince) : Infinity) - (b.waitingSince ? moment(b.waitingSince) : Infinity) || 0,
  customer: (a, b) => collator.compare(a.customer.name ?? a.customer.id, b.customer.name ?? b.customer.id),
  list: (a, b, model) => collator.compare(listName(a, model), listName(b, model)),
  channel: (a, b) => collator.compare(a.channel, b.channel),
  state: (a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state),
};
