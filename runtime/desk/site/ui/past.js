// Past remembers who came to and went from conversations while this page has been
// open: a request says who is in it, not who was.
const kept = 50;

export class Past {
  #lines = new Map();

  note(event) {
    const id = event.requestId;
    if (!id || !event.at) return;
    const name = event.actor?.name ?? '';
    for (const agent of event.released ?? []) this.#add(id, { key: `${event.version}/left/${agent}`, at: event.at, says: departure(agent, name, event.cause) });
    if (event.cause === 'transfer' && event.request?.transferredTo) this.#add(id, { key: `${event.version}/transfer`, at: event.at, says: `${name} handed the conversation on` });
    else if (event.request?.state === 'CLOSED') this.#add(id, { key: `${event.version}/closed`, at: event.at, says: closing(event, name) });
    else if (event.request?.state === 'INACTIVE' && event.from === 'ACTIVE') this.#add(id, { key: `${event.version}/empty`, at: event.at, says: 'Nobody is in the conversation now' });
    if (event.type === 'offer') this.#offer(id, event);
  }

  #offer(id, { offer, status, by, at }) {
    const to = offer?.agent || `list ${offer?.list}`;
    const what = offer?.kind === 'invite' ? 'An invitation' : 'A transfer';
    const says = {
      made: `${what} was offered to ${to} by ${offer?.from}`,
      declined: `${by ?? to} declined`,
      withdrawn: `${what} was taken back`,
      expired: `${what} to ${to} was not answered in time`,
    }[status];
    if (says) this.#add(id, { key: `${offer?.id}/${status}/${by ?? ''}`, at, says });
  }

  #add(id, line) {
    const lines = this.#lines.get(id) ?? [];
    if (lines.some((other) => other.key === line.key)) return;
    this.#lines.set(id, [...lines, line].slice(-kept));
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
