import { ask } from './dialog.js';
import { el } from './dom.js';
import { count } from './count.js';

// signOut asks what is to become of the conversations that one is in, and ends the
// session.
export async function signOut(desk) {
  const held = [...desk.model.rows.values()].filter((row) => row.members.some((member) => member.agent === desk.me));
  const everything = el('input', { class: 'switch', type: 'checkbox', role: 'switch', id: 'leave-everything', checked: true });
  const sure = await ask({
    name: 'sign-out', title: 'Sign out?', action: 'Sign out',
    says: held.length === 0 ? 'You are in no conversation.' : `You are in ${count(held.length, 'conversation')}.`,
    build: () => held.length > 0 && el('label', { class: 'switch-row', for: 'leave-everything' },
      el('span', null, el('strong', { textContent: 'Leave everything' }), el('small', { textContent: 'Customers go back to the lists at once. Without it they wait for you for a short while.' })),
      everything),
    submit: async () => {
      if (held.length > 0 && everything.checked) await desk.api.logout();
    },
  });
  if (!sure) return;
  desk.stop();
  await desk.session.signOut();
  // Where the issuer has no page to sign out at, the desk's own is what follows.
  desk.signInAgain();
}
