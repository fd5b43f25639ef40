// The runtime's API by the names of what an agent does. Every method gives the body of
// the answer, and rejects with the Problem (see problem.js) where there is one.

import { problemOf, unreachable } from './problem.js';

const enc = encodeURIComponent;

/** Calls over the desk's connection; what is only read goes over HTTP while there is none. */
export class Api {
  /**
   * @param connection a Connection
   * @param model what commands' answers are applied to
   * @param session whose token reads over HTTP are made with
   * @param url the runtime's address; by default the page's
   */
  constructor({ connection, model, session, url = globalThis.location?.origin, fetch = globalThis.fetch.bind(globalThis) }) {
    Object.assign(this, { connection, model, session, url, fetch });
  }

  // Reads.
  async me() {
    const me = await this.read('/v1/me');
    this.model.applyMe(me);
    return me;
  }
  /** One page of requests: {requests, continue, cursor}. query: list, state, joined, ... each one or several. */
  requests(query = {}) {
    return this.read(`/v1/requests${search(query)}`);
  }
  /** A request, also one that has been closed: what the model knows of it is brought up to date. */
  async request(id) {
    const answer = await this.read(`/v1/requests/${enc(id)}`);
    this.model.applyAnswer({ request: answer.request });
    return answer;
  }
  /** A request with its last messages; it becomes a conversation of the model's. */
  async conversation(id) {
    try {
      const answer = await this.read(`/v1/requests/${enc(id)}`);
      this.model.applyConversation(answer);
      return answer;
    } catch (problem) {
      this.model.conversationFailed(id, problem);
      throw problem;
    }
  }
  async offers() {
    const answer = await this.read('/v1/offers');
    this.model.applyOffers(answer);
    return answer;
  }
  /** {lists, agents}: to whom a request can be handed or who can be invited. */
  targets() {
    return this.read('/v1/transfer-targets');
  }

  // What an agent does to a request.
  join(id) {
    return this.command('POST', `/v1/requests/${enc(id)}/join`);
  }
  leave(id) {
    return this.command('POST', `/v1/requests/${enc(id)}/leave`);
  }
  close(id) {
    return this.command('POST', `/v1/requests/${enc(id)}/close`);
  }
  /** target is {agent} or {list}. */
  transfer(id, target) {
    return this.command('POST', `/v1/requests/${enc(id)}/transfer`, target);
  }
  invite(id, target) {
    return this.command('POST', `/v1/requests/${enc(id)}/invite`, target);
  }
  wrapUp(id, { reasons, note = '' }) {
    return this.command('POST', `/v1/requests/${enc(id)}/wrap-up`, note ? { reasons, note } : { reasons });
  }
  removeMember(id, agent) {
    return this.command('DELETE', `/v1/requests/${enc(id)}/members/${enc(agent)}`);
  }
  /**
   * Sends a message. It is among the conversation's `sending` until it is answered, and
   * stays there with its problem when it was not taken; `again` is the id of such a one
   * and repeats it: it has one effect, however often.
   */
  async say(id, say, again) {
    const key = again ?? crypto.randomUUID();
    this.model.sending(id, key, say);
    try {
      const answer = await this.connection.call('POST', `/v1/requests/${enc(id)}/messages`, say, { id: key });
      this.model.sent(id, key, answer);
      return answer;
    } catch (problem) {
      this.model.notSent(id, key, problem);
      throw problem;
    }
  }

  // Offers.
  accept(offer) {
    return this.answer(offer, 'POST', `/v1/offers/${enc(offer)}/accept`);
  }
  decline(offer) {
    return this.answer(offer, 'POST', `/v1/offers/${enc(offer)}/decline`);
  }
  withdraw(offer) {
    return this.answer(offer, 'DELETE', `/v1/offers/${enc(offer)}`);
  }

  // Lists and alerts.
  subscribe(list) {
    return this.connection.call('PUT', `/v1/lists/${enc(list)}/subscription`);
  }
  unsubscribe(list) {
    return this.connection.call('DELETE', `/v1/lists/${enc(list)}/subscription`);
  }
  /** The alert goes when the feed says so, on all devices at once. */
  dismiss(request) {
    return this.connection.call('DELETE', `/v1/alerts/${enc(request)}`);
  }
  dismissAll() {
    return this.connection.call('DELETE', '/v1/alerts');
  }
  /** Leaves every request: {left}. */
  logout() {
    return this.connection.call('POST', '/v1/logout');
  }

  async command(method, path, body) {
    const answer = await this.connection.call(method, path, body);
    this.model.applyAnswer(answer);
    return answer;
  }

  async answer(offer, method, path) {
    try {
      const answer = await this.command(method, path);
      this.model.dropOffer(offer);
      return answer;
    } catch (problem) {
      if (problem.is?.('offer-over', 'unknown-offer', 'gone')) this.model.dropOffer(offer);
      throw problem;
    }
  }

  async read(path) {
    if (this.connection.status === 'live') return this.connection.call('GET', path);
    let response;
    const token = await this.session.token();
    try {
      response = await this.fetch(this.url + path, { headers: { Authorization: `Bearer ${token}` }, cache: 'no-store', redirect: 'error' });
    } catch (cause) {
      throw unreachable(cause);
    }
    const body = await response.json().catch(() => undefined);
    if (!response.ok) throw problemOf(body, response.status);
    return body;
  }
}

function search(query) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one != null && one !== '') params.append(name, one);
  }
  const text = params.toString();
  return text && `?${text}`;
}
