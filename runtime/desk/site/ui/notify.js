import { count } from './count.js';
import * as names from './names.js';

// notifier calls attention to alerts that are new: it says them, and rings and shows
// them outside of the window where that was asked for. What stood when the desk was
// opened rings for nobody.
export function notifier(desk) {
  let fresh = [];
  desk.model.addEventListener('alert', ({ detail }) => {
    // What comes together is told together.
    if (fresh.length === 0) queueMicrotask(() => { call(desk, fresh); fresh = []; });
    fresh = [...fresh, detail.request];
  });
}

function call(desk, requests) {
  const [request] = requests;
  const what = requests.length === 1 ? names.customer(request) : count(requests.length, 'new request');
  const where = `on ${names.some([...new Set(requests.map((one) => names.list(desk.model, one.list)))])}`;
  desk.announcer.say(requests.length === 1 ? `New request: ${what} ${where}.` : `${what} ${where}.`);
  if (desk.prefs.get('sound')) ring();
  if (desk.prefs.get('notifications') && document.hidden) show(desk, what, `New request ${where}`, request);
}

function show(desk, title, body, request) {
  if (globalThis.Notification?.permission !== 'granted') return;
  // One of each request, so that a device that woke up late has no pile of them.
  const shown = new Notification(title, { body, tag: request.id });
  shown.addEventListener('click', () => {
    window.focus();
    desk.router.open(request.id);
    shown.close();
  });
}

// allowNotifications asks the browser, and says whether it lets us.
export async function allowNotifications() {
  if (!globalThis.Notification) return false;
  return (await Notification.requestPermission()) === 'granted';
}

let audio;

// ring plays two soft notes: heard across a room, and not startling in headphones.
function ring() {
  audio ??= new AudioContext();
  for (const [at, pitch] of [[0, 660], [0.14, 880]]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    const start = audio.currentTime + at;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.12, start + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.35);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.4);
  }
}
