import { accept, decline, dismiss, dismissAll, join } from './act.js';
import { clock, length, since } from '../core/time.js';
import { astray, el, keep, set, text } from './dom.js';
import { icon } from './icon.js';
import * as names from './names.js';
import { path } from './place.js';
import { wrapUp } from './wrapup.js';

// More cards than this at once help nobody; the inbox has them all.
const most = 30;

// dock is where what asks for one's attention stands until one has seen to it: offers,
// wrap-ups and alerts. It takes room of its own, so that it covers nothing.
export function dock(desk) {
  const offers = el('ul', { class: 'cards' });
  const wraps = el('ul', { class: 'cards dock-wraps' });
  const alerts = el('ul', { class: 'cards', 'data-testid': 'alerts' });
  const title = el('h2', { textContent: 'Alerts', id: 'dock-title' });
  const number = el('span', { class: 'badge hot' });
  const all = el('button', { class: 'button plain small', type: 'button', textContent: 'Dismiss all', 'data-testid': 'dismiss-all', on: { click: () => dismissAll(desk, all) } });
  const rest = el('p', { class: 'dock-rest' });
  const alertPart = el('div', { class: 'dock-alerts' }, el('div', { class: 'dock-head' }, title, number, all), alerts, rest);
  const node = el('section', { class: 'dock', 'aria-label': 'Alerts and offers', hidden: true }, offers, wraps, alertPart);

  desk.focusAlerts = () => {
    desk.drawer.put();
    const first = node.querySelector('.card a, .card button');
    first?.focus();
    return Boolean(first);
  };

  return {
    node,
    update() {
      const { model } = desk;
      const now = desk.now();
      // A card that goes with the focus on it hands it to its neighbour of the same kind.
      const had = node.contains(document.activeElement);
      const among = [offers, wraps, alerts].find((cards) => cards.contains(document.activeElement));
      const at = [...(among?.children ?? [])].findIndex((card) => card.contains(document.activeElement));
      const toMe = [...model.offers.values()].filter((offer) => offer.from !== desk.me);
      keep(offers, toMe, (offer) => offer.id, (offer) => offerCard(desk, offer));
      keep(wraps, [...model.wrapUps].filter(([, one]) => one.until > now), ([id]) => id, ([id]) => wrapCard(desk, id));
      const standing = [...model.alerts].reverse();
      keep(alerts, standing.slice(0, most), ([id]) => id, ([id]) => alertCard(desk, id));
      alertPart.hidden = standing.length === 0;
      text(number, String(standing.length));
      all.hidden = standing.length < 2;
      rest.hidden = standing.length <= most;
      text(rest, `and ${standing.length - most} more in the inbox`);
      const nothing = standing.length === 0 && offers.children.length === 0 && wraps.children.length === 0;
      node.hidden = nothing;
      set(node, 'data-urgent', offers.children.length > 0);
      if (had && astray()) {
        const next = among?.children[Math.min(at, among.children.length - 1)];
        if (next) next.querySelector('.cross, .card-buttons :last-child').focus(); // what does no harm
        else desk.focusMain();
      }
    },
  };
}

function alertCard(desk, id) {
  const link = el('a', { class: 'card-name cut', href: path({ request: id }), on: { click: desk.link({ request: id }) } });
  const where = el('p', { class: 'card-says cut' });
  const joining = el('button', { class: 'button soft small', type: 'button', textContent: 'Join', on: { click: () => join(desk, desk.model.alerts.get(id)?.request ?? { id }, joining) } });
  const cross = el('button', { class: 'button plain square small cross', type: 'button', on: { click: () => dismiss(desk, id, cross) } }, icon('cross'));
  return {
    node: el('li', { class: 'card alert', 'data-testid': `alert-${id}` }, link, cross, where, joining),
    update([, { request, raisedAt }]) {
      const name = names.customer(request);
      text(link, name);
      set(link, 'title', `Open ${name}`);
      text(where, `${names.list(desk.model, request.list)} · ${age(raisedAt, desk.now())}`);
      set(cross, 'aria-label', `Dismiss the alert of ${name}`);
      set(joining, 'aria-label', `Join ${name}`);
    },
  };
}

// age is how long ago an alert was raised, in as few letters as there are.
function age(at, now) {
  const passed = since(at, now);
  return passed < 60_000 ? 'now' : length(passed);
}

function offerCard(desk, { id, expiresAt }) {
  // Events do not know until when it stands.
  if (!expiresAt) desk.api.offers().catch(() => undefined);
  const title = el('span', { class: 'card-name cut' });
  const says = el('p', { class: 'card-says' });
  const time = el('span', { class: 'pill soon' });
  const yes = el('button', { class: 'button primary small', type: 'button', textContent: 'Accept', on: { click: () => accept(desk, desk.model.offers.get(id), yes) } });
  const no = el('button', { class: 'button small', type: 'button', textContent: 'Decline', on: { click: () => decline(desk, desk.model.offers.get(id), no) } });
  let said = false;
  return {
    node: el('li', { class: 'card offer', 'data-testid': `offer-${id}` }, card(title, time, says), el('div', { class: 'card-buttons' }, yes, no)),
    update(offer) {
      const name = names.customer(offer.request);
      text(title, name);
      set(title, 'title', name);
      const words = offer.kind === 'transfer' ? `${offer.from} hands over to you` : `${offer.from} invites ${offer.list ? names.list(desk.model, offer.list) : 'you'}`;
      text(says, words);
      time.hidden = !offer.expiresAt;
      if (offer.expiresAt) text(time, clock(Date.parse(offer.expiresAt) - desk.now()));
      set(yes, 'aria-label', `Accept ${name}`);
      set(no, 'aria-label', `Decline ${name}`);
      if (!said) desk.announcer.say(`${words}: ${name}.`);
      said = true;
    },
  };
}

function wrapCard(desk, id) {
  const title = el('span', { class: 'card-name cut' });
  const time = el('span', { class: 'pill' });
  const button = el('button', { class: 'button small', type: 'button', textContent: 'Choose reasons', on: { click: () => wrapUp(desk, id) } });
  return {
    node: el('li', { class: 'card', 'data-testid': `wrapup-${id}` }, card(title, time, el('p', { class: 'card-says', textContent: 'Wrap-up is due' })), el('div', { class: 'card-buttons' }, button)),
    update([, { request, until }]) {
      text(title, names.customer(request));
      text(time, clock(until - desk.now()));
      set(button, 'aria-label', `Choose reasons for ${names.customer(request)}`);
    },
  };
}

// card is what a card says: whom it is about, how much time there is, and what for.
const card = (title, time, says) => el('div', { class: 'card-words' }, el('p', { class: 'card-line' }, title, time), says);
