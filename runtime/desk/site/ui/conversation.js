import { el, set, text } from './dom.js';
import { composer } from './composer.js';
import { customer } from './names.js';
import { head } from './head.js';
import { inWords } from './problems.js';
import { stream } from './stream.js';
import { offered } from './offered.js';

// How often what one only looks at is fetched again.
const previewEvery = 10_000;

// conversation shows one request: who it is, what was said, and what one can do. It
// has it fetched.
export function conversation(desk, id) {
  const top = head(desk, id);
  const said = stream(desk, id);
  const offers = offered(desk, id);
  const bottom = composer(desk, id);
  bottom.node.prepend(offers.node);
  const failed = el('div', { class: 'empty' }, el('p', { class: 'empty-title', textContent: 'This conversation cannot be shown' }), el('p'),
    el('button', { class: 'button small', type: 'button', textContent: 'Try again', on: { click: () => load() } }));
  const node = el('article', { class: 'conversation', 'data-testid': `conversation-${id}`, 'aria-label': 'Conversation' }, top.node, said.node, failed, bottom.node);

  let busy = false;
  let fetchedAt = Date.now();
  let version = 0;
  async function load(fetch = () => desk.api.conversation(id)) {
    if (busy) return;
    busy = true;
    await fetch().catch(() => undefined); // the model has it, as a problem
    fetchedAt = Date.now();
    version = desk.model.conversations.get(id)?.request?.version ?? 0;
    busy = false;
    desk.changed();
  }
  load(() => desk.live.open(id));

  // due says whether there may be more than what is shown: nothing tells of the
  // messages of a conversation that one only looks at.
  function due(talk) {
    if (busy || talk?.state !== 'preview' || talk.problem || document.hidden || desk.connection.status !== 'live') return false;
    const age = Date.now() - fetchedAt;
    return age > previewEvery || (talk.request?.version > version && age > 500);
  }

  return {
    node,
    update() {
      const talk = desk.model.conversations.get(id);
      if (due(talk)) load();
      const request = talk?.request ?? desk.model.rows.get(id) ?? null;
      const broken = talk?.state === 'failed' || (!request && talk?.problem);
      failed.hidden = !broken;
      if (broken) text(failed.children[1], inWords(talk.problem));
      set(node, 'aria-busy', String(talk?.state === 'loading'));
      if (request) set(node, 'aria-label', `Conversation with ${customer(request)}`);
      top.update(request, talk);
      said.node.hidden = Boolean(broken);
      said.update(request, talk);
      offers.update();
      bottom.update(request, talk);
      bottom.node.hidden = Boolean(broken) || !request;
      if (talk?.unseen && !document.hidden && document.hasFocus()) desk.model.seen(id);
    },
  };
}
