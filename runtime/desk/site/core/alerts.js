// The alerts that stand for the agent, in the order in which they were raised.

export class Alerts {
  /** By request: {request, generation, raisedAt}. */
  all = new Map();
  #tell;
  #rings = new Set();

  /** tell is called for every change. */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Raises one, unless it stands already; ring says that it is news to the agent. */
  raise(request, { generation, raisedAt }, ring) {
    if (this.all.get(request.id)?.generation >= generation) return;
    this.all.delete(request.id); // one that is raised again is the newest
    this.all.set(request.id, { request, generation, raisedAt });
    if (ring) this.#rings.add(request.id);
    this.#tell();
  }

  /** The row of an alert has changed. */
  follow(request) {
    const standing = this.all.get(request.id);
    if (!standing) return;
    this.all.set(request.id, { ...standing, request });
    this.#tell();
  }

  withdraw(id) {
    if (this.all.delete(id)) this.#tell();
  }

  withdrawAll() {
    if (this.all.size > 0) this.#tell();
    this.all.clear();
  }

  /** Those that have rung since this was asked last, and still stand. */
  rung() {
    const rung = [...this.#rings].map((id) => this.all.get(id)).filter(Boolean);
    this.#rings.clear();
    return rung;
  }
}
