import { el } from './dom.js';
import { icon } from './icon.js';

// attachment is a file beside a message, as a link. It is somebody else's address: only
// http and https are gone to, and it learns nothing of the desk.
export function attachment({ url, name, contentType, size }) {
  const target = safe(url);
  const title = name || target?.pathname.split('/').pop() || 'File';
  const words = [el('span', { class: 'file-name cut', textContent: title }), el('span', { class: 'file-size', textContent: [kind(contentType), bytes(size), target?.host].filter(Boolean).join(' · ') })];
  if (!target) return el('li', null, el('span', { class: 'file' }, icon('file'), words));
  return el('li', null, el('a', { class: 'file', href: target.href, target: '_blank', rel: 'noopener noreferrer', title: target.href }, icon('file'), words));
}

function safe(url) {
  try {
    const target = new URL(url);
    return ['http:', 'https:'].includes(target.protocol) ? target : null;
  } catch {
    return null;
  }
}

const kind = (contentType) => (contentType ? contentType.split(/[/;]/)[contentType.startsWith('application/') ? 1 : 0] : '');

function bytes(size) {
  if (!size) return '';
  if (size < 1e6) return `${Math.max(1, Math.round(size / 1e3))} KB`;
  return `${(size / 1e6).toFixed(1)} MB`;
}
