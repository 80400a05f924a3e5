// Everything on the site works without this file. It preselects the browser's time zone, counts papers
// for a keyword, and tells screen readers that sections shown by the style sheet are open.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const select = document.querySelector('#timezone');

  if (select && zone) {
    const known = Array.from(select.options).some((option) => option.value === zone);
    const isUntouched = select.selectedOptions[0]?.defaultSelected ?? true;
    if (known && isUntouched && select.hasAttribute('data-guess-zone')) select.value = zone;
    const hint = document.querySelector('[data-zone-hint]');
    if (known && hint && select.value !== zone)
      hint.textContent = hint.dataset.zoneHint.replace('{zone}', zone);
  }

  // Choosing minutes also chooses the option “by minutes”.
  for (const chooser of document.querySelectorAll('[data-chooses]')) {
    chooser.addEventListener('change', () => {
      const radio = document.querySelector(`input[value="${chooser.dataset.chooses}"]`);
      if (radio) radio.checked = true;
    });
  }

  // Shows how many papers a keyword matches while it is typed. When that fails, it can still be added.
  const countWhileTyping = (input) => {
    const shown = input.parentElement.querySelector('[data-count-shown]');
    let timer;
    let asking;
    const ask = async () => {
      asking = new AbortController();
      const query = new URLSearchParams({ q: input.value });
      const options = { signal: asking.signal, headers: { accept: 'application/json' } };
      const answer = await fetch(`${input.dataset.count}?${query}`, options);
      if (answer.ok) shown.textContent = describe(shown, (await answer.json()).papers_per_week);
    };
    input.addEventListener('input', () => {
      clearTimeout(timer);
      asking?.abort();
      shown.textContent = '';
      if (input.value.trim() !== '') timer = setTimeout(() => ask().catch(() => {}), 250);
    });
  };
  const describe = ({ dataset }, perWeek) => {
    if (perWeek === null) return dataset.notSearchable;
    if (perWeek === 0) return dataset.none;
    const papers = Math.round(perWeek);
    if (papers === 0) return dataset.lessThanOne;
    return papers === 1 ? dataset.one : dataset.many.replace('{count}', papers);
  };
  for (const input of document.querySelectorAll('[data-count]')) countWhileTyping(input);

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
