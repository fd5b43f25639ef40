import { list } from './names.js';

// Past remembers who came to and went from conversations while this page has been
// open: a request says who is in it, not who was.
// So many lines are kept of a request, and so many requests: a day has thousands.
const kept = 50;
const requests = 500;

export class Past {
  #lines = new Map();
  #model;

  constructor(model) {
    this.#model = model;
  }

  note(event) {
    const id = event.requestId;
    if (!id || !event.at) return;
    const name = event.actor?.name ?? '';
    const closed = event.request?.state === 'CLOSED'; // which lets everybody go
    for (const agent of closed ? [] : (event.released ?? [])) this.#add(id, { key: `${event.version}/left/${agent}`, at: event.at, says: departure(agent, name, event.cause) });
    if (event.cause === 'transfer' && event.request?.transferredTo) this.#add(id, { key: `${event.version}/transfer`, at: event.at, says: `${name} handed the conversation on` });
    else if (closed) this.#add(id, { key: `${event.version}/closed`, at: event.at, says: closing(event, name) });
    else if (event.request?.state === 'INACTIVE' && event.from === 'ACTIVE') this.#add(id, { key: `${event.version}/empty`, at: event.at, says: 'Nobody is in the conversation now' });
    if (event.type === 'offer') this.#offer(id, event);
  }

  #offer(id, { offer, status, by, at }) {
    const to = offer.agent || list(this.#model, offer.list);
    const says = {
      made: offer.kind === 'invite' ? `${offer.from} invited ${to}` : `${offer.from} offered the conversation to ${to}`,
      withdrawn: `${offer.from} took the offer back`,
      expired: `${to} did not answer in time`,
    };
    // Of a list one may decline while it stands for the others.
    if (by && status !== 'accepted') this.#add(id, { key: `${offer.id}/declined/${by}`, at, says: `${by} declined` });
    else if (says[status]) this.#add(id, { key: `${offer.id}/${status}`, at, says: says[status] });
  }

  #add(id, line) {
    const lines = this.#lines.get(id) ?? [];
    if (lines.some((other) => other.key === line.key)) return;
    this.#lines.delete(id); // to be the last to go
    this.#lines.set(id, [...lines, line].slice(-kept));
    if (this.#lines.size > requests) this.#lines.delete(this.#lines.keys().next().value);
  }

  // of gives the lines of a request, with those that it tells of itself.
  of(request) {
    const own = (request.members ?? []).map((member) => ({
      key: `joined/${member.agent}/${member.joinedAt}`, at: member.joinedAt, says: `${member.agent} joined`,
    }));
    if (request.transferredFrom) own.push({ key: 'from', at: request.openedAt, says: 'Handed over from another list' });
    else if (request.reopenOf) own.push({ key: 'reopened', at: request.openedAt, says: 'The customer came back' });
    for (const line of own) this.#add(request.id, line);
    return this.#lines.get(request.id) ?? [];
  }
}

function departure(agent, by, cause) {
  switch (cause) {
    case 'remove':
      return `${by} removed ${agent}`;
    case 'disconnect':
      return `${agent} lost the connection`;
    case 'responseTimeout':
      return `${agent} did not answer in time`;
    case 'accept':
    case 'transfer':
    case 'transferTo':
      return `${agent} handed the conversation on`;
    default:
      return `${agent} left`;
  }
}

function closing(event, name) {
  switch (event.request.closeReason) {
    case 'CUSTOMER':
      return 'The customer ended the conversation';
    case 'INACTIVITY':
      return 'Closed, as nobody wrote for a long time';
    case 'AGENT':
      return `${name} closed the conversation`;
    default:
      return 'The conversation was closed';
  }
}
