import { inbox as query } from '../core/attention.js';
import { count } from './count.js';
import { el, text } from './dom.js';
import { filters } from './filters.js';
import * as names from './names.js';
import { rows } from './rows.js';
import { subscriptions } from './subscriptions.js';

// inbox is the list of requests: a part of what is open, filtered and sorted.
export function inbox(desk) {
  const title = el('h1', { id: 'inbox-title', tabIndex: -1 });
  const says = el('p', { class: 'inbox-says' });
  const number = el('span', { class: 'inbox-number' });
  const filter = filters(desk);
  const grid = rows(desk);
  const empty = el('div', { class: 'empty' }, el('p', { class: 'empty-title' }), el('p'));
  const [emptyTitle, emptySays] = empty.children;
  const clear = el('button', { class: 'button small', type: 'button', textContent: 'Clear the filters', on: { click: () => filter.clear() } });
  const manage = el('button', { class: 'button primary', type: 'button', textContent: 'Choose lists', on: { click: async () => {
    await subscriptions(desk);
    if (!manage.checkVisibility()) title.focus(); // it went with what it was for
  } } });
  empty.append(clear, manage);

  const node = el('section', { class: 'inbox', 'aria-labelledby': 'inbox-title' },
    el('header', { class: 'inbox-head' }, el('div', { class: 'inbox-title' }, title, number), says),
    filter.node, grid.node, empty);

  let place = desk.router.place;
  desk.focusFind = () => filter.find();

  return {
    node,
    update() {
      if (desk.router.place !== place) {
        place = desk.router.place;
        grid.top();
      }
      const here = described(desk, place);
      text(title, here.title);
      text(says, here.says);
      says.hidden = !here.says;
      filter.update(place);
      const found = query(desk.model, { ...filter.chosen(), ...here.query }, desk.now());
      text(number, desk.model.loaded && desk.connection.status !== 'replaced' ? count(found.length, 'request') : '');
      grid.update(found);
      const nothing = found.length === 0;
      empty.hidden = !nothing;
      grid.node.hidden = nothing;
      if (nothing) {
        const why = reason(desk, place, filter.narrows());
        text(emptyTitle, why.title);
        text(emptySays, why.says);
        clear.hidden = !filter.narrows() || !desk.model.loaded;
        manage.hidden = !why.choose;
      }
      if (desk.returnTo && !desk.router.request) {
        if (!grid.focus(desk.returnTo)) title.focus();
        desk.returnTo = null;
      }
    },
  };
}

function described(desk, { kind, name }) {
  if (kind === 'list') {
    const list = desk.model.lists.get(name);
    return { title: list?.displayName || name, says: list?.description, query: { list: name } };
  }
  if (kind === 'channel') return { title: name, says: 'Everything of this channel', query: { channel: name } };
  const view = names.views.find((one) => one.id === name) ?? names.views[0];
  return { title: view.name, says: view.says, query: { view: view.id } };
}

// reason is why there is nothing, and what to do about it.
function reason(desk, { kind, name }, narrowed) {
  const { model } = desk;
  if (!model.loaded) return { title: 'Loading your inbox…', says: 'What is open on your lists comes in a moment.' };
  if (desk.connection.status === 'replaced') return { title: 'This window rests', says: 'You are connected elsewhere: what is open is shown there.' };
  if (narrowed) return { title: 'Nothing matches', says: 'There are no requests with these filters.' };
  const lists = [...model.lists.values()];
  if (lists.length === 0) return { title: 'No lists yet', says: 'No AgentSubscription names you or one of your groups. Ask whoever looks after the lists.' };
  if (kind === 'list' && !model.lists.has(name)) return { title: 'Not one of your lists', says: `There is no list "${name}", or it is not yours to see.` };
  if (kind === 'list' && !model.lists.get(name).subscribed) return { title: 'You are not subscribed', says: 'Turn the list on, and its requests come here.', choose: true };
  if (!lists.some((list) => list.subscribed) && kind === 'view' && name !== 'joined') return { title: 'You are subscribed to no list', says: 'Requests come in here from the lists that you choose.', choose: true };
  return nothing[kind === 'view' ? name : kind] ?? nothing.all;
}

const nothing = {
  all: { title: 'All caught up', says: 'New requests come in here by themselves, the newest at the bottom.' },
  joined: { title: 'You are in no conversation', says: 'Join a request, and it is here until you leave it.' },
  online: { title: 'Nobody is online', says: 'Channels that know say here which customers are there.' },
  repNeeded: { title: 'Nobody waits alone', says: 'Every customer who waits has somebody with them.' },
  pending: { title: 'No answers are due', says: 'Whoever is with a customer has answered.' },
  soon: { title: 'Nobody has waited long', says: 'Customers come here when they have waited for a while.' },
  overdue: { title: 'Nobody has waited too long', says: 'Well done. Keep it like this.' },
  list: { title: 'Nothing on this list', says: 'New requests come in here by themselves.' },
  channel: { title: 'Nothing from this channel', says: 'New requests come in here by themselves.' },
};
