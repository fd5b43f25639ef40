// A browser's tab, as far as signing in needs one.

/** Gives what auth.js and session.js take; `went` is where the page was sent last. */
export function tab(fetch, { href = 'https://runtime.example/desk/requests/r1?view=joined#last', storage = store() } = {}) {
  const location = new URL(href);
  location.assign = (to) => (here.went = to);
  const here = {
    now: Date.parse('2026-03-01T09:00:00Z'),
    went: '',
    location,
    storage,
    fetch,
    crypto: globalThis.crypto,
    locks: undefined,
    history: { replaceState: (_state, _title, to) => (location.href = new URL(to, location).href) },
    /** The same tab, at another address. */
    visit(to) {
      location.href = new URL(to, location).href;
      return this;
    },
    get given() {
      return { location, storage, fetch, crypto: this.crypto, locks: this.locks, history: this.history, now: () => here.now };
    },
  };
  return here;
}

/** A sessionStorage; `copy` is that of a tab that was duplicated. */
export function store(entries = []) {
  const map = new Map(entries);
  return {
    getItem: (k) => map.get(k) ?? null,
    setItem: (k, v) => map.set(k, String(v)),
    removeItem: (k) => map.delete(k),
    copy: () => store(map),
    text: () => JSON.stringify([...map]),
  };
}
