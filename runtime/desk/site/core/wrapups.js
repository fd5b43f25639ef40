// The agent's wrap-ups that are awaited: what a request was about, said by who has done
// with it, until the list's time is over.

import { duration, moment } from './time.js';

export class WrapUps {
  /** By request: {request, since, until}; times in ms, of the runtime's clock. */
  all = new Map();
  #tell;

  /** tell is called for every change. */
  constructor(tell) {
    this.#tell = tell;
  }

  /** The agent was let go: the list may want to know. before is the row as it was, with their membership. */
  released({ request, cause, at }, before, list, agent) {
    // Who has lost the list cannot say anything there.
    if (!list?.wrapUp || cause === 'revoke') return;
    const given = before?.wrapUp?.appliedAt;
    const since = before?.members.find((m) => m.agent === agent)?.joinedAt;
    if (given && (!since || moment(given) >= moment(since))) return;
    this.#await(request, moment(at), list);
  }

  /** A row with the agent's own wrap-up, if it has one; member says whether they are in it. */
  shown(row, list, member) {
    const { wrapUp } = row;
    if (list?.wrapUp && wrapUp?.since && !wrapUp.appliedAt && !member) this.#await(row, moment(wrapUp.since), list);
    else this.end(row.id);
  }

  /** It was given, or they came back and are asked again when they go. */
  end(id) {
    if (this.all.delete(id)) this.#tell();
  }

  /** Those whose time is over: the runtime has given them. */
  expire(now) {
    for (const [id, { until }] of this.all) if (until <= now) this.end(id);
  }

  #await(request, since, list) {
    this.all.set(request.id, { request, since, until: since + duration(list.wrapUp.timeout) });
    this.#tell();
  }
}
