// Everything on the site works without this file. It spares the reader a choice, and tells screen
// readers on wide screens that the sections, which the style sheet shows there, are open.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const select = document.querySelector('#timezone');

  if (select && zone) {
    const known = Array.from(select.options).some((option) => option.value === zone);
    const isUntouched = select.selectedOptions[0]?.defaultSelected ?? true;
    if (known && isUntouched && select.hasAttribute('data-guess-zone')) select.value = zone;
    const hint = document.querySelector('[data-zone-hint]');
    if (known && hint && select.value !== zone) hint.textContent = `; your browser is in ${zone}`;
  }

  const wide = window.matchMedia('(min-width: 760px)');
  const openOnWide = () => {
    for (const section of document.querySelectorAll('[data-section]')) {
      if (wide.matches) section.open = true;
      section.querySelector('summary').tabIndex = wide.matches ? -1 : 0;
    }
  };
  openOnWide();
  wide.addEventListener('change', openOnWide);

  // A link to a section opens it.
  const openTarget = () => {
    const section = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (section instanceof HTMLDetailsElement) section.open = true;
  };
  openTarget();
  window.addEventListener('hashchange', openTarget);
})();
