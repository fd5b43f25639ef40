// Conversations: the messages of the requests that an agent is in, or looks at.

/**
 * A conversation is never changed, only replaced. It is
 *   {request, messages, sending, state, stale, unseen, ended, problem}
 * - messages: by number, oldest first; `delivery` 'failed' with `failure` marks one that
 *   did not reach the customer
 * - sending: messages of this agent that were not answered yet; with `problem` where
 *   they were not taken
 * - state: 'loading', 'open' (the agent is in it), 'preview' (they are not, and new
 *   messages do not come), 'left', 'closed', 'failed' (see problem)
 * - stale: something is missing, fetch it again
 * - unseen: how many messages of others came since the agent looked
 * - ended: {cause, actor, at, grabbedBy?} for 'left' and 'closed', where the feed said so
 */
export class Conversations {
  all = new Map();
  #tell;

  /** tell is called with the request's id for every change. */
  constructor(tell) {
    this.#tell = tell;
  }

  #set(id, change) {
    const empty = { request: null, messages: [], sending: [], state: 'loading', stale: true, unseen: 0, ended: null, problem: null };
    this.all.set(id, { ...empty, ...this.all.get(id), ...change });
    this.#tell(id);
  }

  loading(id, request) {
    const had = this.all.get(id);
    this.#set(id, { request: had?.request ?? request ?? null, problem: null, ...(had?.state === 'failed' && { state: 'loading' }) });
  }

  /** Messages as an answer has them, with what has come meanwhile. */
  load(request, messages, member) {
    const had = this.all.get(request.id);
    if (had?.request?.version > request.version) request = had.request;
    const closed = request.state === 'CLOSED' || had?.state === 'closed';
    this.#set(request.id, {
      request,
      messages: merge(had?.messages ?? [], messages),
      sending: unsent(had?.sending ?? [], messages),
      state: closed ? 'closed' : member ? 'open' : had?.state === 'left' ? 'left' : 'preview',
      stale: false,
      problem: null,
    });
  }

  failed(id, problem) {
    const { messages = [], state } = this.all.get(id) ?? {};
    const gone = problem.is?.('unknown-request') && state === 'open' ? 'left' : state;
    this.#set(id, { problem, stale: false, state: messages.length || state === 'closed' ? gone : 'failed' });
  }

  /** The request of a conversation has changed; event says by what, null for an answer. */
  follow(request, member, event) {
    const had = this.all.get(request.id);
    if (!had || had.request?.version > request.version) return;
    const change = { request };
    if (member && had.state !== 'open') {
      // They came back, maybe on another device: what was said between is missing.
      Object.assign(change, { ended: null, stale: true, state: had.state === 'loading' ? 'loading' : 'open' });
    } else if (!member && had.state === 'open') {
      Object.assign(change, { state: 'left', ended: event && endOf(event) });
    } else if (event && had.state === 'left' && !had.ended && event.version === request.version) {
      change.ended = endOf(event);
    }
    this.#set(request.id, change);
  }

  closed(request, event) {
    const had = this.all.get(request.id);
    if (!had) return;
    this.#set(request.id, { request, state: 'closed', stale: false, ended: event ? endOf(event) : had.ended });
  }

  grabbed(id, event) {
    if (!this.all.has(id)) return;
    this.#set(id, { state: 'left', stale: false, ended: { ...endOf(event), grabbedBy: event.grabbedBy, at: event.grabbedAt } });
  }

  /** A snapshot does not have its request any more: ask what has become of it. */
  lost(id) {
    const had = this.all.get(id);
    if (had && had.state !== 'closed') this.#set(id, { stale: true });
  }

  /** Messages may be missing in all that go on. */
  doubt() {
    for (const [id, c] of this.all) if (c.state === 'open') this.#set(id, { stale: true });
  }

  append(id, message, { mine }) {
    const had = this.all.get(id);
    const messages = merge(had?.messages ?? [], [message]);
    const known = had?.messages.some((m) => m.number === message.number);
    const last = had?.messages.at(-1)?.number;
    this.#set(id, {
      messages,
      sending: unsent(had?.sending ?? [], [message]),
      unseen: (had?.unseen ?? 0) + (known || mine ? 0 : 1),
      stale: (had?.stale ?? true) || (!known && last !== undefined && message.number > last + 1),
    });
  }

  seen(id) {
    if (this.all.get(id)?.unseen) this.#set(id, { unseen: 0 });
  }

  forget(id) {
    if (this.all.delete(id)) this.#tell(id);
  }

  sending(id, say) {
    const others = (this.all.get(id)?.sending ?? []).filter((s) => s.id !== say.id);
    this.#set(id, { sending: [...others, { ...say, problem: null }] });
  }

  notSent(id, key, problem) {
    const had = this.all.get(id);
    if (!had) return;
    this.#set(id, { sending: had.sending.map((s) => (s.id === key ? { ...s, problem } : s)) });
  }

  dropUnsent(id, key) {
    const had = this.all.get(id);
    if (had) this.#set(id, { sending: had.sending.filter((s) => s.id !== key) });
  }
}

const endOf = ({ cause, actor, at }) => ({ cause, actor, at });

/** What is on its way without what has arrived: a message keeps the id it was sent with. */
const unsent = (sending, arrived) => sending.filter((s) => !arrived.some((m) => m.id === s.id));

/** Two runs of messages by number; of one that is in both, what is said later counts. */
function merge(had, more) {
  const last = had.at(-1)?.number ?? 0;
  if (more.length === 1 && more[0].number > last) return [...had, more[0]]; // as it is nearly always
  const all = new Map(had.map((m) => [m.number, m]));
  for (const m of more) all.set(m.number, { ...all.get(m.number), ...m });
  return [...all.values()].sort((a, b) => a.number - b.number);
}
