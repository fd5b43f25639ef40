// What the desk knows: a reducer of the feed's events and of answers to commands, by the
// rules of the runtime's README. No DOM, no clock, no network.

import { Alerts } from './alerts.js';
import { joined } from './attention.js';
import { Conversations } from './conversations.js';
import { Offers } from './offers.js';
import { moment } from './time.js';
import { Versions } from './versions.js';
import { WrapUps } from './wrapups.js';

/**
 * Events: 'change', whose detail says what is different: {all, lists, alerts, offers,
 * wrapUps: booleans; rows, conversations: Sets of request ids}; and 'alert', once for
 * every alert that has come and stands: {request, generation, raisedAt}.
 */
export class Model extends EventTarget {
  /** {agent, groups, load}: null until the runtime has said who this is. */
  me = null;
  /** Whether a whole snapshot has been had: before, nothing known means nothing. */
  loaded = false;
  /** By name, as /v1/me has them. */
  lists = new Map();
  /** By id: requests that are rows of the inbox. Never changed, only replaced. */
  rows = new Map();

  #versions = new Versions();
  #talk = new Conversations((id) => this.#changed.conversations.add(id));
  #changed = nothing();
  #alerts = new Alerts(() => (this.#changed.alerts = true));
  #offers = new Offers(() => (this.#changed.offers = true));
  #wrapUps = new WrapUps(() => (this.#changed.wrapUps = true));
  #staging = null; // a snapshot of which parts have come
  #forget = false; // a gap was told of: what was had does not count any more

  /** By request, offers by id; each as its own file says: conversations.js, alerts.js, ... */
  get conversations() {
    return this.#talk.all;
  }
  get alerts() {
    return this.#alerts.all;
  }
  get offers() {
    return this.#offers.all;
  }
  get wrapUps() {
    return this.#wrapUps.all;
  }

  /** Says who the agent is, as the connection's welcome does. */
  setAgent(agent) {
    if (this.me?.agent === agent) return;
    this.me = { groups: [], load: [], ...this.me, agent };
    this.#changed.all = true;
    this.#emit();
  }

  /** Takes one event of the feed. */
  apply(event) {
    this.applyAll([event]);
  }

  /** Takes the events of a flush, and tells of all of them at once. */
  applyAll(events) {
    for (const event of events) this.#event(event);
    this.#emit();
  }

  #event(event) {
    switch (event.type) {
      case 'snapshot':
        return this.#snapshot(event);
      case 'request.received':
      case 'request.stateChanged':
      case 'request.membersChanged':
        return this.#request(event);
      case 'request.removed':
        return this.#removed(event);
      case 'request.message':
        return this.#message(event);
      case 'alert.withdrawn':
        return event.all ? this.#alerts.withdrawAll() : this.#alerts.withdraw(event.request);
      case 'offer':
        return this.#offers.take(event, this.me?.agent);
      case 'customer.presence':
        return this.#presence(event);
      case 'lists.changed':
        return this.#listsChanged(event.lists);
      case 'gap':
        this.#forget = true;
    }
  }

  // ---- snapshots

  #snapshot(part) {
    this.#staging ??= { lists: part.lists, offers: part.offers, only: part.only, rows: [] };
    for (const row of part.requests) this.#staging.rows.push(row);
    if (part.more) return;
    const whole = this.#staging;
    this.#staging = null;
    if (whole.only?.length) this.#replace(whole.rows, new Set(whole.only), true);
    else this.#replaceAll(whole, part.reason);
  }

  #replaceAll({ lists, offers, rows }, reason) {
    if (this.#forget) this.#versions.clear();
    this.lists = byName(lists ?? []);
    this.#offers.replace(offers ?? []);
    this.#replace(rows, null, this.loaded || reason !== 'connected');
    this.loaded = true;
    this.#forget = false;
    // What happened in them meanwhile is not in a snapshot.
    this.#talk.doubt();
    this.#changed.all = this.#changed.lists = true;
  }

  /** Puts rows in the place of those of some lists, or of all. */
  #replace(rows, only, ring) {
    const stays = new Set(rows.map((row) => row.id));
    for (const [id, row] of this.rows) {
      if (stays.has(id) || (only && !only.has(row.list))) continue;
      this.#versions.missing(id, row.version);
      this.#drop(id);
      this.#talk.lost(id);
    }
    for (const row of rows) {
      if (this.#versions.closed(row.id)) continue; // an answer has told of more
      this.#versions.back(row.id);
      const before = this.#forget ? undefined : this.rows.get(row.id);
      this.#wrapUps.shown(row, this.lists.get(row.list), this.#in(row));
      this.#setRow(before?.version > row.version ? before : row);
      this.#talk.follow(this.rows.get(row.id), this.#in(this.rows.get(row.id)), null);
      if (row.alert && !this.#in(this.rows.get(row.id))) this.#alerts.raise(this.rows.get(row.id), row.alert, ring);
      else this.#alerts.withdraw(row.id);
    }
    this.#changed.all = true;
  }

  // ---- rows

  #request(event) {
    const { request: row, version } = event;
    // A snapshot may have shown more than the feed has told of: the row is as it is then,
    // and what events say of alerts and wrap-ups counts all the same.
    if (!this.#versions.news(row.id, version)) return;
    this.#versions.told(row.id, version);
    const before = this.rows.get(row.id);
    if (event.released?.includes(this.me?.agent)) this.#wrapUps.released(event, before, this.lists.get(row.list), this.me.agent);
    if (row.state === 'CLOSED') return this.#close(row, event);
    const next = before?.version >= version ? before : { ...row, presence: before?.presence, wrapUp: before?.wrapUp };
    if (!this.#visible(next)) return this.#gone(next, event);
    this.#setRow(next);
    this.#talk.follow(next, this.#in(next), event);
    if (this.#in(next)) this.#joined(next.id);
    else if (this.#in(row)) this.#alerts.withdraw(row.id);
    else if (event.alert) this.#alerts.raise(next, { generation: event.alertGeneration, raisedAt: event.at }, true);
  }

  #removed(event) {
    const id = event.requestId;
    if (!this.#versions.news(id, event.version)) return;
    const row = this.rows.get(id);
    if (row?.version > event.version) return this.#alerts.withdraw(id); // an answer has told of what is later
    this.#versions.removed(id, event.version);
    this.#drop(id);
    this.#talk.grabbed(id, event);
  }

  #close(row, event) {
    this.#versions.closedFor(row.id);
    this.#drop(row.id);
    this.#talk.closed(row, event);
  }

  /** The agent has no part in it any more and it is on no list of theirs. */
  #gone(row, event) {
    this.#versions.removed(row.id, row.version);
    this.#drop(row.id);
    this.#talk.follow(row, false, event);
  }

  /**
   * A row as an answer has it. What there is, and what is no more, the feed says: a row
   * is added only where the agent is in it, and removed only where it is closed.
   */
  #answered(row) {
    if (!row) return;
    const { id, version } = row;
    const list = this.lists.get(row.list);
    // An answer of before the end knows nothing of a wrap-up after it.
    if (this.#versions.closed(id)) return row.state === 'CLOSED' && this.#wrapUps.shown(row, list, false);
    const before = this.rows.get(id);
    // No version tells of presence, nor does the feed to who was not in the request then.
    if (before && row.presence) this.#presence({ requestId: id, presence: row.presence });
    if (before?.version > version || this.#versions.isRemoved(id, version)) return;
    this.#wrapUps.shown(row, list, this.#in(row));
    if (row.state === 'CLOSED') return this.#close(row, null);
    const member = this.#in(row);
    // Without attention it is a mere trace, of what is not this agent's to see any more:
    // the feed says when that came about, and whether it still is so.
    if (!row.attention || !this.#visible(row)) return;
    if (before || member) this.#setRow({ ...row, presence: newer(before?.presence, row.presence) });
    this.#talk.follow(row, member, null);
    // That an alert was dismissed is told by the feed, in its place among those that are raised.
    if (member) this.#joined(id);
  }

  #setRow({ alert, attention, ...row }) {
    this.rows.set(row.id, row);
    this.#changed.rows.add(row.id);
    this.#alerts.follow(row);
  }

  #drop(id) {
    this.#alerts.withdraw(id);
    if (this.rows.delete(id)) this.#changed.rows.add(id);
  }

  #joined(id) {
    this.#alerts.withdraw(id);
    this.#wrapUps.end(id);
  }

  #in(row) {
    return row != null && joined(row, this.me?.agent);
  }

  /** Says whether the agent is in a request of an answer, which may be older than what is known. */
  #member(request) {
    const row = this.rows.get(request.id);
    if (row?.version >= request.version) return this.#in(row);
    return !this.#versions.isRemoved(request.id, request.version) && this.#in(request);
  }

  /** Says whether a request is a row of this agent's inbox. */
  #visible(row) {
    if (this.#in(row)) return true;
    const list = this.lists.get(row.list);
    if (!list?.subscribed) return false;
    return list.joinPolicy !== 'Grab' || list.role === 'Admin' || !row.members.some((m) => m.owner);
  }

  #presence({ requestId, presence }) {
    const row = this.rows.get(requestId);
    if (!row) return;
    this.#setRow({ ...row, presence: newer(row.presence, presence) });
    this.#talk.follow(this.rows.get(requestId), this.#in(row), null);
  }

  // ---- lists

  #listsChanged(lists) {
    this.lists = byName(lists);
    this.#changed.lists = true;
    for (const [id, row] of this.rows) {
      if (this.lists.get(row.list)?.subscribed) continue;
      this.#alerts.withdraw(id);
      if (this.#in(row)) continue;
      this.#versions.removed(id, row.version);
      this.#drop(id);
    }
    this.#offers.keep(this.lists, this.me?.agent);
  }

  // ---- conversations

  #message(event) {
    const { requestId: id, message, version } = event;
    this.#talk.append(id, message, { mine: message.from.kind === 'agent' && message.from.name === this.me?.agent });
    const row = this.rows.get(id);
    if (!row || row.version >= version) return;
    // A message is no event about the row, yet it says how long the customer waits.
    const times =
      message.delivery === 'failed'
        ? {}
        : message.from.kind === 'customer'
          ? { lastCustomerAt: message.at, waitingSince: row.waitingSince ?? message.at }
          : message.from.kind === 'agent'
            ? { lastAgentAt: message.at, waitingSince: undefined }
            : {};
    this.#setRow({ ...row, ...times, version });
    this.#talk.follow(this.rows.get(id), this.#in(row), null);
  }

  /** A conversation is about to be fetched. */
  loading(id) {
    this.#talk.loading(id, this.rows.get(id));
    this.#emit();
  }

  /** Takes the answer to GET /v1/requests/{id}. */
  applyConversation({ request, messages }) {
    this.#answered(request);
    this.#talk.load(request, messages, this.#member(request));
    this.#emit();
  }

  /** It could not be fetched: problem says why. */
  conversationFailed(id, problem) {
    this.#talk.failed(id, problem);
    this.#emit();
  }

  /** The agent has the conversation before their eyes: what is in it is not new to them. */
  seen(id) {
    this.#talk.seen(id);
    this.#emit();
  }

  /** The agent has put it aside: nothing of it is kept. */
  forgetConversation(id) {
    this.#talk.forget(id);
    this.#emit();
  }

  /** A message of this agent's is on its way: id is the one that it is sent with. */
  sending(request, id, say) {
    this.#talk.sending(request, { ...say, id });
    this.#emit();
  }

  /** It was taken. */
  sent(request, id, answer) {
    this.#answered(answer.request);
    this.#talk.append(request, answer.message, { mine: true });
    this.#emit();
  }

  /** It was not, or nobody knows: problem says why. */
  notSent(request, id, problem) {
    this.#talk.notSent(request, id, problem);
    this.#emit();
  }

  /** The agent gives a message up that was not taken. */
  dropUnsent(request, id) {
    this.#talk.dropUnsent(request, id);
    this.#emit();
  }

  // ---- answers

  /** Takes the answer to a command: {outcome, request, messages?, message?, offer?}. */
  applyAnswer(answer) {
    const { request, messages, message, offer } = answer;
    this.#answered(request);
    if (messages) this.#talk.load(request, messages, this.#member(request));
    if (message) this.#talk.append(request.id, message, { mine: true });
    if (offer) this.#offers.answered(offer);
    this.#emit();
  }

  /** Takes a page of requests: what no event tells of is in it. */
  applyPage({ requests }) {
    for (const row of requests) this.#answered(row);
    this.#emit();
  }

  /** Takes the answer to GET /v1/me. */
  applyMe({ agent, groups, load }) {
    this.me = { agent, groups, load };
    this.#changed.all = true;
    this.#emit();
  }

  /** Takes the answer to GET /v1/offers. */
  applyOffers({ offers }) {
    this.#offers.answeredAll(offers);
    this.#emit();
  }

  /** An offer is over: an answer has said so. */
  dropOffer(id) {
    this.#offers.drop(id);
    this.#emit();
  }

  /** Time has passed: wrap-ups that the runtime has given by now are not asked for. */
  expire(now) {
    this.#wrapUps.expire(now);
    this.#emit();
  }

  // ---- telling

  #emit() {
    const changed = this.#changed;
    if (!changed.all && !changed.lists && !changed.alerts && !changed.offers && !changed.wrapUps && !changed.rows.size && !changed.conversations.size) return;
    this.#changed = nothing();
    const rung = this.#alerts.rung();
    this.dispatchEvent(new CustomEvent('change', { detail: changed }));
    for (const alert of rung) this.dispatchEvent(new CustomEvent('alert', { detail: alert }));
  }
}

const nothing = () => ({ all: false, lists: false, alerts: false, offers: false, wrapUps: false, rows: new Set(), conversations: new Set() });

/** Of two words on a customer's presence, the one that was said later. */
const newer = (had, said) => (had && !(said && moment(said.at) >= moment(had.at)) ? had : said);

const byName = (lists) => new Map(lists.map((list) => [list.name, list]));
