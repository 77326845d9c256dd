// Filters the cards of each browser of examples. The page is complete without it.
for (const browser of document.querySelectorAll('.browser')) {
  const form = browser.querySelector('.filters');
  const cards = [...browser.querySelectorAll('.card')];
  const texts = cards.map(card => card.textContent.toLowerCase());
  const search = form.querySelector('input');
  const apply = () => {
    const wanted = [...form.querySelectorAll('select')].filter(s => s.value).map(s => ['f' + s.dataset.facet, s.value]);
    const words = search.value.toLowerCase();
    let shown = 0;
    cards.forEach((card, i) => {
      card.hidden = !(wanted.every(([facet, value]) => card.dataset[facet] === value) && texts[i].includes(words));
      shown += card.hidden ? 0 : 1;
    });
    form.querySelector('output').textContent = `${shown} of ${cards.length}`;
  };
  form.hidden = false;
  form.addEventListener('input', apply);
  form.addEventListener('submit', event => event.preventDefault());
}
