import { Announcer } from './announce.js';
import { Past } from './past.js';
import { Router } from './router.js';
import { Toasts } from './toasts.js';

// Desk is what every view is given: what is known (model), how to do something (api),
// where one is (router), and a way to be drawn again when any of it is different.
export class Desk {
  announcer = new Announcer();
  toasts = new Toasts(this.announcer);
  // drafts are what one has begun to write, by request.
  drafts = new Map();
  // mute are the channels that turned out to take no answers.
  mute = new Set();
  // focusNext is the conversation to write in, returnTo the row to go to, once it is there.
  focusNext = null;
  returnTo = null;
  // stopped ends what listens to the page.
  #stopping = new AbortController();
  stopped = this.#stopping.signal;
  #draws = new Set();
  #due = false;

  constructor({ live, prefs, signInAgain }) {
    const { session, connection, model, api } = live;
    Object.assign(this, { live, session, connection, model, api, prefs, signInAgain });
    // Where one is shows at once: what one types next belongs there.
    this.past = new Past(model);
    this.router = new Router(() => this.#draw(), this.stopped);
    model.addEventListener('change', () => this.changed());
    connection.addEventListener('status', () => this.changed());
    connection.addEventListener('events', ({ detail }) => detail.events.forEach((event) => this.past.note(event)));
    // What shows how long something is ago goes on by itself.
    this.ticking = setInterval(() => this.changed(), 1000);
  }

  get me() {
    return this.model.me?.agent ?? '';
  }

  now() {
    return this.live.now();
  }

  // link is what a press on a link inside the desk does: it goes there without a new
  // page, unless another key or button asks for a new tab.
  link(place, then) {
    return (event) => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (place.request) this.router.open(place.request);
      else this.router.go(place);
      then?.();
    };
  }

  // leaveTo closes the conversation and goes to its row, or to what is in its place. The
  // inbox does so when it is there again.
  leaveTo(request) {
    this.returnTo = request;
    this.router.close();
  }

  // onChange has draw called soon after anything changed, once for all of it.
  onChange(draw) {
    this.#draws.add(draw);
    this.changed();
  }

  // changed asks for that. A timer and no animation frame, as those rest in a tab that is
  // not looked at, whose title has to count on.
  changed() {
    if (this.#due) return;
    this.#due = true;
    setTimeout(() => {
      this.#due = false;
      this.#draw();
    }, 16);
  }

  #draw() {
    for (const draw of this.#draws) draw();
  }

  stop() {
    clearInterval(this.ticking);
    this.#draws.clear();
    this.#stopping.abort();
    this.live.stop();
  }
}
