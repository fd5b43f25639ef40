// What happens to the machine that a desk runs on: it sleeps, and changes networks.

const LOOK_EVERY = 5000;
// A tab in the background is looked at once a minute by its browser: that is no sleep.
const SLEPT = 90_000;

/**
 * Calls wake when there may be a network again, or the machine has slept, or the tab is
 * looked at; lost when the browser says that there is none. Gives what ends that.
 *
 * wake's argument says whether whatever was open before is surely dead: after a sleep,
 * and in another network.
 */
export function watch({ wake, lost }, { target = globalThis, page = globalThis.document, now = Date.now } = {}) {
  let seen = now();
  const look = () => {
    const slept = now() - seen > SLEPT;
    seen = now();
    if (slept) wake(true);
  };
  const timer = setInterval(look, LOOK_EVERY);
  timer.unref?.();
  const heard = [
    [target, 'online', () => wake(true)],
    [target, 'offline', lost],
    [target, 'pageshow', (event) => event.persisted && wake(true)],
    [page, 'visibilitychange', () => page.visibilityState === 'visible' && (look(), wake(false))],
  ];
  for (const [on, type, handler] of heard) on?.addEventListener?.(type, handler);
  return () => {
    clearInterval(timer);
    for (const [on, type, handler] of heard) on?.removeEventListener?.(type, handler);
  };
}
