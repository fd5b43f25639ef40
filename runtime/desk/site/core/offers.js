// The offers that stand: those to the agent, and those that they have made.

// How many that are over are remembered: an answer is late by seconds.
const KEPT = 256;

export class Offers {
  /** By id, as /v1/offers has them; expiresAt is missing where only the feed has told of it. */
  all = new Map();
  #tell;
  #over = new Set(); // an answer that was on its way brings none of them back

  /** tell is called for every change. */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Takes all that there are, as a snapshot has them. */
  replace(offers) {
    this.#over.clear();
    this.#show(offers);
  }

  /** Takes all that an answer has. */
  answeredAll(offers) {
    this.#show(offers.filter((o) => !this.#over.has(o.id)));
  }

  /** Takes what an answer says was offered. That of a repeat may be over, and has no end ahead then. */
  answered(offer) {
    if (offer.expiresAt && !this.#over.has(offer.id)) this.put(offer);
  }

  #show(offers) {
    this.all = new Map(offers.map((o) => [o.id, o]));
    this.#tell();
  }

  put(offer) {
    this.all.set(offer.id, { ...this.all.get(offer.id), ...offer });
    this.#tell();
  }

  /** Takes an event; one of a list that the agent does not want is over for them. */
  take({ offer, status, by }, agent) {
    if (status !== 'made' || by === agent) this.drop(offer.id);
    else this.put(offer);
  }

  drop(id) {
    this.#over.add(id);
    if (this.#over.size > KEPT) this.#over.delete(this.#over.keys().next().value);
    if (this.all.delete(id)) this.#tell();
  }

  /** Those to lists that the agent is not subscribed to any more go. */
  keep(lists, agent) {
    for (const [id, { list, from }] of this.all) {
      if (list && from !== agent && !lists.get(list)?.subscribed) this.drop(id);
    }
  }
}
