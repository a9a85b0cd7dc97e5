/* In the served explorer: the site's menu in the language of the page, and a link to the page of
   what is chosen. The page shown while the explorer is being made loads itself again. */
(function () {
  'use strict';
  // For a browser, the refresh of an address with a fragment is a jump within the waiting page.
  if (document.getElementById('waiting')) {
    setTimeout(() => location.reload(), 1000);
    return;
  }
  const chosen = document.getElementById('site-page');
  const links = [...document.querySelectorAll('.site-menu [data-path]')];

  function update() {
    const lang = document.documentElement.lang === 'ar' ? 'ar' : 'en';
    for (const link of links) {
      link.textContent = link.dataset[lang];
      link.href = `${link.dataset.path}?lang=${lang}`;
    }
    const address = new URLSearchParams(location.hash.slice(1));
    const node = address.get('node') ?? address.get('partner') ?? '';
    // Only the name of an entity or a document can be a path here.
    const path = /^doc:/.test(node) ? `document/${node.slice(4)}` : `id/${node}.html`;
    chosen.hidden = !/^[\w:/.-]+$/.test(node);
    chosen.textContent = chosen.dataset[lang];
    chosen.href = `/${path}?lang=${lang}`;
  }

  for (const name of ['pushState', 'replaceState']) {
    const original = history[name];
    history[name] = function (...given) {
      original.apply(this, given);
      update();
    };
  }
  addEventListener('popstate', update);
  addEventListener('hashchange', update);
  new MutationObserver(update).observe(document.documentElement, {attributeFilter: ['lang']});
  update();
})();
