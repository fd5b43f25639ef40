// Times in words. All take moments as milliseconds since 1970 or as RFC 3339 text, and
// `now` in milliseconds, which is the runtime's time (see clock.js), not the machine's.

/** The moment in milliseconds; NaN of what is no time. */
export const moment = (at) => (typeof at === 'number' ? at : Date.parse(at));

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How much time has passed since a moment; 0 of one that is to come. */
export const since = (at, now) => Math.max(0, now - moment(at));

/** "just now", "5 min ago", "3 h ago", "2 d ago"; the date of what is over a week ago. */
export function ago(at, now) {
  const passed = since(at, now);
  if (Number.isNaN(passed)) return '';
  if (passed < MINUTE) return 'just now';
  if (passed > 7 * DAY) return date(at);
  return `${length(passed)} ago`;
}

/** The time in words that a screen reader speaks well: "5 minutes ago". */
export function agoSpoken(at, now) {
  const passed = since(at, now);
  if (Number.isNaN(passed)) return '';
  if (passed < MINUTE) return 'just now';
  if (passed > 7 * DAY) return date(at);
  const [count, unit] = largest(passed);
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

/** A length of time, of its largest unit: "40 s", "5 min", "3 h", "2 d". */
export function length(ms) {
  const [count, unit] = largest(Math.max(0, ms));
  return `${count} ${{ second: 's', minute: 'min', hour: 'h', day: 'd' }[unit]}`;
}

/** A running clock: "0:40", "5:07", "1:05:07". */
export function clock(ms) {
  const total = Math.floor(Math.max(0, ms) / SECOND);
  const two = (n) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** When the text that ago gives changes next, in milliseconds from now. */
export function agoChanges(at, now) {
  const passed = since(at, now);
  if (Number.isNaN(passed)) return DAY;
  const unit = passed < HOUR ? MINUTE : passed < DAY ? HOUR : DAY;
  return unit - (passed % unit);
}

/** The day, as people here write it. */
export const date = (at) => new Date(moment(at)).toLocaleDateString(undefined, { dateStyle: 'medium' });

/** The time of day, as people here write it. */
export const timeOfDay = (at) => new Date(moment(at)).toLocaleTimeString(undefined, { timeStyle: 'short' });

/** Day and time, as people here write them: for titles. */
export const dateTime = (at) =>
  new Date(moment(at)).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** A length such as "1m30s", as the API writes them, in milliseconds; NaN of what is none. */
export function duration(text) {
  const units = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, ms: 1, s: SECOND, m: MINUTE, h: HOUR };
  if (text === '0') return 0;
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text ?? '')) return NaN;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) total += Number(number) * units[unit];
  return total;
}

function largest(ms) {
  if (ms < MINUTE) return [Math.floor(ms / SECOND), 'second'];
  if (ms < HOUR) return [Math.floor(ms / MINUTE), 'minute'];
  if (ms < DAY) return [Math.floor(ms / HOUR), 'hour'];
  return [Math.floor(ms / DAY), 'day'];
}
