import { el } from './dom.js';

const addresses = /https?:\/\/[^\s<>"']+/g;

// say sets what an element says, with the web addresses in it as links. What ends a
// sentence is no part of an address.
export function say(node, words) {
  if (node.textContent === words) return;
  const parts = [];
  let at = 0;
  for (const { 0: found, index } of words.matchAll(addresses)) {
    const address = found.replace(/[.,;:!?)\]]+$/, '');
    if (!URL.canParse(address)) continue;
    parts.push(words.slice(at, index), el('a', { href: address, target: '_blank', rel: 'noopener noreferrer', textContent: address }));
    at = index + address.length;
  }
  node.replaceChildren(...parts, words.slice(at));
}
