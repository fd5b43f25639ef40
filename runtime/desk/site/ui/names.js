// What things are called, for people.

export const states = {
  UNREAD: { name: 'Unread', says: 'nobody has joined' },
  ACTIVE: { name: 'Active', says: 'somebody is with the customer' },
  INACTIVE: { name: 'Inactive', says: 'everybody has left' },
  CLOSED: { name: 'Closed', says: 'done' },
};

export const views = [
  { id: 'all', name: 'All', icon: 'inbox', says: 'Everything that is open on your lists' },
  { id: 'joined', name: 'Joined', icon: 'joined', says: 'What you are in' },
  { id: 'online', name: 'Online', icon: 'online', says: 'Customers who are there now' },
  { id: 'repNeeded', name: 'Rep Needed', icon: 'hand', says: 'Customers who wait with nobody there' },
  { id: 'pending', name: 'Pending', icon: 'pending', says: 'Somebody is there, and has not answered yet' },
  { id: 'soon', name: 'Soon', icon: 'clock', says: 'Customers who have waited for a while' },
  { id: 'overdue', name: 'Overdue', icon: 'overdue', says: 'Customers who have waited too long' },
];

const channels = {
  FACEBOOK: ['Facebook', 'facebook'],
  WHATSAPP: ['WhatsApp', 'whatsapp'],
  WEB: ['Web', 'web'],
  INSTAGRAM: ['Instagram', 'instagram'],
  TELEGRAM: ['Telegram', 'telegram'],
  TWITTER: ['X', 'x'],
  X: ['X', 'x'],
  EMAIL: ['Email', 'mail'],
  SMS: ['SMS', 'sms'],
  VOICE: ['Voice', 'phone'],
};

// channel is the name of a channel's type, and its icon. A type that nobody has drawn
// an icon for is called by its own name.
export function channel(type) {
  const [name, icon] = channels[type] ?? channels[String(type).split(/[_-]/)[0]] ?? [sentence(type), 'chat'];
  return { name, icon };
}

function sentence(type) {
  const words = String(type ?? '').replaceAll(/[_-]+/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

// customer is what a customer is called: the runtime has put the channel's anonymous
// name where they gave none.
export const customer = (request) => request.customer.name || 'Jane Doe';

// initials are the first letters of the first and the last word, by code points.
export function initials(name) {
  const words = String(name).trim().split(/[\s._@-]+/u).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => [...(word ?? '')][0] ?? '');
  return letters.join('').toUpperCase() || '?';
}

// list is what a list is called.
export const list = (model, name) => model.lists.get(name)?.displayName || name;

// some joins names as a sentence does.
export function some(names) {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
