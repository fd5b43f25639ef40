import { el, set, text } from './dom.js';

// Status says whether what one sees is live: a word in the top bar, always, and a
// banner below it when there is something to know or do.
export function status(desk) {
  const word = el('span');
  const chip = el('p', { class: 'live', 'data-testid': 'connection', role: 'status' }, el('span', { class: 'live-dot' }), word);
  const says = el('p');
  const countdown = el('span', { class: 'countdown' });
  const button = el('button', { class: 'button small', type: 'button' });
  const banner = el('div', { class: 'banner', hidden: true, role: 'region', 'aria-label': 'Connection', 'data-testid': 'banner' }, el('div', { class: 'banner-words' }, says, countdown), button);

  let was = null;
  let broken = false; // it was live, and is not
  let gap = false;
  let backUntil = 0;
  desk.connection.addEventListener('events', ({ detail }) => {
    if (detail.events.some((event) => event.type === 'gap')) gap = true;
  });
  button.addEventListener('click', () => actions[desk.connection.status]?.run(desk));

  return {
    chip, banner,
    update() {
      const now = desk.connection.status;
      if (now !== was) {
        if (now === 'live' && broken) {
          backUntil = Date.now() + 6000;
          desk.announcer.say(back(gap));
          broken = false;
        } else if (now !== 'live' && was === 'live') {
          broken = true;
          gap = false;
        }
        was = now;
      }
      const isBack = now === 'live' && Date.now() < backUntil;
      set(chip, 'data-status', isBack ? 'back' : now);
      text(word, isBack ? back(gap) : (words[now] ?? words.connecting));

      const what = now === 'reconnecting' && navigator.onLine === false ? offline : actions[now];
      banner.hidden = !what;
      if (!what) return;
      set(banner, 'data-status', now);
      text(says, what.says);
      text(countdown, now === 'reconnecting' || now === 'unavailable' ? next(desk.connection) : '');
      button.hidden = !what.button;
      text(button, what.button ?? '');
    },
  };
}

// next says when it is tried again, or why it is not.
function next({ retryAt, reason }) {
  if (retryAt === null) return reason || 'Trying…';
  return `Trying again in ${Math.max(1, Math.ceil((retryAt - Date.now()) / 1000))} s.`;
}

const back = (gap) => (gap ? 'Back, loaded anew' : 'Back, none missed');

const words = {
  connecting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Reconnecting…',
  replaced: 'In use elsewhere',
  unavailable: 'Not reachable',
  signedOut: 'Signed out',
};

const again = { button: 'Try now', run: (desk) => desk.connection.retry() };

const actions = {
  reconnecting: { says: 'The connection was lost. What you see may have changed.', ...again },
  unavailable: { says: 'The runtime cannot be reached just now.', ...again },
  replaced: { says: 'You are connected elsewhere, and this window rests.', button: 'Use here', run: (desk) => desk.connection.start() },
  signedOut: { says: 'Your session is over.', button: 'Sign in again', run: (desk) => desk.signInAgain() },
};

const offline = { says: 'You are offline. The desk goes on by itself when the network is back.', ...again };
