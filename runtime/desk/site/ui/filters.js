import { el, keep, set, text } from './dom.js';
import { icon } from './icon.js';
import { states } from './names.js';

// How the inbox can be sorted: what the query calls it, and people.
export const sorts = [
  ['arrived', 'Newest at the bottom'],
  ['-arrived', 'Newest at the top'],
  ['waiting', 'Longest waiting first'],
  ['customer', 'Customer'],
  ['list', 'List'],
  ['state', 'Status'],
];

// filters narrow the inbox by status, list, channel and customer, and say in what order
// it is. The order is kept for the next visit.
export function filters(desk) {
  const state = ['', 'UNREAD', 'ACTIVE', 'INACTIVE'].map((value) => {
    const input = el('input', { type: 'radio', name: 'state', value, checked: value === '', on: { change: () => desk.changed() } });
    return { input, node: el('label', null, input, el('span', { textContent: value ? states[value].name : 'Any' })) };
  });
  const list = select('List', 'filter-list', desk);
  const channel = select('Channel', 'filter-channel', desk);
  const sort = select('Sort', 'sort', desk);
  sort.append(...sorts.map(([value, name]) => el('option', { value, textContent: name })));
  sort.value = desk.prefs.get('sort');
  if (sort.selectedIndex < 0) sort.value = 'arrived';
  sort.addEventListener('change', () => desk.prefs.set('sort', sort.value));
  const find = el('input', { class: 'field quiet find', type: 'search', placeholder: 'Find a customer', 'aria-label': 'Find a customer', 'data-testid': 'find', on: { input: () => desk.changed() } });

  const more = el('div', { class: 'filters-more', id: 'filters-more' }, list, channel, sort);
  const toggle = el('button', { class: 'button square filters-toggle', type: 'button', 'aria-label': 'More filters, and the order', 'aria-expanded': 'false', 'aria-controls': 'filters-more', on: { click: () => {
    set(toggle, 'aria-expanded', String(more.classList.toggle('open')));
  } } }, icon('settings'));

  const node = el('div', { class: 'filters', role: 'search', 'aria-label': 'Filters' },
    el('fieldset', { class: 'segments', 'data-testid': 'filter-state' }, el('legend', { class: 'spoken', textContent: 'Status' }), state.map((one) => one.node)),
    find, toggle, more);

  const chosen = () => ({
    state: state.find((one) => one.input.checked)?.input.value || undefined,
    list: list.hidden ? undefined : list.value || undefined,
    channel: channel.hidden ? undefined : channel.value || undefined,
    text: find.value,
    sort: sort.value,
  });

  return {
    node, chosen,
    find() {
      desk.drawer.put();
      find.focus();
      find.select();
    },
    // narrows says whether anything is left out.
    narrows() {
      const now = chosen();
      return Boolean(now.state || now.list || now.channel || now.text.trim());
    },
    clear() {
      state.forEach((one) => set(one.input, 'checked', one.input.value === ''));
      list.value = channel.value = find.value = '';
      desk.changed();
      find.focus();
    },
    update(place) {
      list.hidden = place.kind === 'list';
      channel.hidden = place.kind === 'channel';
      const lists = [...desk.model.lists.values()].filter((one) => one.subscribed);
      options(list, 'All lists', lists.map((one) => [one.name, one.displayName || one.name]));
      const channels = [...new Set([...desk.model.rows.values()].map((row) => row.channel))].sort();
      if (channel.value && !channels.includes(channel.value)) channels.push(channel.value);
      options(channel, 'All channels', channels.map((name) => [name, name]));
    },
  };
}

function select(label, id, desk) {
  return el('select', { class: 'field quiet', 'aria-label': label, 'data-testid': id, on: { change: () => desk.changed() } });
}

// options keeps what can be chosen up to date, and the choice as it is.
function options(node, all, values) {
  keep(node, [['', all], ...values], ([value]) => value, ([value]) => {
    const option = el('option', { value });
    return { node: option, update: ([, name]) => text(option, name) };
  });
}
