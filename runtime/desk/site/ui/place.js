// Where one is in the desk, as an address and back. All of them are below /desk/.
const base = '/desk/';

// read says what a path names: {kind: 'view' | 'list' | 'channel', name} of the inbox,
// or {request}.
export function read(path) {
  const [what, ...rest] = path.slice(base.length).split('/').filter(Boolean);
  const name = decode(rest.join('/'));
  switch (what) {
    case 'requests':
      return name ? { request: name } : home;
    case 'lists':
      return name ? { kind: 'list', name } : home;
    case 'channels':
      return name ? { kind: 'channel', name } : home;
    case 'views':
      return name ? { kind: 'view', name } : home;
    default:
      return home;
  }
}

// home is the place that one comes to.
export const home = { kind: 'view', name: 'all' };

// path is the address of a place.
export function path({ kind, name, request }) {
  if (request) return `${base}requests/${encodeURIComponent(request)}`;
  if (kind === 'view' && name === 'all') return base;
  return `${base}${kind}s/${encodeURIComponent(name)}`;
}

function decode(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
