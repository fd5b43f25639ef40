// What somebody likes at this browser: kept in its localStorage, and forgotten where it
// has none.
const key = 'pullmode.desk.prefs';

export class Prefs {
  #storage;
  #values;

  constructor(storage = localStorage) {
    this.#storage = storage;
    this.#values = { theme: 'system', sound: false, notifications: false, sort: 'arrived', keys: true, ...read(storage) };
  }

  get(name) {
    return this.#values[name];
  }

  set(name, value) {
    this.#values[name] = value;
    try {
      this.#storage.setItem(key, JSON.stringify(this.#values));
    } catch {
      // A full or forbidden storage: it holds until the page goes.
    }
  }
}

function read(storage) {
  try {
    return JSON.parse(storage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}
