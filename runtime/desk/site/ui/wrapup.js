import { clock } from '../core/time.js';
import { ask } from './dialog.js';
import { el, text } from './dom.js';
import { customer } from './names.js';

// A request has one to five reasons (the API's own bound).
const most = 5;

// wrapUp asks what a conversation was about, while there is time for it.
export function wrapUp(desk, id) {
  const waiting = desk.model.wrapUps.get(id);
  const request = waiting?.request ?? desk.model.conversations.get(id)?.request ?? desk.model.rows.get(id);
  const list = desk.model.lists.get(request?.list);
  const reasons = list?.wrapUp?.reasons ?? [];
  const chosen = new Set();
  const note = el('textarea', { class: 'field', rows: 3, maxlength: 1000, id: 'wrap-up-note' });
  let timer;
  return ask({
    name: 'wrap-up', title: `Wrap up ${customer(request)}`, says: 'What was it about? Choose up to five.', action: 'Submit wrap-up', cancel: 'Later',
    build: (dialog) => {
      dialog.ready(false);
      const draw = () => {
        dialog.ready(chosen.size > 0);
        for (const box of boxes) box.disabled = !box.checked && chosen.size >= most;
      };
      const boxes = reasons.map(({ name }) => el('input', { type: 'checkbox', value: name, on: { change: (event) => {
        if (event.target.checked) chosen.add(name);
        else chosen.delete(name);
        draw();
      } } }));
      const time = el('p', { class: 'time-left', role: 'timer' });
      const until = waiting?.until;
      const tick = () => text(time, until ? `${clock(until - desk.now())} left. After that "${label(reasons, list?.wrapUp?.defaultReason)}" is taken.` : '');
      timer = setInterval(() => {
        tick();
        if (until && until < desk.now()) dialog.close(null);
      }, 1000);
      tick();
      return [
        el('fieldset', { class: 'chips' }, el('legend', { class: 'spoken', textContent: 'Reasons' }),
          boxes.map((box, i) => el('label', { class: 'chip' }, box, el('span', { textContent: reasons[i].displayName || reasons[i].name })))),
        el('div', null, el('label', { class: 'label', for: 'wrap-up-note', textContent: 'Note (optional)' }), note),
        time,
      ];
    },
    submit: async () => {
      await desk.api.wrapUp(id, { reasons: [...chosen], note: note.value.trim() });
      desk.toasts.done('Wrapped up.');
    },
  }).finally(() => clearInterval(timer));
}

function label(reasons, name) {
  const reason = reasons.find((one) => one.name === name);
  return reason?.displayName || name || 'the default reason';
}
