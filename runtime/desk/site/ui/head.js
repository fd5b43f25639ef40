import { ago, dateTime } from '../core/time.js';
import { joined } from '../core/attention.js';
import { close, invite, leave, remove, transfer } from './act.js';
import { el, keep, set, text } from './dom.js';
import { icon } from './icon.js';
import * as names from './names.js';
import { facts } from './facts.js';
import { wrapUp } from './wrapup.js';

// head says whom one talks to and who else is there, and has what one can do.
export function head(desk, id) {
  let request = null;
  const back = el('button', { class: 'button plain square back', type: 'button', 'aria-label': 'Back to the inbox', on: { click: () => desk.leaveTo(id) } }, icon('back'));
  const alerts = el('span', { class: 'badge hot', hidden: true, 'aria-hidden': true });
  back.append(alerts);
  const face = el('span', { class: 'face big', 'aria-hidden': true });
  const name = el('h1', { class: 'cut', id: 'conversation-title' });
  const presence = el('span', { class: 'presence' });
  const where = el('p', { class: 'head-where' });
  const people = el('ul', { class: 'people', 'aria-label': 'In this conversation' });
  const details = facts(desk);

  const button = (label, sign, run, classes = '') => {
    const node = el('button', { class: `button ${classes}`, type: 'button', title: label, 'aria-label': label, 'data-testid': `action-${label.toLowerCase().replaceAll(' ', '-')}`, on: { click: () => run(desk, request, node) } },
      icon(sign), el('span', { class: 'button-word', textContent: label }));
    return node;
  };
  const actions = {
    transfer: button('Transfer', 'transfer', transfer, 'brief'),
    invite: button('Invite', 'invite', invite, 'brief'),
    wrapUp: button('Wrap up', 'wrapUp', () => wrapUp(desk, id), 'brief'),
    leave: button('Leave', 'leave', leave),
    close: button('Close', 'close', close),
  };
  const toolbar = el('div', { class: 'actions', role: 'group', 'aria-label': 'What you can do' }, Object.values(actions));
  const bottom = el('div', { class: 'head-bottom' }, people, toolbar);
  const node = el('header', { class: 'head' },
    el('div', { class: 'head-top' }, back, face, el('div', { class: 'head-words' }, el('div', { class: 'head-name' }, name, presence), where), details.button),
    bottom, details.node);

  return {
    node,
    update(next, talk) {
      request = next;
      alerts.hidden = desk.model.alerts.size === 0;
      text(alerts, String(desk.model.alerts.size));
      set(back, 'aria-label', desk.model.alerts.size ? `Back to the inbox, ${desk.model.alerts.size} alerts` : 'Back to the inbox');
      bottom.hidden = !request;
      if (!request) {
        text(name, talk?.problem ? 'Not available' : 'Loading…');
        return;
      }
      const who = names.customer(request);
      const type = names.channel(request.channelType);
      text(face, names.initials(who));
      text(name, who);
      set(name, 'title', who);
      text(where, `${type.name} · ${request.customer.id} · ${names.list(desk.model, request.list)}`);
      there(presence, request.presence, desk.now());
      keep(people, request.members, (member) => member.agent, () => person(desk, id));
      people.hidden = request.members.length === 0;
      details.update(request);
      offer(actions, desk, request, talk);
      toolbar.hidden = Object.values(actions).every((action) => action.hidden);
      bottom.hidden = people.hidden && toolbar.hidden;
    },
  };
}

// offer shows what one may do, as far as the desk can know; the runtime decides.
function offer(actions, desk, request, talk) {
  const list = desk.model.lists.get(request.list);
  const isIn = joined(request, desk.me);
  const admin = list?.role === 'Admin';
  const open = request.state !== 'CLOSED' && talk?.state !== 'closed';
  actions.leave.hidden = !open || !isIn;
  actions.transfer.hidden = !open || !(isIn || admin);
  actions.invite.hidden = !open || !isIn;
  actions.close.hidden = !open || !(admin || (isIn && list?.closePolicy !== 'Admins') || (list?.closePolicy === 'Subscribers' && list.subscribed));
  actions.wrapUp.hidden = !(list?.wrapUp && isIn) && !desk.model.wrapUps.has(request.id);
}

// there says whether the customer is, where the channel knows.
function there(node, presence, now) {
  node.hidden = !presence;
  if (!presence) return;
  set(node, 'data-online', String(presence.online));
  const last = presence.lastActiveAt ? `Last active ${ago(presence.lastActiveAt, now)}` : 'Offline';
  text(node, [presence.online ? 'Online' : last, presence.location].filter(Boolean).join(' · '));
}

// person is somebody who is in the conversation; Admins can remove others.
function person(desk, id) {
  const face = el('span', { class: 'face small', 'aria-hidden': true });
  const name = el('span', { class: 'cut' });
  const out = el('button', { class: 'remove', type: 'button' }, icon('cross'));
  const node = el('li', { class: 'person' }, face, name, out);
  let agent = '';
  out.addEventListener('click', () => remove(desk, desk.model.conversations.get(id)?.request ?? desk.model.rows.get(id), agent));
  return {
    node,
    update(member) {
      agent = member.agent;
      const request = desk.model.rows.get(id);
      const mark = member.owner ? ' (owner)' : member.invited ? ' (invited)' : member.admin ? ' (admin)' : '';
      text(face, names.initials(agent));
      text(name, (agent === desk.me ? 'You' : agent) + mark);
      set(node, 'title', `${agent}, since ${dateTime(member.joinedAt)}`);
      out.hidden = agent === desk.me || desk.model.lists.get(request?.list)?.role !== 'Admin';
      set(out, 'aria-label', `Remove ${agent}`);
    },
  };
}
