// Light or dark, before anything is drawn: it is loaded in the page's head, so nothing
// flashes. So it is no module.
(() => {
  const apply = (theme) => {
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };
  try {
    apply(JSON.parse(localStorage.getItem('pullmode.desk.prefs'))?.theme);
  } catch {
    // No storage: as the system has it.
  }
  window.addEventListener('pullmode:theme', (event) => apply(event.detail));
})();
