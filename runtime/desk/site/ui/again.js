// A file of the desk that does not come, as the network changes or the runtime is
// upgraded just then, leaves an empty page: it is loaded again. Loaded before all others,
// and no module, as those would wait for the one that is missing.
window.addEventListener('error', ({ target }) => {
  if (!(target instanceof HTMLScriptElement || target instanceof HTMLLinkElement)) return;
  setTimeout(() => location.reload(), 2000 + Math.random() * 3000); // not every desk at once
}, true);
