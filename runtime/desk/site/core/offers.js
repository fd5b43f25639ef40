// The offers that stand: those to the agent, and those that they have made.

export class Offers {
  /** By id, as /v1/offers has them; expiresAt is missing where only the feed has told of it. */
  all = new Map();
  #tell;

  /** tell is called for every change. */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Takes all that there are. */
  replace(offers) {
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
    if (this.all.delete(id)) this.#tell();
  }

  /** Those to lists that the agent is not subscribed to any more go. */
  keep(lists, agent) {
    for (const [id, { list, from }] of this.all) {
      if (list && from !== agent && !lists.get(list)?.subscribed) this.drop(id);
    }
  }
}
