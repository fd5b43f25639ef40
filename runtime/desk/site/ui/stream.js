import { customer } from './names.js';
import { day } from './day.js';
import { el, keep, set, text } from './dom.js';
import { bubble } from './bubble.js';
import { icon } from './icon.js';
import { moment } from '../core/time.js';

// Messages of one who goes on within this time stand together.
const together = 5 * 60_000;

// stream is what was said, the newest at the bottom, with who came and went between.
// It follows the end while one is there, and stays where it is while one reads above.
export function stream(desk, id) {
  const list = el('ol', { class: 'messages' });
  const scroller = el('div', { class: 'stream', role: 'log', 'aria-live': 'off', 'aria-label': 'Messages', tabIndex: 0, 'data-testid': 'messages' }, list);
  const loading = el('div', { class: 'loading', 'aria-hidden': true }, el('span'), el('span'), el('span'));
  const down = el('button', { class: 'button small more', type: 'button', hidden: true, on: { click: () => { end(); down.hidden = true; } } }, icon('down'), el('span', { textContent: 'New messages' }));
  const node = el('div', { class: 'stream-place' }, loading, scroller, down);

  let atEnd = true;
  let count = 0;
  scroller.addEventListener('scroll', () => {
    atEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 24;
    if (atEnd) down.hidden = true;
  }, { passive: true });
  new ResizeObserver(() => { if (atEnd) end(); }).observe(scroller);

  function end() {
    scroller.scrollTop = scroller.scrollHeight;
    atEnd = true;
  }

  return {
    node,
    update(request, talk) {
      const empty = !talk || (talk.state === 'loading' && talk.messages.length === 0);
      loading.hidden = !empty;
      scroller.hidden = empty;
      if (empty || !request) return;
      const parts = compose(desk, request, talk);
      keep(list, parts, (part) => part.key, (part) => (part.message ? bubble(desk, id) : line(part)));
      if (parts.length > count) {
        const own = parts.at(-1)?.mine;
        if (atEnd || own || count === 0) end();
        else down.hidden = false;
      } else if (atEnd) {
        end();
      }
      // What was said before one came is not read out; what comes now is.
      if (count === 0) setTimeout(() => set(scroller, 'aria-live', 'polite'), 1000);
      count = parts.length;
      set(scroller, 'aria-label', `Messages with ${customer(request)}`);
    },
  };
}

// compose puts messages, what happened, and days into the order of their times.
function compose(desk, request, talk) {
  const happened = desk.past.of(request).map((event) => ({ key: event.key, at: moment(event.at), says: event.says }));
  const said = talk.messages.map((message) => ({
    key: `message/${message.number}`, at: moment(message.at), message, mine: message.from.kind === 'agent' && message.from.name === desk.me,
  }));
  const sending = talk.sending.map((message) => ({
    key: `sending/${message.id}`, at: Infinity, mine: true, message: { ...message, from: { kind: 'agent', name: desk.me }, sending: !message.problem, problem: message.problem },
  }));
  const parts = [...said, ...happened].sort((a, b) => a.at - b.at).concat(sending);

  const composed = [];
  if (talk.messages[0]?.number > 1) composed.push({ key: 'earlier', says: 'Earlier messages are not kept here' });
  let today = '';
  let before = null;
  for (const part of parts) {
    const words = Number.isFinite(part.at) ? day(part.at, desk.now()) : today;
    if (words !== today) composed.push({ key: `day/${words}`, says: words, isDay: true });
    if (words !== today || !part.message || !before?.message) before = null;
    today = words;
    const from = part.message && `${part.message.from.kind}/${part.message.from.name}`;
    part.first = !before || before.from !== from || part.at - before.at > together;
    composed.push(part);
    before = { message: part.message, from, at: part.at };
  }
  return composed;
}

function line({ says, isDay }) {
  const words = el('span', { textContent: says });
  return { node: el('li', { class: isDay ? 'day' : 'happened' }, words), update: (part) => text(words, part.says) };
}
