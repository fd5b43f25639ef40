import { issuers, signIn } from '../core/auth.js';
import { el } from './dom.js';
import { icon } from './icon.js';
import { inWords } from './problems.js';

// signInPage shows where one can sign in, and what went wrong where something did.
export function signInPage(root, trouble = '') {
  const choices = el('div', { class: 'issuers' }, el('p', { class: 'nothing', role: 'status', textContent: 'One moment…' }));
  const problem = el('p', { class: 'wrong', role: 'alert', hidden: !trouble, textContent: trouble });
  const heading = el('h1', { textContent: 'Sign in to your desk', tabIndex: -1 });
  root.replaceChildren(el('main', { class: 'sign-in', 'data-testid': 'sign-in' },
    el('div', { class: 'sign-in-card' },
      el('img', { class: 'sign-in-mark', src: new URL('../icons/desk.svg', import.meta.url).pathname, alt: '', width: 48, height: 48 }),
      heading,
      el('p', { class: 'sign-in-says', textContent: 'Requests of your customers wait on lists. Take up the ones that you want.' }),
      problem, choices)));
  document.title = 'Sign in · Pullmode Desk';

  const wrong = (error) => {
    problem.textContent = inWords(error);
    problem.hidden = false;
  };
  const load = async () => {
    try {
      const all = await issuers();
      choices.replaceChildren(...(all.length ? all.map((one) => choice(one, all.length, wrong)) : [el('p', { class: 'nothing', textContent: 'No issuer is set up to sign in with. Whoever runs this runtime names one in its authentication.' })]));
    } catch (error) {
      wrong(error);
      choices.replaceChildren(el('button', { class: 'button', type: 'button', textContent: 'Try again', on: { click: () => { problem.hidden = true; load(); } } }));
    }
  };
  return load();
}

function choice(issuer, of, wrong) {
  const host = name(issuer.issuer);
  const button = el('button', {
    class: 'button primary big', type: 'button', 'data-testid': 'sign-in-with', disabled: Boolean(issuer.unavailable),
    on: { click: async () => {
      button.setAttribute('aria-busy', 'true');
      try {
        await signIn(issuer);
      } catch (error) {
        wrong(error);
      }
      button.removeAttribute('aria-busy');
    } },
  }, icon('person'), el('span', { class: 'cut', textContent: of > 1 ? `Sign in with ${host}` : 'Sign in' }));
  const note = issuer.unavailable ? 'cannot be reached just now' : of > 1 ? '' : `with ${host}`;
  return el('div', null, button, note && el('p', { class: 'sign-in-note', textContent: issuer.unavailable ? `${host} ${note}` : note }));
}

function name(url) {
  try {
    const { host, pathname } = new URL(url);
    return host + (pathname === '/' ? '' : pathname);
  } catch {
    return url;
  }
}
