import { customer, list, views } from './names.js';

// title is the page's title: how many alerts there are, and where one is.
export function title(desk) {
  const alerts = desk.model.alerts.size;
  return `${alerts ? `(${alerts}) ` : ''}${where(desk)} · Pullmode Desk`;
}

function where({ router, model }) {
  const request = router.request && (model.conversations.get(router.request)?.request ?? model.rows.get(router.request));
  if (request) return customer(request);
  const { kind, name } = router.place;
  if (kind === 'list') return list(model, name);
  if (kind === 'view') return views.find((view) => view.id === name)?.name ?? 'All';
  return name;
}
