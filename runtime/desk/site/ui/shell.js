import { title } from './title.js';
import { Desk } from './desk.js';
import { dock } from './dock.js';
import { Drawer } from './drawer.js';
import { astray, el, set } from './dom.js';
import { inbox } from './inbox.js';
import { listen } from './shortcuts.js';
import { nav } from './nav.js';
import { notifier } from './notify.js';
import { pane } from './pane.js';
import { status } from './status.js';
import { topbar } from './topbar.js';

// One thing at a time is shown up to this width (and in style/shell.css).
const narrow = matchMedia('(max-width: 44rem)');

// shell shows the desk in root, and keeps it as it is until it is stopped.
export function shell(root, parts) {
  const desk = new Desk(parts);
  desk.drawer = new Drawer(desk);
  const live = status(desk);
  const top = topbar(desk, live.chip);
  const side = nav(desk);
  const cards = dock(desk);
  const list = inbox(desk);
  const talk = pane(desk);
  const veil = el('div', { class: 'veil', hidden: true });
  desk.focusMain = () => (narrow.matches && desk.router.request ? talk.node : document.getElementById('inbox-title')).focus({ preventScroll: true });
  const node = el('div', { class: 'shell', 'data-testid': 'desk' },
    el('button', { class: 'skip', type: 'button', textContent: 'Skip to the inbox', on: { click: desk.focusMain } }),
    top.node, live.banner, side.node, cards.node, el('main', { class: 'main' }, list.node, talk.node), veil,
    desk.toasts.node, desk.announcer.node);
  root.replaceChildren(node);
  desk.drawer.of({ shell: node, veil, nav: side.node });
  notifier(desk);
  listen(desk);

  let request = null;
  desk.onChange(() => {
    set(node, 'data-open', String(desk.router.request !== null));
    live.update();
    top.update();
    side.update();
    cards.update();
    const talking = talk.node.contains(document.activeElement);
    list.update();
    talk.update();
    if (talking && desk.router.request && astray()) talk.node.focus({ preventScroll: true });
    document.title = title(desk);
    // Where the conversation covers the inbox, the focus goes with what is seen.
    if (desk.router.request !== request && narrow.matches && desk.router.request && !talk.node.contains(document.activeElement)) talk.node.focus();
    request = desk.router.request;
  });
  // What came while one looked elsewhere is seen when one looks here again.
  window.addEventListener('focus', () => desk.changed(), { signal: desk.stopped });
  return desk;
}
