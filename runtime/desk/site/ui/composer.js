import { accept, decline, join } from './act.js';
import { joined } from '../core/attention.js';
import { el, set, text } from './dom.js';
import { icon } from './icon.js';
import { inWords } from './problems.js';

// What a channel takes unless told otherwise, in Unicode code points, and from where on
// the counter calls attention to itself.
const most = 4096;
const near = 3800;

// composer is where one writes. What one has begun stays with its conversation.
export function composer(desk, id) {
  let request = null;
  const input = el('textarea', { class: 'composer-input', rows: 1, 'aria-label': 'Write an answer', placeholder: 'Write an answer…', enterkeyhint: 'send', 'data-testid': 'composer', 'aria-describedby': 'composer-hint composer-counter' });
  const counter = el('span', { class: 'counter', id: 'composer-counter', 'data-testid': 'counter' });
  const hint = el('span', { class: 'composer-hint', id: 'composer-hint', textContent: 'Enter sends, Shift + Enter begins a new line' });
  const button = el('button', { class: 'button primary', type: 'submit', 'data-testid': 'send' }, icon('send'), el('span', { textContent: 'Send' }));
  const form = el('form', { class: 'composer' }, input, el('div', { class: 'composer-foot' }, hint, counter, button));
  const why = el('p');
  const buttons = el('div', { class: 'closed-buttons' });
  const closed = el('div', { class: 'composer closed', 'data-testid': 'composer-closed' }, why, buttons);
  const node = el('footer', { class: 'composer-place' }, form, closed);

  input.value = desk.drafts.get(id) ?? '';
  input.addEventListener('input', changed);
  let newLine = false;
  input.addEventListener('keydown', (event) => {
    newLine = event.key === 'Enter' && event.shiftKey;
    // While an input method composes, Enter ends a word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  // Some keyboards on a screen say what they do, and not which key it was.
  input.addEventListener('beforeinput', (event) => {
    if (event.inputType !== 'insertLineBreak' || newLine) return;
    event.preventDefault();
    send();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send();
    input.focus();
  });
  const focus = () => {
    (form.hidden ? buttons.querySelector('button') : input)?.focus();
    return true;
  };
  desk.focusComposer = focus;

  let length = 0;
  function changed() {
    if (input.value) desk.drafts.set(id, input.value);
    else desk.drafts.delete(id);
    const was = length;
    length = [...input.value].length;
    const over = length - most;
    text(counter, over > 0 ? `${over} too many` : `${length} / ${most}`);
    counter.hidden = length === 0;
    set(counter, 'data-near', length >= near && over <= 0);
    set(counter, 'data-over', over > 0);
    set(input, 'aria-invalid', over > 0 ? 'true' : null);
    button.disabled = over > 0 || !input.value.trim();
    if (was <= most && over > 0) desk.announcer.say(`The message is over its limit of ${most} characters and cannot be sent.`, { urgent: true });
    else if (was < near && length >= near && over <= 0) desk.announcer.say(`${most - length} characters left.`);
    input.style.height = 'auto';
    if (input.scrollHeight) input.style.height = `${input.scrollHeight + 2}px`;
  }

  function send() {
    const words = input.value.trim();
    if (!words || [...words].length > most || !request) return;
    input.value = '';
    changed();
    desk.api.say(id, { text: words }).catch((problem) => {
      desk.announcer.say(`Not sent. ${inWords(problem)}`, { urgent: true });
      if (problem.is?.('no-outbound')) desk.mute.add(request.channel);
      desk.changed();
    });
  }

  let was = null;
  function update(next, talk) {
    request = next;
    if (!request) return;
    const reason = disabled(talk);
    form.hidden = Boolean(reason);
    closed.hidden = !reason;
    const says = reason?.says ?? '';
    if (was !== says) {
      if (reason) show(reason);
      else changed(); // it has a height only where it is seen
      was = says;
    }
    if (desk.focusNext === id) {
      desk.focusNext = null;
      focus();
    }
  }

  function show({ says, buttons: choices = [] }) {
    text(why, says);
    buttons.replaceChildren(...choices);
  }

  // disabled is why one cannot write here, and what to do about it; null where one can.
  function disabled(talk) {
    if (request.state === 'CLOSED' || talk?.state === 'closed') return { says: closing(request, talk, desk.me) };
    if (talk?.ended?.grabbedBy) return { says: `${talk.ended.grabbedBy} has grabbed this conversation.` };
    if (!joined(request, desk.me)) {
      const offer = [...desk.model.offers.values()].find((one) => one.request.id === id && one.from !== desk.me);
      if (offer) {
        const yes = el('button', { class: 'button primary', type: 'button', textContent: 'Accept', on: { click: () => accept(desk, offer, yes) } });
        const no = el('button', { class: 'button', type: 'button', textContent: 'Decline', on: { click: () => decline(desk, offer, no) } });
        return { says: offer.kind === 'transfer' ? `${offer.from} hands this conversation to you.` : `${offer.from} invites you to this conversation.`, buttons: [yes, no] };
      }
      const go = el('button', { class: 'button primary', type: 'button', textContent: 'Join to answer', 'data-testid': 'action-join', on: { click: () => join(desk, request, go) } });
      return { says: 'You are not in this conversation yet.', buttons: [go] };
    }
    if (desk.mute.has(request.channel)) return { says: 'This channel takes no answers from here. Answer where the channel lets you.' };
    return null;
  }

  return { node, update };
}

function closing({ closeReason, transferredTo }, talk, me) {
  const by = talk?.ended?.actor;
  if (transferredTo || closeReason === 'TRANSFERRED') return 'This conversation was handed to another list.';
  if (closeReason === 'CUSTOMER') return 'The customer has ended this conversation.';
  if (closeReason === 'INACTIVITY') return 'This conversation was closed, as nobody wrote for a long time.';
  if (by?.kind === 'agent') return by.name === me ? 'You have closed this conversation.' : `${by.name} has closed this conversation.`;
  return 'This conversation is closed.';
}
