import { el, text } from './dom.js';
import { icon } from './icon.js';
import { inWords } from './problems.js';

// ask shows a dialog over everything and gives what it was closed with: null where one
// thought better of it. build(dialog) gives its contents; submit(dialog) does what it is
// for, and if that fails the dialog stays and says why. done(result) is called in the
// moment that the dialog goes, so that it can say where the focus belongs now.
//
// The browser's own dialog keeps the focus inside, closes with Escape, and gives the
// focus back to where it was.
export function ask({ title, says, build, submit, done, action, danger = false, cancel = 'Cancel', wide = false, name }) {
  return new Promise((resolve) => {
    const problem = el('p', { class: 'wrong', role: 'alert', hidden: true });
    const go = action && el('button', { class: `button ${danger ? 'danger' : 'primary'}`, type: 'submit', textContent: action });
    const no = el('button', { class: 'button', type: 'button', textContent: cancel, on: { click: () => node.close() } });
    const body = el('div', { class: 'dialog-body' });
    const form = el('form', { class: 'dialog-form', novalidate: true },
      el('header', { class: 'dialog-head' },
        el('h2', { id: 'dialog-title', textContent: title }),
        el('button', { class: 'button plain square small', type: 'button', 'aria-label': 'Close', on: { click: () => node.close() } }, icon('cross'))),
      says && el('p', { class: 'dialog-says', id: 'dialog-says', textContent: says }),
      body, problem,
      el('footer', { class: 'dialog-foot' }, no, go));
    const node = el('dialog', {
      class: wide ? 'dialog wide' : 'dialog', 'aria-labelledby': 'dialog-title', 'aria-describedby': says && 'dialog-says', 'data-testid': name && `dialog-${name}`,
    }, form);

    let result = null;
    const dialog = {
      node,
      close: (value) => { result = value; node.close(); },
      ready: (is) => { if (go) go.disabled = !is; },
    };
    body.append(...[build?.(dialog)].flat().filter(Boolean));
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (!go || go.disabled || go.getAttribute('aria-busy') === 'true') return;
      go.setAttribute('aria-busy', 'true');
      problem.hidden = true;
      try {
        dialog.close((await submit(dialog)) ?? true);
        done?.(result);
      } catch (error) {
        problem.hidden = false;
        text(problem, inWords(error));
      }
      go.removeAttribute('aria-busy');
    });
    // A press beside the dialog is on the dialog element itself, whose form fills it.
    node.addEventListener('pointerdown', (event) => { if (event.target === node) node.close(); });
    node.addEventListener('close', () => {
      node.remove();
      resolve(result);
    });
    document.body.append(node);
    node.showModal();
    // The first thing to do in it; where there is none, what does no harm.
    (node.querySelector('[data-first]') ?? body.querySelector('input, select, textarea, button') ?? no).focus();
  });
}
