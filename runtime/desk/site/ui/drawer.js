// Drawer is the navigation where it has no column of its own: it comes over the inbox,
// takes the focus, and goes when something was chosen.
export class Drawer {
  open = false;
  #desk;
  #nodes;

  constructor(desk) {
    this.#desk = desk;
  }

  // of says what comes and goes: the navigation, what dims the rest, and the button.
  of(nodes) {
    this.#nodes = nodes;
    nodes.veil.addEventListener('click', () => this.toggle(false));
  }

  toggle(open = !this.open) {
    if (open === this.open) return;
    this.open = open;
    const { shell, veil, nav } = this.#nodes;
    shell.classList.toggle('drawn', open);
    veil.hidden = !open;
    this.#desk.changed();
    if (open) nav.querySelector('[aria-current], a')?.focus();
    else document.getElementById('open-nav')?.focus();
  }

  // put closes it without moving the focus: whoever calls it does.
  put() {
    if (!this.open) return;
    this.open = false;
    this.#nodes.shell.classList.remove('drawn');
    this.#nodes.veil.hidden = true;
    this.#desk.changed();
  }
}
