// Makes and changes elements. Text is only ever set as text, so nothing that a customer
// wrote can become markup.

// el makes an element. Of its properties, `class` is its classes, `on` its listeners by
// event, and what is a property of the element (value, checked, hidden) is set as one;
// all else is an attribute, which false, null and undefined leave out. True is the empty
// one, and the word in aria attributes, which an empty one says nothing in.
export function el(tag, properties, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name === 'class') node.className = value;
    else if (name === 'on') listen(node, value);
    else if (asProperty.has(name)) node[name] = value;
    else set(node, name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const asProperty = new Set(['value', 'checked', 'hidden', 'disabled', 'textContent', 'tabIndex', 'maxLength', 'open', 'htmlFor', 'inert']);

// set changes a property or attribute if it is different, and nothing otherwise: what
// has not changed costs no layout, and is not read out again.
export function set(node, name, value) {
  if (asProperty.has(name)) {
    if (node[name] !== value) node[name] = value;
  } else if (value === false || value === null || value === undefined) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else {
    const text = value === true && !name.startsWith('aria-') ? '' : String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

// text sets what an element says, if it is different.
export function text(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

// astray says whether what had the focus is not there any more, so that whoever works
// by keys would begin again at the top of the page.
export function astray() {
  const at = document.activeElement;
  return !at || at === document.body || !at.checkVisibility();
}

function listen(node, listeners) {
  for (const [event, listener] of Object.entries(listeners)) node.addEventListener(event, listener);
}

const kept = new WeakMap();

// keep makes the children of parent those of items, by key: a part stays where its item
// stays. make(item) gives {node, update?(item)}. Focus survives a move.
export function keep(parent, items, key, make) {
  const before = kept.get(parent) ?? new Map();
  const after = new Map();
  for (const item of items) {
    const k = key(item);
    after.set(k, before.get(k) ?? make(item));
  }
  for (const [k, part] of before) if (!after.has(k)) part.node.remove();
  kept.set(parent, after);

  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  let at = parent.firstChild;
  for (const item of items) {
    const part = after.get(key(item));
    if (part.node === at) at = at.nextSibling;
    else parent.insertBefore(part.node, at);
    part.update?.(item);
  }
  if (focused && focused !== document.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
  return after;
}
