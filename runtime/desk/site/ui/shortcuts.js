import { join } from './act.js';
import { help } from './help.js';

// listen makes the keys do what the help says. Nothing happens while one types, while a
// dialog is open, or with another key held.
export function listen(desk) {
  const keydown = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape') {
      escape(desk, event);
      return;
    }
    if (event.target.closest?.('input, textarea, select, [contenteditable]') || !desk.prefs.get('keys')) return;
    const act = keys[event.key.toLowerCase()];
    if (act && act(desk) !== false) event.preventDefault();
  };
  document.addEventListener('keydown', keydown, { signal: desk.stopped });
}

const keys = {
  '?': (desk) => { help(desk); },
  '/': (desk) => desk.focusFind(),
  a: (desk) => desk.focusAlerts(),
  r: (desk) => (desk.router.request ? desk.focusComposer?.() : false),
  j: (desk) => {
    const request = desk.model.rows.get(desk.router.request);
    if (!request || request.members.some((member) => member.agent === desk.me)) return false;
    join(desk, request);
    return true;
  },
};

function escape(desk, event) {
  if (document.querySelector(':popover-open')) return;
  if (desk.drawer.open) {
    desk.drawer.toggle(false);
  } else if (desk.router.request) {
    desk.leaveTo(desk.router.request);
  } else {
    return;
  }
  event.preventDefault();
}
