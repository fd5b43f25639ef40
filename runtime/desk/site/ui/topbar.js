import { el, set, text } from './dom.js';
import { icon } from './icon.js';
import { initials } from './names.js';
import { help } from './help.js';
import { menu } from './menu.js';

// topbar is what is always there: the way to the views where they are not beside, the
// connection, help, and who one is.
export function topbar(desk, chip) {
  const views = el('button', {
    class: 'button plain square', id: 'open-nav', type: 'button', 'aria-label': 'Views and lists', 'aria-expanded': 'false', 'aria-controls': 'nav',
    on: { click: () => desk.drawer.toggle() },
  }, icon('menu'));

  const face = el('span', { class: 'face', 'aria-hidden': true });
  const name = el('span', { class: 'topbar-name cut' });
  const popover = menu(desk);
  const who = el('button', { class: 'button plain who', type: 'button', popovertarget: 'menu', 'data-testid': 'me', 'aria-haspopup': 'dialog' },
    face, name, el('span', { class: 'spoken', textContent: 'Settings and signing out' }), icon('chevron'));

  const node = el('header', { class: 'topbar' },
    views,
    el('a', { class: 'brand', href: '/desk/', on: { click: desk.link({ kind: 'view', name: 'all' }) } }, mark(), el('span', { textContent: 'Pullmode' }), el('span', { class: 'brand-soft', textContent: 'Desk' })),
    el('div', { class: 'topbar-end' }, chip,
      el('button', { class: 'button plain square keys-help', type: 'button', 'aria-label': 'Keyboard shortcuts', title: 'Keyboard shortcuts (?)', on: { click: () => help(desk) } }, icon('help')),
      who, popover.node));

  return {
    node,
    update() {
      text(face, initials(desk.me));
      text(name, desk.me);
      set(views, 'aria-expanded', String(desk.drawer.open));
      popover.update();
    },
  };
}

// mark is the product's sign: a request that is pulled from a list.
function mark() {
  const image = el('img', { class: 'mark', src: new URL('../icons/desk.svg', import.meta.url).pathname, alt: '', width: 24, height: 24 });
  return image;
}
