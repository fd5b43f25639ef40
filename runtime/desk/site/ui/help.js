import { ask } from './dialog.js';
import { el } from './dom.js';

export const shortcuts = [
  ['↑ ↓', 'Move through the inbox'],
  ['Enter', 'Open the conversation'],
  ['J', 'Join it'],
  ['/', 'Find a customer'],
  ['A', 'Go to the alerts'],
  ['R', 'Write an answer'],
  ['Esc', 'Back to the inbox'],
  ['?', 'This help'],
];

// help lists the shortcuts, and lets one turn off those of a single key: who steers a
// page by speech would press them unawares.
export function help(desk) {
  return ask({
    name: 'help', title: 'Keyboard shortcuts', cancel: 'Done',
    build: () => [
      el('dl', { class: 'keys' }, shortcuts.map(([key, does]) => el('div', null, el('dt', null, key.split(' ').map((one) => el('kbd', { textContent: one }))), el('dd', { textContent: does })))),
      el('label', { class: 'switch-row', for: 'single-keys' },
        el('span', null, el('strong', { textContent: 'Single keys' }), el('small', { textContent: 'Letters and signs work wherever nothing is typed. The inbox\'s own keys always do.' })),
        el('input', { class: 'switch', type: 'checkbox', role: 'switch', id: 'single-keys', checked: desk.prefs.get('keys'), on: { change: (event) => desk.prefs.set('keys', event.target.checked) } })),
    ],
  });
}
