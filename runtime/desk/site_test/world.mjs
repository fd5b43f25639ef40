// A small runtime by the rules of runtime/README.md, as one agent sees it: for tests that
// need to hold what a desk makes of events to what there is. It is told what happens, and
// gives the agent's feed, snapshots of any moment, and answers.

const T0 = Date.parse('2026-03-01T09:00:00Z');

export class World {
  revision = 0;
  requests = new Map();
  feed = []; // {revision, event}, of the agent, in order
  dismissed = new Map(); // request -> generation
  customers = 0;

  /** lists: [{name, joinPolicy, role, subscribed, wrapUp?}] */
  constructor(agent, lists) {
    this.agent = agent;
    this.lists = lists.map((l) => ({
      displayName: l.name, closePolicy: 'Members', attention: { soonAfterSeconds: 180, overdueAfterSeconds: 300 }, since: 0, ...l,
    }));
  }

  get at() {
    return new Date(T0 + this.revision * 1000).toISOString();
  }

  list(name) {
    return this.lists.find((l) => l.name === name);
  }

  // ---- what happens

  open(listName) {
    this.revision++;
    const id = `01M81SBW6BEN9T7A${String(++this.customers).padStart(10, '0')}`;
    const doc = {
      id, list: listName, channel: 'c2', channelType: 'WEB', customer: { id: `customer-${id}`, name: `Customer ${this.customers}` },
      state: 'UNREAD', version: 1, members: [], openedAt: this.at, lastCustomerAt: this.at, waitingSince: this.at,
      grab: this.list(listName).joinPolicy === 'Grab' || undefined,
      generation: 1, raised: this.revision, raisedAt: this.at, joiners: [], messages: [], wrapUps: {},
    };
    this.requests.set(id, doc);
    this.#keep(doc, { kind: 'customer', name: doc.customer.id });
    this.#received(doc, 'message');
    return id;
  }

  /** The customer writes again; raise is what a realertPolicy does. */
  write(id, raise = false) {
    const doc = this.#change(id);
    Object.assign(doc, { lastCustomerAt: this.at, waitingSince: doc.waitingSince ?? this.at });
    const message = this.#keep(doc, { kind: 'customer', name: doc.customer.id });
    if (raise) {
      Object.assign(doc, { generation: doc.generation + 1, raised: this.revision, raisedAt: this.at, joiners: [] });
      this.#received(doc, 'message');
    }
    this.#said(doc, message, 'message');
  }

  say(id, agent, key = `key-${this.revision}`) {
    const doc = this.#change(id);
    delete doc.waitingSince;
    doc.lastAgentAt = this.at;
    const message = this.#keep(doc, { kind: 'agent', name: agent }, key);
    this.#said(doc, message, 'agentMessage');
    return { ...this.answer(id, 'sent'), message };
  }

  fail(id, number) {
    const doc = this.#change(id);
    Object.assign(doc.messages[number - 1], { delivery: 'failed', failure: 'no answer' });
    this.#said(doc, doc.messages[number - 1], 'deliveryFailed');
  }

  join(id, agent, { admin = false } = {}) {
    const doc = this.#change(id);
    const [from, was] = [doc.state, this.#exclusive(doc)];
    const owner = doc.grab && !admin && !doc.members.some((m) => m.owner);
    doc.members = [...doc.members, { agent, joinedAt: this.at, ...(owner && { owner }), ...(admin && { admin }) }];
    doc.state = 'ACTIVE';
    doc.joiners.push(agent);
    delete doc.wrapUps[agent];
    this.#stateChanged(doc, from === 'ACTIVE' ? 'request.membersChanged' : 'request.stateChanged', 'join', { from, was });
    return { ...this.answer(id, 'joined'), messages: doc.messages.map((m) => ({ ...m })) };
  }

  leave(id, agent, cause = 'leave') {
    const doc = this.#change(id);
    const [from, was] = [doc.state, this.#exclusive(doc)];
    doc.members = doc.members.filter((m) => m.agent !== agent);
    doc.state = doc.members.length ? 'ACTIVE' : 'INACTIVE';
    this.#letGo(doc, agent);
    this.#stateChanged(doc, 'request.stateChanged', cause, { from, was, released: [agent] });
    return this.answer(id, 'left');
  }

  close(id, agent) {
    const doc = this.#change(id);
    const [from, was] = [doc.state, this.#exclusive(doc)];
    const released = doc.members.map((m) => m.agent);
    released.forEach((name) => this.#letGo(doc, name));
    Object.assign(doc, { state: 'CLOSED', members: [], closedAt: this.at, closeReason: 'AGENT' });
    this.#stateChanged(doc, 'request.stateChanged', 'close', { from, was, released, actor: agent });
    return this.answer(id, 'closed');
  }

  dismiss(id) {
    this.revision++;
    this.dismissed.set(id, this.requests.get(id).generation);
    this.#tell({ type: 'alert.withdrawn', request: id });
  }

  dismissAll() {
    this.revision++;
    for (const doc of this.requests.values()) this.dismissed.set(doc.id, doc.generation);
    this.#tell({ type: 'alert.withdrawn', all: true });
  }

  /** Subscribes to a list, or ends that: the lists, and a snapshot of the one that came. */
  choose(name, subscribed) {
    this.revision++;
    const list = this.list(name);
    const came = subscribed && !list.subscribed;
    if (came) list.since = this.revision;
    list.subscribed = subscribed;
    this.#tell({ type: 'lists.changed', lists: this.shownLists() });
    if (subscribed) for (const part of this.snapshot({ reason: 'listsChanged', only: [name] })) this.#tell(part);
  }

  present(id, online) {
    this.revision++;
    const doc = this.requests.get(id);
    doc.presence = { online, at: this.at };
    if (this.#in(doc)) this.#tell({ type: 'customer.presence', requestId: id, list: '', at: this.at, presence: doc.presence });
  }

  // ---- what the agent is shown

  shownLists() {
    return this.lists.map(({ since, ...l }) => ({ ...l }));
  }

  /** Open requests that are rows of the agent's. */
  rows(only) {
    return [...this.requests.values()].filter((d) => d.state !== 'CLOSED' && this.#row(d) && (!only || only.includes(d.list)));
  }

  /** A row as a page has it. */
  show(doc) {
    const row = { ...this.#plain(doc), wrapUp: doc.wrapUps[this.agent], presence: doc.presence };
    if (doc.state === 'CLOSED') return strip(row);
    const list = this.list(doc.list);
    const alerts =
      list.subscribed && doc.raised > list.since && !doc.joiners.includes(this.agent) && !this.#in(doc) &&
      !(doc.generation <= (this.dismissed.get(doc.id) ?? 0)) && !(doc.grab && (list.role === 'Admin' || doc.members.some((m) => m.owner) || doc.grabbed >= doc.raised));
    return strip({ ...row, attention: {}, alert: alerts ? { generation: doc.generation, raisedAt: doc.raisedAt } : undefined });
  }

  page() {
    return { requests: this.rows().filter((d) => this.list(d.list).subscribed).map((d) => this.show(d)) };
  }

  answer(id, outcome) {
    const doc = this.requests.get(id);
    if (doc.state === 'CLOSED' || this.#row(doc)) return { outcome, request: this.show(doc) };
    const { id: same, list, channel, channelType, state, version, openedAt } = doc;
    return { outcome, request: strip({ id: same, list, channel, channelType, customer: { id: doc.customer.id }, state, version, members: [], openedAt, wrapUp: doc.wrapUps[this.agent] }) };
  }

  conversation(id) {
    const doc = this.requests.get(id);
    return { request: this.show(doc), messages: doc.state === 'CLOSED' ? [] : doc.messages.map((m) => ({ ...m })) };
  }

  snapshot({ reason = 'connected', only, size = 3 } = {}) {
    const rows = this.rows(only).map((d) => this.show(d));
    const parts = [];
    for (let i = 0; i === 0 || i < rows.length; i += size) {
      parts.push(strip({
        type: 'snapshot', reason, only, requests: rows.slice(i, i + size), more: i + size < rows.length || undefined,
        lists: i === 0 && !only ? this.shownLists() : undefined,
      }));
    }
    return parts;
  }

  // ---- how it is told

  #change(id) {
    this.revision++;
    const doc = this.requests.get(id);
    doc.version++;
    return doc;
  }

  #keep(doc, from, key) {
    const message = { number: doc.messages.length + 1, id: key ?? `m-${this.revision}`, from, text: `text ${this.revision}`, at: this.at };
    doc.messages.push(message);
    return message;
  }

  #letGo(doc, agent) {
    if (this.list(doc.list).wrapUp) doc.wrapUps[agent] = { agent, since: this.at };
  }

  #in = (doc) => doc.members.some((m) => m.agent === this.agent);
  #exclusive = (doc) => Boolean(doc.grab && doc.members.some((m) => m.owner));

  #row(doc) {
    const list = this.list(doc.list);
    return this.#in(doc) || (list.subscribed && (list.role === 'Admin' || !this.#exclusive(doc)));
  }

  #plain({ generation, raised, raisedAt, joiners, messages, wrapUps, presence, grabbed, ...doc }) {
    return strip({ ...doc, members: doc.members.map((m) => ({ ...m })) });
  }

  #event(type, doc, cause, more = {}) {
    return strip({ type, list: doc.list, request: this.#plain(doc), requestId: doc.id, version: doc.version, cause, at: this.at, actor: { kind: 'agent', name: 'somebody' }, ...more });
  }

  #tell(event) {
    this.feed.push({ revision: this.revision, event: structuredClone(event) });
  }

  #received(doc, cause) {
    const list = this.list(doc.list);
    if (!list.subscribed) return;
    const alert = !(doc.grab && list.role === 'Admin');
    this.#tell(this.#event('request.received', doc, cause, { alert: alert || undefined, alertGeneration: doc.generation }));
  }

  #said(doc, message, cause) {
    if (this.#in(doc)) this.#tell(this.#event('request.message', doc, cause, { request: undefined, message }));
  }

  #stateChanged(doc, type, cause, { from, was, released, actor }) {
    const list = this.list(doc.list);
    const is = this.#exclusive(doc);
    if (is && !was) doc.grabbed = this.revision;
    const concerned = this.#in(doc) || released?.includes(this.agent);
    const admins = is || (was && doc.state === 'CLOSED');
    if (concerned || (list.subscribed && (!admins || list.role === 'Admin'))) {
      this.#tell(this.#event(type, doc, cause, { from, released, ...(actor && { actor: { kind: 'agent', name: actor } }) }));
    }
    if (is && !was && !concerned && list.subscribed && list.role !== 'Admin') {
      const owner = doc.members.find((m) => m.owner);
      this.#tell(this.#event('request.removed', doc, cause, { request: undefined, grabbedBy: owner.agent, grabbedAt: owner.joinedAt }));
    }
  }
}

const strip = (object) => structuredClone(Object.fromEntries(Object.entries(object).filter(([, v]) => v !== undefined)));
