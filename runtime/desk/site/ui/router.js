import { home, path, read } from './place.js';

// Router keeps the address and what is shown the same. The conversation that is open
// and the part of the inbox beside it are one entry of the browser's history, so "back"
// closes a conversation where it covers the inbox.
export class Router {
  // place is the part of the inbox, request the conversation's id or null.
  place = home;
  request = null;
  #changed;
  #leaving = false; // the browser was asked to go back, and has not yet
  #late = false; // one has gone on meanwhile

  constructor(changed, signal) {
    this.#changed = changed;
    window.addEventListener('popstate', () => this.#arrived(), { signal });
    this.#read();
  }

  #read() {
    const here = read(location.pathname);
    this.request = here.request ?? null;
    this.place = here.request ? (history.state?.place ?? home) : here;
    this.#changed();
  }

  // arrived is when the browser has gone to another entry of its history. Where one has
  // gone on to while it did is the next one.
  #arrived() {
    const late = this.#leaving && this.#late;
    this.#leaving = this.#late = false;
    if (!late) this.#read();
    else if (this.#address() !== location.pathname) this.#enter(false);
  }

  // go shows a part of the inbox, and leaves the conversation open where there is room.
  go(place) {
    this.#push({ place, request: null });
  }

  // open shows a conversation.
  open(request) {
    if (request === this.request) return;
    // From one conversation to the next is no step back through all of them.
    this.#push({ place: this.place, request }, this.request !== null);
  }

  // close shows the inbox alone.
  close() {
    if (this.request === null) return;
    if (this.#leaving || !history.state?.opened) return this.#push({ place: this.place, request: null }, true);
    // The browser goes back in a while; what is shown does not wait for it.
    this.request = null;
    this.#leaving = true;
    this.#changed();
    history.back();
  }

  #push({ place, request }, replace = false) {
    this.place = place;
    this.request = request;
    // An entry that was made now would be the one that is left.
    if (this.#leaving) this.#late = true;
    else this.#enter(replace);
    this.#changed();
  }

  #address() {
    return this.request ? path({ request: this.request }) : path(this.place);
  }

  #enter(replace) {
    const { place, request } = this;
    const state = { place, opened: replace ? (request !== null && history.state?.opened) : request !== null };
    history[replace ? 'replaceState' : 'pushState'](state, '', this.#address());
  }
}
