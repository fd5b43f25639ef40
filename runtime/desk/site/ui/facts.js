import { dateTime } from '../core/time.js';
import { el, keep, set, text } from './dom.js';
import { icon } from './icon.js';
import { path } from './place.js';
import * as names from './names.js';

// facts are what else is known of a request and its customer, for who asks.
export function facts(desk) {
  const list = el('dl', { class: 'facts-list' });
  const node = el('div', { class: 'facts-place', id: 'facts', hidden: true }, list);
  const button = el('button', { class: 'button plain square', type: 'button', 'aria-label': 'Details', title: 'Details', 'aria-expanded': 'false', 'aria-controls': 'facts' }, icon('details'));
  button.addEventListener('click', () => {
    node.hidden = !node.hidden;
    set(button, 'aria-expanded', String(!node.hidden));
    desk.changed();
  });
  return {
    node, button,
    update(request) {
      if (node.hidden) return;
      const known = [
        ['Status', names.states[request.state].name],
        ['Channel', `${request.channel} (${names.channel(request.channelType).name})`],
        ['Opened', dateTime(request.openedAt)],
        request.firstJoinedAt && ['First joined', dateTime(request.firstJoinedAt)],
        ['Last message', dateTime(request.lastCustomerAt)],
        ...Object.entries(request.customer.attributes ?? {}),
        request.transferredFrom && ['Handed over from', request.transferredFrom, request.transferredFrom],
        request.reopenOf && ['Goes on from', request.reopenOf, request.reopenOf],
        ['Request', request.id],
      ].filter(Boolean);
      keep(list, known, ([name]) => name, ([name, , link]) => fact(desk, name, link));
    },
  };
}

function fact(desk, name, link) {
  const value = link ? el('a', { href: path({ request: link }), on: { click: desk.link({ request: link }) } }) : el('span');
  return {
    node: el('div', null, el('dt', { textContent: name }), el('dd', null, value)),
    update: ([, words]) => text(value, words),
  };
}
