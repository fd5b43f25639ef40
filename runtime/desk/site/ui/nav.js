import { survey } from '../core/attention.js';
import { el, keep, set, text } from './dom.js';
import { icon } from './icon.js';
import { count } from './count.js';
import * as names from './names.js';
import { path } from './place.js';
import { subscriptions } from './subscriptions.js';

// nav is the way to the parts of the inbox: the views, one's lists, the channels.
export function nav(desk) {
  const views = el('ul');
  const lists = el('ul');
  const channels = el('ul');
  const none = el('p', { class: 'nav-none', textContent: 'You are subscribed to no list.' });
  const channelPart = el('section', { 'aria-labelledby': 'nav-channels' }, heading('nav-channels', 'Channels'), channels);

  const node = el('nav', { class: 'nav', id: 'nav', 'aria-label': 'Views and lists' },
    el('section', { 'aria-labelledby': 'nav-views' }, heading('nav-views', 'Views'), views),
    el('section', { 'aria-labelledby': 'nav-lists' },
      el('div', { class: 'nav-head' }, heading('nav-lists', 'Subscribed Lists'),
        el('button', { class: 'button plain square small', type: 'button', 'aria-label': 'Manage subscriptions', title: 'Manage subscriptions', 'data-testid': 'manage-subscriptions', on: { click: () => subscriptions(desk) } }, icon('settings'))),
      lists, none),
    channelPart);

  return {
    node,
    update() {
      const { model } = desk;
      const counts = survey(model, desk.now());
      const unread = new Map();
      const types = new Map();
      for (const row of model.rows.values()) {
        if (row.state === 'UNREAD') unread.set(row.list, (unread.get(row.list) ?? 0) + 1);
        types.set(row.channel, row.channelType);
      }
      keep(views, names.views, (view) => view.id, (view) => item(desk, { kind: 'view', name: view.id }, view.icon)).forEach((part, id) => {
        const view = names.views.find((one) => one.id === id);
        part.show({ name: view.name, count: counts.views[id], hot: id === 'overdue', warm: id === 'soon', says: view.says });
      });

      const subscribed = [...model.lists.values()].filter((list) => list.subscribed).sort(byName);
      none.hidden = subscribed.length > 0 || !model.loaded;
      keep(lists, subscribed, (list) => list.name, (list) => item(desk, { kind: 'list', name: list.name }, 'list')).forEach((part, name) => {
        const list = model.lists.get(name);
        part.show({ name: list.displayName || name, count: unread.get(name) ?? 0, counted: 'unread', note: list.draining ? 'ends' : '', says: list.description });
      });

      const seen = [...counts.channels.keys()].sort();
      channelPart.hidden = seen.length === 0;
      keep(channels, seen, (name) => name, (name) => item(desk, { kind: 'channel', name }, names.channel(types.get(name)).icon)).forEach((part, name) => {
        part.show({ name, count: counts.channels.get(name), says: names.channel(types.get(name)).name });
      });
    },
  };
}

// item is a link to a part of the inbox, with how many there are.
function item(desk, place, sign) {
  const label = el('span', { class: 'cut' });
  const note = el('span', { class: 'pill' });
  const number = el('span', { class: 'badge', 'aria-hidden': true });
  const spoken = el('span', { class: 'spoken' });
  const link = el('a', { class: 'nav-item', href: path(place), 'data-testid': `${place.kind}-${place.name}`, on: { click: desk.link(place, () => desk.drawer.put()) } },
    icon(sign), label, note, number, spoken);
  return {
    node: el('li', null, link),
    show({ name, count: n, counted = '', hot = false, warm = false, note: word = '', says }) {
      text(label, name);
      text(number, n > 999 ? '999+' : String(n));
      text(spoken, counted ? `, ${n} ${counted}` : `, ${count(n, 'request')}`);
      number.hidden = n === 0;
      set(number, 'class', `badge${hot ? ' hot' : warm ? ' warm' : ''}`);
      note.hidden = !word;
      text(note, word);
      set(link, 'title', says || null);
      const here = desk.router.place;
      set(link, 'aria-current', here.kind === place.kind && here.name === place.name ? 'page' : null);
    },
  };
}

const heading = (id, words) => el('h2', { id, textContent: words });
const byName = (a, b) => (a.displayName || a.name).localeCompare(b.displayName || b.name);
