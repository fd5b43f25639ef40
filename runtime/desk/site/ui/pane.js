import { el, keep } from './dom.js';
import { icon } from './icon.js';
import { conversation } from './conversation.js';

// pane is where the conversation is, or what is there instead. Each conversation has
// its own elements, which go with it.
export function pane(desk) {
  const place = el('div', { class: 'pane-place' });
  const node = el('section', { class: 'pane', id: 'conversation', 'aria-label': 'Conversation', tabIndex: -1 }, place);
  let before = null;
  return {
    node,
    update() {
      const id = desk.router.request;
      if (before !== id) putAside(desk, before);
      before = id;
      keep(place, [id ?? ''], (one) => one, () => (id ? conversation(desk, id) : welcome()));
    },
  };
}

// putAside forgets a conversation that one has only looked at: its messages would not be
// kept up, and a day has many.
function putAside(desk, id) {
  const talk = id && desk.model.conversations.get(id);
  if (talk && talk.state !== 'open' && talk.sending.length === 0) queueMicrotask(() => desk.model.forgetConversation(id));
}

function welcome() {
  return {
    node: el('div', { class: 'welcome' }, icon('chat'),
      el('p', { class: 'empty-title', textContent: 'No conversation is open' }),
      el('p', null, 'Choose a request, or press ', el('kbd', { textContent: '?' }), ' for the keys that take you there.')),
  };
}
