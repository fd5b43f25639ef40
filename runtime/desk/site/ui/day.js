import { moment } from '../core/time.js';

const written = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

// day is "Today", "Yesterday" or the date, as it stands between messages.
export function day(at, now) {
  const then = moment(at);
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  if (then >= midnight.getTime()) return 'Today';
  midnight.setDate(midnight.getDate() - 1);
  return then >= midnight.getTime() ? 'Yesterday' : written.format(then);
}
