/* The proof of a row of the query page, opened in place.

   Without this script the link of a row leads to a page with its proof. Here it is a button that
   shows what that page proves, under the row, and hides it again. */
(function () {
  'use strict';
  for (const link of document.querySelectorAll('a[data-proof]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'link';
    button.textContent = link.textContent;
    button.setAttribute('aria-label', link.getAttribute('aria-label'));
    button.setAttribute('aria-expanded', 'false');
    button.addEventListener('click', () => turn(button, link));
    link.replaceWith(button);
  }

  /** Show the proof of a row, or hide it; it is asked for once. */
  async function turn(button, link) {
    const row = button.closest('tr');
    let proof = document.getElementById(link.dataset.proof);
    if (!proof) {
      proof = document.createElement('tr');
      proof.id = link.dataset.proof;
      proof.className = 'proof';
      proof.hidden = true;
      const cell = proof.insertCell();
      cell.colSpan = row.cells.length;
      row.after(proof);
      button.setAttribute('aria-controls', proof.id);
      button.setAttribute('aria-busy', 'true');
      const shown = await read(link.href) ?? failed(link);
      if (shown.id) shown.removeAttribute('id');
      cell.append(shown);
      button.removeAttribute('aria-busy');
    }
    if (button.hasAttribute('aria-busy')) return;
    proof.hidden = !proof.hidden;
    button.setAttribute('aria-expanded', String(!proof.hidden));
  }

  async function read(address) {
    try {
      const answer = await fetch(address, {headers: {Accept: 'text/html'}});
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      return page.getElementById('proof');
    } catch {
      return null;
    }
  }

  /** What is said if the server gives no proof: the link is left, to try again. */
  function failed(link) {
    const words = document.createElement('p');
    words.className = 'fault';
    words.setAttribute('role', 'alert');
    const again = link.cloneNode(true);
    delete again.dataset.proof;
    words.append(`${document.querySelector('[data-failed]').dataset.failed} `, again);
    return words;
  }
})();
