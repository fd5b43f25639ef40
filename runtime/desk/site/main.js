// Begins the desk: with the session of this tab, or where one signs in.
import { session } from './core/auth.js';
import { Live } from './core/live.js';
import { Prefs } from './ui/prefs.js';
import { shell } from './ui/shell.js';
import { signInPage } from './ui/signin.js';

const root = document.getElementById('desk');

async function begin() {
  let mine;
  try {
    mine = await session();
  } catch (error) {
    return signInPage(root, error.message);
  }
  if (!mine) return signInPage(root);
  const live = new Live({ session: mine });
  const desk = shell(root, { live, prefs: new Prefs(localStorage), signInAgain: () => { desk.stop(); signInPage(root); } });
  live.start();
}

begin();
