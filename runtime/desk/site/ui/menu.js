import { el, keep, set, text } from './dom.js';
import { icon } from './icon.js';
import { signOut } from './leaving.js';
import { allowNotifications } from './notify.js';

// menu is what belongs to who sits here: what they hold, what they like, and the way out.
export function menu(desk) {
  const name = el('p', { class: 'menu-name cut' });
  const groups = el('p', { class: 'menu-groups' });
  const load = el('ul', { class: 'load' });
  const sound = toggle('Play a sound for new alerts', 'sound', () => desk.prefs.set('sound', sound.input.checked));
  const notifications = toggle('Show alerts outside of this window', 'notifications', async () => {
    const allowed = notifications.input.checked && (await allowNotifications());
    if (notifications.input.checked && !allowed) desk.toasts.failed('This browser does not let the desk show notifications. Allow it in the settings of the site.');
    notifications.input.checked = allowed;
    desk.prefs.set('notifications', allowed);
  });
  const themes = ['system', 'light', 'dark'].map((theme) => el('label', null,
    el('input', { type: 'radio', name: 'theme', value: theme, checked: desk.prefs.get('theme') === theme, on: { change: () => paint(desk, theme) } }),
    el('span', { textContent: { system: 'System', light: 'Light', dark: 'Dark' }[theme] })));

  const node = el('div', { class: 'menu', id: 'menu', popover: 'auto', role: 'dialog', 'aria-label': 'Settings' },
    el('div', { class: 'menu-part' }, name, groups, load),
    el('div', { class: 'menu-part' },
      el('fieldset', { class: 'menu-row' }, el('legend', { class: 'spoken', textContent: 'Colours' }), el('span', { 'aria-hidden': true, textContent: 'Colours' }), el('div', { class: 'segments' }, themes)),
      sound.node, notifications.node),
    el('div', { class: 'menu-part' },
      el('button', { class: 'button plain menu-button', type: 'button', on: { click: () => { node.hidePopover(); signOut(desk); } } }, icon('signOut'), 'Sign out…')));

  return {
    node,
    update() {
      text(name, desk.me);
      const me = desk.model.me;
      text(groups, me?.groups?.length ? me.groups.join(', ') : 'In no group');
      set(sound.input, 'checked', desk.prefs.get('sound'));
      set(notifications.input, 'checked', desk.prefs.get('notifications'));
      keep(load, me?.load ?? [], (one) => one.mediaRoutingDomain, domain);
    },
  };
}

// domain says how many requests one has of a media routing domain, of how many one may.
function domain() {
  const label = el('span');
  const number = el('span', { class: 'load-number' });
  const bar = el('meter', { class: 'load-bar', min: 0 });
  return {
    node: el('li', null, label, number, bar),
    update({ displayName, mediaRoutingDomain, joined, maxRequests }) {
      text(label, displayName || mediaRoutingDomain);
      text(number, maxRequests ? `${joined} of ${maxRequests}` : String(joined));
      bar.hidden = !maxRequests;
      set(bar, 'max', maxRequests || 1);
      set(bar, 'value', joined);
      set(bar, 'high', maxRequests || 1);
      set(bar, 'aria-label', `${displayName || mediaRoutingDomain}: ${joined} of ${maxRequests}`);
    },
  };
}

function toggle(words, name, change) {
  const input = el('input', { class: 'switch', type: 'checkbox', role: 'switch', id: `prefer-${name}`, on: { change } });
  return { input, node: el('label', { class: 'menu-row', for: `prefer-${name}` }, el('span', { textContent: words }), input) };
}

function paint(desk, theme) {
  desk.prefs.set('theme', theme);
  window.dispatchEvent(new CustomEvent('pullmode:theme', { detail: theme }));
}
