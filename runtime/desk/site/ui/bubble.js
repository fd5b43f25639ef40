import { dateTime, timeOfDay } from '../core/time.js';
import { el, keep, set, text } from './dom.js';
import { attachment } from './attachment.js';
import { say } from './linked.js';
import { icon } from './icon.js';
import { inWords } from './problems.js';
import * as names from './names.js';

// bubble is one message: the customer's grey with their initials, one's own solid blue,
// other agents' between the two.
export function bubble(desk, id) {
  let message;
  const face = el('span', { class: 'face', 'aria-hidden': true });
  const who = el('span', { class: 'bubble-who' });
  const time = el('time');
  const words = el('p', { class: 'bubble-text' });
  const files = el('ul', { class: 'files' });
  const note = el('p', { class: 'bubble-note' });
  const why = el('span');
  const again = el('button', { class: 'button small', type: 'button', textContent: 'Try again', on: { click: () => resend(desk, id, message) } });
  const drop = el('button', { class: 'button small', type: 'button', textContent: 'Discard', on: { click: () => desk.model.dropUnsent(id, message.id) } });
  const failed = el('div', { class: 'bubble-failed' }, icon('failed'), why, again, drop);
  const node = el('li', { class: 'said' }, face,
    el('div', { class: 'bubble-place' }, el('p', { class: 'bubble-head' }, who, time), el('div', { class: 'bubble' }, words, files), note, failed));

  return {
    node,
    update(part) {
      message = part.message;
      const { from } = message;
      const by = from.kind === 'customer' ? 'customer' : part.mine ? 'me' : from.kind === 'agent' ? 'colleague' : 'system';
      const called = by === 'me' ? 'You' : by === 'customer' ? names.customer(desk.model.rows.get(id) ?? desk.model.conversations.get(id).request) : from.name;
      set(node, 'data-by', by);
      set(node, 'data-first', String(part.first));
      set(node, 'data-testid', message.number ? `message-${message.number}` : 'message-sending');
      text(face, names.initials(called));
      text(who, called);
      time.hidden = !message.at;
      if (message.at) {
        text(time, timeOfDay(message.at));
        set(time, 'datetime', message.at);
        set(time, 'title', message.sentAt ? `Written ${dateTime(message.sentAt)}, came ${dateTime(message.at)}` : dateTime(message.at));
      }
      say(words, message.text ?? '');
      words.hidden = !message.text;
      const attached = message.attachments ?? [];
      files.hidden = attached.length === 0;
      keep(files, attached, (file) => file.url + file.name, (file) => ({ node: attachment(file) }));
      note.hidden = !message.sending;
      text(note, message.sending ? 'Sending…' : '');
      const undelivered = message.delivery === 'failed';
      failed.hidden = !undelivered && !message.problem;
      text(why, message.problem ? `Not sent. ${inWords(message.problem)}` : `Not delivered${message.failure ? `: ${message.failure}` : ''}`);
      again.hidden = drop.hidden = !message.problem;
    },
  };
}

function resend(desk, id, { id: key, text: words, attachments, kind, attributes }) {
  desk.api.say(id, { text: words, attachments, kind, attributes }, key).catch(() => undefined); // the bubble says why
}
