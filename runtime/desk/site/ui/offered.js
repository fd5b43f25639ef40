import { withdraw } from './act.js';
import { clock } from '../core/time.js';
import { el, keep, text } from './dom.js';
import { icon } from './icon.js';
import * as names from './names.js';

// offered are the offers of a conversation that one has made and that nobody has
// answered yet.
export function offered(desk, id) {
  const node = el('ul', { class: 'offered' });
  return {
    node,
    update() {
      const mine = [...desk.model.offers.values()].filter((offer) => offer.from === desk.me && offer.request.id === id);
      node.hidden = mine.length === 0;
      keep(node, mine, (offer) => offer.id, ({ id: offer }) => line(desk, offer));
    },
  };
}

function line(desk, id) {
  const words = el('span');
  const time = el('span', { class: 'pill' });
  const button = el('button', { class: 'button small', type: 'button', textContent: 'Take back', on: { click: () => withdraw(desk, desk.model.offers.get(id), button) } });
  return {
    node: el('li', { 'data-testid': `offered-${id}` }, icon('clock'), words, time, button),
    update(offer) {
      const to = offer.agent || names.list(desk.model, offer.list);
      text(words, offer.kind === 'transfer' ? `Offered to ${to}; you stay until they take it` : `${to} is invited`);
      time.hidden = !offer.expiresAt;
      if (offer.expiresAt) text(time, clock(Date.parse(offer.expiresAt) - desk.now()));
    },
  };
}
