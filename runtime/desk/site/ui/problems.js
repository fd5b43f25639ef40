// What went wrong, in words for people: what it is, and what to do now.
const base = 'https://pullmode.io/problems/';

const words = {
  grabbed: (p) => `${p.details?.grabbedBy ?? 'Somebody else'} has grabbed it. There is nothing left to do here.`,
  gone: () => 'It has been closed already.',
  'unknown-request': () => 'It is not there any more: it was closed, or is somebody else\'s.',
  'unknown-list': () => 'This list is not one of yours any more.',
  'unknown-agent': (p) => p.detail || 'There is no such agent. Choose somebody who is connected.',
  'unknown-offer': () => 'The offer is over.',
  'offer-over': () => 'The offer is over: it was taken, taken back, or its time had run out.',
  'not-a-member': () => 'You are not in this conversation any more. Join it first.',
  'not-active': () => 'Nobody is in this conversation who could offer a place in it. Join it first.',
  'agent-offline': () => 'That agent is not connected just now, and nothing has changed. Choose somebody else.',
  'at-capacity': () => 'You have as many conversations as you may have. Leave or close one first.',
  'too-many-offers': () => 'Too many offers of this conversation stand. Take one back first.',
  full: () => 'So many agents are in this conversation that nobody else has room.',
  'no-outbound': () => 'This channel takes no answers from here. Answer where the channel lets you.',
  'too-long': (p) => p.detail || 'The message is too long for this channel. Split it.',
  'too-large': () => 'The message is too large. Split it.',
  'wrap-up-over': () => 'The wrap-up has been given, or its time is over.',
  'no-wrap-up': () => 'This list asks for no wrap-up.',
  forbidden: (p) => p.detail || 'This list does not let you do that. Ask one of its Admins.',
  'too-many-requests': () => 'That was a lot at once. Wait a moment, and try again.',
  'store-unavailable': () => 'The runtime cannot write just now. Try again in a moment.',
  'store-full': () => 'The runtime has no room left. Tell whoever runs it.',
  'no-configuration': () => 'The runtime is starting. Try again in a moment.',
  draining: () => 'The runtime is restarting. Try again in a moment.',
  unreachable: (p) => (p.unsure
    ? 'The connection broke before there was an answer. Look whether it was done, and try again.'
    : 'There was no connection, and nothing was done. Try again when it is back.'),
  internal: (p) => `Something is broken in the runtime. Report it${p.instance ? `, with ${p.instance}` : ''}.`,
};

// type is the problem's name without what they all begin with.
export const type = (problem) => String(problem?.type ?? '').replace(base, '');

// inWords says what a call that failed means.
export function inWords(problem) {
  const known = words[type(problem)];
  if (known) return known(problem);
  const fields = (problem?.fields ?? []).map((field) => field.message).join('; ');
  return problem?.detail || fields || problem?.title || problem?.message || 'That did not work. Try again.';
}

// over says that a request or an offer is not there any more, so what showed it can go.
export const over = (problem) => ['grabbed', 'gone', 'unknown-request', 'unknown-offer', 'offer-over'].includes(type(problem));
