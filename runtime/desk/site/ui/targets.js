import { ask } from './dialog.js';
import { el, keep, set, text } from './dom.js';
import { icon } from './icon.js';
import { customer, initials } from './names.js';
import { inWords } from './problems.js';

const kinds = {
  transfer: {
    title: (name) => `Transfer ${name}`,
    says: 'To a list: it waits there for whoever joins. To an agent: you stay until they have taken it.',
    action: 'Transfer',
    offered: (target) => `Offered to ${target}. You stay until they take it.`,
    done: (name, list) => `${name} waits on ${list} now.`,
  },
  invite: {
    title: (name) => `Invite somebody to ${name}`,
    says: 'They come in beside you. Of a list, the first one who accepts.',
    action: 'Invite',
    offered: (target) => `${target} has been invited.`,
  },
};

// handOn asks to whom a conversation is to be transferred, or who is invited to it, and
// does so. It gives {agent} or {list}, or null; gone is called when the request is another list's.
export function handOn(desk, request, kind, gone) {
  const how = kinds[kind];
  const name = customer(request);
  let all = [];
  let chosen = null;
  return ask({
    name: kind, title: how.title(name), says: how.says, action: how.action,
    build: (dialog) => {
      dialog.ready(false);
      const options = el('div', { class: 'options', role: 'radiogroup', 'aria-label': 'To whom' });
      const empty = el('p', { class: 'nothing', textContent: 'Looking who is there…', role: 'status' });
      const find = el('input', { class: 'field', type: 'search', placeholder: 'Find an agent or a list', 'aria-label': 'Find an agent or a list', 'data-first': true, on: { input: () => draw() } });
      const draw = () => {
        const wanted = find.value.trim().toLocaleLowerCase();
        const shown = all.filter((target) => target.name.toLocaleLowerCase().includes(wanted));
        keep(options, shown, (target) => target.key, (target) => ({ node: option(target, () => { chosen = target; dialog.ready(true); }) }));
        if (chosen && !shown.includes(chosen)) {
          chosen = null;
          dialog.ready(false);
          options.querySelectorAll('input').forEach((input) => set(input, 'checked', false));
        }
        empty.hidden = shown.length > 0;
        text(empty, wanted ? 'Nobody and no list is called that.' : 'There is no other list, and no other agent is connected now.');
      };
      desk.api.targets().then(({ lists, agents }) => {
        all = [
          ...lists.filter((list) => kind === 'invite' || list.name !== request.list).map((list) => ({ key: `list/${list.name}`, list: list.name, name: list.displayName })),
          ...agents.filter((agent) => agent.name !== desk.me && !request.members.some((member) => member.agent === agent.name)).map((agent) => ({ key: `agent/${agent.name}`, agent: agent.name, name: agent.name })),
        ];
        draw();
      }, (problem) => text(empty, inWords(problem)));
      return [find, options, empty];
    },
    submit: async () => {
      const target = chosen.list ? { list: chosen.list } : { agent: chosen.agent };
      const answer = await desk.api[kind](request.id, target);
      desk.toasts.done(answer.offer ? how.offered(chosen.name) : how.done(name, chosen.name));
      return target;
    },
    done: ({ list }) => list && kind === 'transfer' && gone(),
  });
}

function option(target, choose) {
  return el('label', { class: 'option' },
    el('input', { type: 'radio', name: 'target', value: target.key, on: { change: choose } }),
    target.list ? el('span', { class: 'face list' }, icon('list')) : el('span', { class: 'face', 'aria-hidden': true, textContent: initials(target.name) }),
    el('span', { class: 'cut', textContent: target.name }),
    el('span', { class: 'option-kind', textContent: target.list ? 'List' : 'Agent' }));
}
