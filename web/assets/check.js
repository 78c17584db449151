// Whether a file is one of the registered ones: its SHA-256 is taken here, nothing is sent.
// SPDX-License-Identifier: AGPL-3.0-or-later
'use strict';
const place = document.getElementById('check');
const input = place.querySelector('input');
const output = place.querySelector('output');
const cells = [...document.querySelectorAll('[data-sha256]')];

function say(kind, text) {
  output.className = kind;
  output.textContent = text;
}

async function check(file) {
  say('', '…');
  for (const cell of cells) cell.parentElement.classList.remove('match');
  try {
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const at = cells.findIndex((cell) => cell.dataset.sha256 === hex);
    if (at >= 0) cells[at].parentElement.classList.add('match');
    say(at >= 0 ? 'yes' : 'no', at >= 0 ? place.dataset.yes + (at + 1) : place.dataset.no);
  } catch {
    say('no', place.dataset.failed);
  }
}

if (globalThis.crypto && crypto.subtle) {
  place.hidden = false;
  input.addEventListener('change', () => input.files[0] && check(input.files[0]));
  place.addEventListener('dragover', (event) => event.preventDefault());
  place.addEventListener('drop', (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) check(event.dataTransfer.files[0]);
  });
}
