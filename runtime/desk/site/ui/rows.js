import { join } from './act.js';
import { el, keep, set, text } from './dom.js';
import { row } from './row.js';

// How many rows above and below what is seen are there, too: a turn of the wheel.
const beyond = 12;

const still = matchMedia('(prefers-reduced-motion: reduce)');

// rows is the inbox's table. Only the rows that are seen are there, so that two thousand
// cost no more than twenty; each stands at its own place, and all have the same height.
//
// What one looks at stays where it is while rows come and go above it. One row can be
// reached with Tab, the others from it with the arrows.
export function rows(desk) {
  const space = el('div', { class: 'rows', role: 'rowgroup' });
  const probe = el('div', { class: 'row-probe', 'aria-hidden': true });
  const scroller = el('div', { class: 'rows-scroll' }, probe, space);
  const more = el('button', { class: 'button small more', type: 'button', hidden: true, on: { click: () => bottom() } });
  const head = el('div', { role: 'rowgroup', class: 'rows-head' },
    el('div', { role: 'row' }, ['Status', 'Customer', 'List', 'Time'].map((name) => el('div', { role: 'columnheader', textContent: name }))));
  const grid = el('div', { class: 'grid', role: 'grid', 'aria-labelledby': 'inbox-title', 'aria-colcount': 4, 'data-testid': 'inbox' }, head, scroller);
  const node = el('div', { class: 'grid-place' }, grid, more);

  let shown = []; // the requests, in order
  let height = 0;
  let active = null; // id of the row that Tab reaches
  let anchor = null; // {id, offset} of the first row that is seen
  let seenLast = null; // id of the last request when the end was last seen

  scroller.addEventListener('scroll', () => { hold(); draw(); }, { passive: true });
  new ResizeObserver(() => { height = probe.offsetHeight; draw(); }).observe(probe);
  new ResizeObserver(() => draw()).observe(scroller);

  // hold remembers what one looks at.
  function hold() {
    const at = Math.floor(scroller.scrollTop / (height || 1));
    anchor = scroller.scrollTop > 0 && shown[at] ? { id: shown[at].id, offset: scroller.scrollTop - at * height } : null;
  }

  function draw() {
    if (!height) height = probe.offsetHeight;
    if (!height) return;
    const first = Math.max(0, Math.floor(scroller.scrollTop / height) - beyond);
    const last = Math.min(shown.length, Math.ceil((scroller.scrollTop + scroller.clientHeight) / height) + beyond);
    space.style.height = `${shown.length * height}px`;
    const index = new Map();
    const visible = [];
    shown.forEach((request, i) => {
      // The row with the focus stays, wherever one scrolls to.
      if ((i < first || i >= last) && request.id !== active) return;
      index.set(request.id, i);
      visible.push(request);
    });
    keep(space, visible, (request) => request.id, () => row(desk, (id) => { active = id; })).forEach((part, id) => {
      part.place(index.get(id), index.get(id) * height, id === active, desk.router.request === id);
    });
    unseen();
  }

  // unseen tells of rows that came below what is seen, since its end was.
  function unseen() {
    const end = scroller.scrollTop + scroller.clientHeight >= shown.length * height - height / 2;
    if (end) seenLast = shown.at(-1)?.id ?? null;
    const at = seenLast === null ? -1 : shown.findIndex((request) => request.id === seenLast);
    const n = end || at < 0 ? 0 : shown.length - 1 - at;
    more.hidden = n === 0;
    text(more, `${n} new below`);
  }

  function bottom() {
    scroller.scrollTo({ top: scroller.scrollHeight, behavior: still.matches ? 'instant' : 'smooth' });
    select(shown.length - 1, { scroll: false });
  }

  // select makes a row the one with the focus.
  function select(i, { scroll = true } = {}) {
    const request = shown[Math.max(0, Math.min(shown.length - 1, i))];
    if (!request) return false;
    active = request.id;
    if (scroll) into(Math.max(0, Math.min(shown.length - 1, i)));
    draw();
    document.getElementById(`row-${request.id}`)?.focus({ preventScroll: true });
    return true;
  }

  function into(i) {
    const top = i * height;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + height > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + height - scroller.clientHeight;
  }

  // enter opens a conversation, and goes to where one writes.
  function enter(id) {
    desk.focusNext = id;
    desk.router.open(id);
    desk.changed();
  }

  const page = () => Math.max(1, Math.floor(scroller.clientHeight / height) - 1);
  const steps = { ArrowDown: () => 1, ArrowUp: () => -1, PageDown: page, PageUp: () => -page(), Home: () => -Infinity, End: () => Infinity };
  grid.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = shown.findIndex((request) => request.id === active);
    const request = shown[at];
    const onRow = event.target.getAttribute('role') === 'row';
    if (steps[event.key]) select(at + steps[event.key]());
    else if (onRow && request && (event.key === 'Enter' || event.key === ' ')) enter(request.id);
    else if (request && event.key.toLowerCase() === 'j' && !request.members.some((member) => member.agent === desk.me)) join(desk, request);
    else return;
    event.preventDefault();
  });

  return {
    node,
    update(requests) {
      const gone = shown.findIndex((request) => request.id === active);
      const focused = document.activeElement?.id === `row-${active}`;
      shown = requests;
      set(grid, 'aria-rowcount', String(requests.length + 1));
      // The row with the focus went: the one that took its place has it now.
      if (!requests.some((request) => request.id === active)) {
        active = requests[Math.max(0, Math.min(gone, requests.length - 1))]?.id ?? null;
        if (focused && active) queueMicrotask(() => document.getElementById(`row-${active}`)?.focus({ preventScroll: true }));
      }
      space.style.height = `${requests.length * height}px`;
      const at = anchor ? requests.findIndex((request) => request.id === anchor.id) : -1;
      if (at >= 0 && Math.abs(at * height + anchor.offset - scroller.scrollTop) >= 1) scroller.scrollTop = at * height + anchor.offset;
      draw();
    },
    // top shows the beginning: another part of the inbox was chosen.
    top() {
      scroller.scrollTop = 0;
      anchor = null;
      active = null;
      seenLast = null;
    },
    focus(id) {
      const at = shown.findIndex((request) => request.id === id);
      return select(at < 0 ? shown.findIndex((request) => request.id === active) : at);
    },
  };
}
