// Which versions of which requests the feed has told of, and which requests are rows no
// more: a version that was told is no news, and an answer that was on its way meanwhile
// brings nothing back.

// How many removed requests are remembered. An answer that is on its way while its
// request goes is older by seconds, not by this many requests.
const KEPT = 4096;

export class Versions {
  #told = new Map(); // of rows: the newest version that the feed has told of
  // Of what is no row any more: the version it went with, which answers have to be newer
  // than, and what the feed had told of by then; Infinity of what is closed.
  #removed = new Map();

  /** Says whether the feed tells of something new with this version. */
  news(id, version) {
    return !(this.#told.get(id) >= version) && !(this.#removed.get(id)?.told >= version);
  }

  told(id, version) {
    this.#told.set(id, version);
    this.back(id);
  }

  /** It is a row again. */
  back(id) {
    if (!this.closed(id)) this.#removed.delete(id);
  }

  removed(id, version, told = version) {
    this.#told.delete(id);
    this.#removed.delete(id); // to be the last to be forgotten
    this.#removed.set(id, { version, told });
    if (this.#removed.size > KEPT) this.#removed.delete(this.#removed.keys().next().value);
  }

  /**
   * A snapshot does not have it. The version of the row may be an answer's that was faster
   * than the snapshot: what the feed tells of it next is news all the same.
   */
  missing(id, version) {
    this.removed(id, version, this.#told.get(id) ?? 0);
  }

  /** Says whether a request went with this version or a later one. */
  isRemoved(id, version) {
    return this.#removed.get(id)?.version >= version;
  }

  /** A closed request stays closed. */
  closedFor(id) {
    this.removed(id, Infinity);
  }

  closed(id) {
    return this.#removed.get(id)?.version === Infinity;
  }

  clear() {
    this.#told.clear();
    this.#removed.clear();
  }
}
