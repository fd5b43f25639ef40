import { el, keep } from './dom.js';
import { icon } from './icon.js';

// Toasts say what came of what one did. What went well goes by itself; what did not
// stays long enough to be read twice, and while one points at it.
export class Toasts {
  node = el('section', { class: 'toasts', 'aria-label': 'Messages' });
  #announcer;
  #shown = [];
  #next = 1;

  constructor(announcer) {
    this.#announcer = announcer;
  }

  done(words) {
    this.#show({ words, kind: 'done' }, 4000);
  }

  failed(words) {
    this.#show({ words, kind: 'failed' }, 12000);
  }

  #show({ words, kind }, ms) {
    const toast = { id: this.#next++, words, kind };
    // The same said twice is one.
    this.#shown = [...this.#shown.filter((other) => other.words !== words).slice(-3), toast];
    this.#announcer.say(words, { urgent: kind === 'failed' });
    this.#draw();
    setTimeout(() => this.#leave(toast), ms);
  }

  #leave(toast) {
    if (toast.part?.matches(':hover, :focus-within')) setTimeout(() => this.#leave(toast), 2000);
    else this.#drop(toast);
  }

  #drop(toast) {
    this.#shown = this.#shown.filter((other) => other !== toast);
    this.#draw();
  }

  #draw() {
    keep(this.node, this.#shown, (toast) => toast.id, (toast) => {
      toast.part = el('div', { class: `toast ${toast.kind}`, 'data-testid': 'toast' },
        icon(toast.kind === 'failed' ? 'failed' : 'close'),
        el('p', { textContent: toast.words }),
        el('button', { class: 'button plain square small', type: 'button', 'aria-label': 'Dismiss this message', on: { click: () => this.#drop(toast) } }, icon('cross')));
      return { node: toast.part };
    });
  }
}
