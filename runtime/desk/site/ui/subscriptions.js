import { ask } from './dialog.js';
import { el, keep, set, text } from './dom.js';
import { inWords } from './problems.js';

const policies = {
  Grab: 'Grab: the first who joins has it',
  Collaboration: 'Collaboration: several can join',
};

// subscriptions lets one choose which lists to be told of. A switch counts at once, and
// on every device.
export function subscriptions(desk) {
  const list = el('ul', { class: 'subscriptions' });
  const problem = el('p', { class: 'wrong', role: 'alert', hidden: true });
  const none = el('p', { class: 'nothing', textContent: 'No list is yours to subscribe to. Ask whoever looks after the lists for an AgentSubscription.' });
  const draw = () => {
    const lists = [...desk.model.lists.values()].sort((a, b) => (a.displayName || a.name).localeCompare(b.displayName || b.name));
    none.hidden = lists.length > 0;
    keep(list, lists, (one) => one.name, (one) => row(desk, one, problem));
  };
  desk.model.addEventListener('change', draw);
  draw();
  return ask({
    name: 'subscriptions', title: 'Subscribed lists', cancel: 'Done',
    says: 'You are told of new requests on the lists that are on. What you have joined stays yours when you turn one off.',
    build: () => [none, list, problem],
  }).finally(() => desk.model.removeEventListener('change', draw));
}

function row(desk, { name }, problem) {
  const title = el('strong');
  const description = el('small');
  const facts = el('span', { class: 'facts' });
  const input = el('input', { class: 'switch', type: 'checkbox', role: 'switch', id: `subscribe-${name}`, 'data-testid': `subscribe-${name}` });
  input.addEventListener('change', async () => {
    input.disabled = true;
    problem.hidden = true;
    try {
      await (input.checked ? desk.api.subscribe(name) : desk.api.unsubscribe(name));
    } catch (error) {
      input.checked = !input.checked;
      problem.hidden = false;
      text(problem, inWords(error));
    }
    input.disabled = false;
    input.focus();
  });
  return {
    node: el('li', null, el('label', { class: 'switch-row', for: `subscribe-${name}` }, el('span', null, title, description, facts), input)),
    update(list) {
      text(title, list.displayName || list.name);
      text(description, list.description ?? '');
      description.hidden = !list.description;
      const words = [list.role, policies[list.joinPolicy] ?? list.joinPolicy, ...(list.draining ? ['Ends: finish what is open'] : [])];
      keep(facts, words, (word) => word, (word) => ({ node: el('span', { class: word.startsWith('Ends') ? 'pill soon' : 'pill', textContent: word }) }));
      if (!input.disabled) set(input, 'checked', list.subscribed);
    },
  };
}
