import { el } from './dom.js';

// Announcer says things to who listens to the page: politely, when they are done with
// what they hear now; at once, where it cannot wait.
export class Announcer {
  #polite = el('div', { class: 'spoken', role: 'status', 'aria-live': 'polite' });
  #urgent = el('div', { class: 'spoken', role: 'alert', 'aria-live': 'assertive' });
  node = el('div', null, this.#polite, this.#urgent);

  say(words, { urgent = false } = {}) {
    const region = urgent ? this.#urgent : this.#polite;
    const line = el('p', { textContent: words });
    region.append(line);
    // What has been read would be come upon again by who goes through the page.
    setTimeout(() => line.remove(), 8000);
  }
}
