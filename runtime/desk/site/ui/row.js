import { ago, agoSpoken, dateTime, length, since } from '../core/time.js';
import { attention, joined } from '../core/attention.js';
import { join } from './act.js';
import { el, set, text } from './dom.js';
import { icon } from './icon.js';
import * as names from './names.js';

// row is one request in the inbox. choose(id) is called when it gets the focus.
export function row(desk, choose) {
  let request;
  let lists;
  const dot = el('span', { class: 'dot', 'aria-hidden': true });
  const state = el('span', { class: 'state-name' });
  const sign = el('span', { class: 'channel-sign' });
  const name = el('span', { class: 'row-name cut' });
  const mine = el('span', { class: 'joined', textContent: 'Joined' });
  const unseen = el('span', { class: 'badge hot' });
  const channel = el('span', { class: 'row-channel' });
  const identity = el('span', { class: 'cut' });
  const list = el('span', { class: 'row-list cut' });
  const who = el('span', { class: 'row-who cut' });
  const time = el('time', { class: 'row-time' });
  const wait = el('span', { class: 'pill' });
  const button = el('button', { class: 'button soft small row-join', type: 'button', tabIndex: -1, textContent: 'Join', on: { click: (event) => { event.stopPropagation(); join(desk, request, button); } } });

  const node = el('div', { class: 'row', role: 'row', tabIndex: -1, on: { click: () => { choose(request.id); desk.router.open(request.id); }, focus: () => choose(request.id) } },
    el('div', { class: 'cell-state', role: 'gridcell' }, dot, state),
    el('div', { class: 'cell-customer', role: 'gridcell' }, sign,
      el('div', { class: 'row-lines' },
        el('div', { class: 'row-line' }, name, mine, unseen),
        el('div', { class: 'row-line soft' }, channel, identity))),
    el('div', { class: 'cell-list', role: 'gridcell' }, list, who),
    el('div', { class: 'cell-time', role: 'gridcell' }, time, wait, button));

  return {
    node,
    update(next) {
      const now = desk.now();
      if (next !== request || lists !== desk.model.lists) show(next);
      text(time, ago(request.openedAt, now));
      set(time, 'aria-label', agoSpoken(request.openedAt, now));
      const { bucket } = attention(request, desk.model.lists.get(request.list), now);
      wait.hidden = bucket === 'Normal';
      if (!wait.hidden) {
        set(wait, 'class', `pill ${bucket.toLowerCase()}`);
        text(wait, `${bucket} ${length(since(request.waitingSince, now))}`);
        set(wait, 'title', `The customer has waited for ${length(since(request.waitingSince, now))}`);
      }
      const fresh = desk.model.conversations.get(request.id)?.unseen ?? 0;
      unseen.hidden = fresh === 0;
      text(unseen, `${fresh} new`);
    },
    // place puts it where it belongs, and says whether Tab reaches it and whether its
    // conversation is open.
    place(index, top, reachable, open) {
      node.style.transform = `translateY(${top}px)`;
      set(node, 'aria-rowindex', String(index + 2));
      set(node, 'tabIndex', reachable ? 0 : -1);
      set(button, 'tabIndex', reachable ? 0 : -1);
      set(node, 'aria-selected', String(open));
    },
  };

  function show(next) {
    request = next;
    lists = desk.model.lists;
    const { id, customer } = next;
    const type = names.channel(next.channelType);
    set(node, 'id', `row-${id}`);
    set(node, 'data-testid', `row-${id}`);
    set(node, 'data-state', next.state);
    text(state, names.states[next.state].name);
    set(state, 'title', `${names.states[next.state].name}: ${names.states[next.state].says}`);
    if (sign.dataset.type !== next.channelType) {
      sign.dataset.type = next.channelType;
      sign.replaceChildren(icon(type.icon));
    }
    text(name, names.customer(next));
    set(name, 'title', names.customer(next));
    const isMine = joined(next, desk.me);
    mine.hidden = !isMine;
    button.hidden = isMine;
    set(button, 'aria-label', `Join ${names.customer(next)}`);
    set(button, 'data-testid', `join-${id}`);
    text(channel, type.name);
    text(identity, customer.id);
    set(identity, 'title', `${next.channel}: ${customer.id}`);
    text(list, names.list(desk.model, next.list));
    set(list, 'title', names.list(desk.model, next.list));
    text(who, holders(next, desk.me));
    set(who, 'title', next.members.length ? `With ${holders(next, desk.me)}` : null);
    set(time, 'datetime', next.openedAt);
    set(time, 'title', `Since ${dateTime(next.openedAt)}`);
  }
}

// holders are those who are in it, whoever grabbed it first.
function holders({ members }, me) {
  const [first, ...others] = [...members].sort((a, b) => Number(b.owner ?? false) - Number(a.owner ?? false))
    .map((member) => (member.agent === me ? 'You' : member.agent) + (member.owner ? ' (owner)' : ''));
  return others.length > 1 ? `${first} and ${others.length} others` : [first, ...others].filter(Boolean).join(', ');
}
