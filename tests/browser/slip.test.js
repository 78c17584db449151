// The page behind a slip: what a phone shows when somebody scans the code of a request.
// SPDX-License-Identifier: AGPL-3.0-or-later
'use strict';
const { after, before, test } = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');
const { Browser, base, fitsItsWidth, here, receipts, scan, sql, thanwela } = require('./browser.js');

const browser = new Browser();
before(() => browser.open());
after(() => browser.close());

// The code on the paper that the office printed for matter 4, read by our own scanner.
const scanned = JSON.parse(thanwela('scan', '--json', path.join(process.env.OFFICE, 'thanwela', 'slip.pdf')).split('\n')[0]);
const url = here(scanned.codes[0].text);
const [title, number] = sql("select title || '|' || no || '/' || year from matter where no = 4").split('|');

test('a slip that was scanned names its matter, its deadline and where to send, and no title', async () => {
  const page = await browser.visitor('phone');
  const answer = await page.goto(url);
  assert.equal(answer.status(), 200);
  assert.match(await page.textContent('.seal'), /ใบปะหน้าถูกต้อง/);
  const facts = await page.textContent('dl');
  assert.match(facts, new RegExp(number));
  assert.match(facts, /พ\.ศ\. ๒๕|25\d\d/);
  assert.match(facts, /@/);
  assert.doesNotMatch(await page.content(), new RegExp(title.slice(0, 12)));
  await fitsItsWidth(page);
  await page.shot('slip-phone');
  page.expectClean();
  const english = await browser.visitor('desktop', { locale: 'en-GB' });
  await english.goto(url.replace(/\/S\/.*/, (where) => where.toLowerCase()));
  assert.match(await english.textContent('.seal'), /Genuine slip/);
  await english.shot('slip-english');
});

test('a changed slip is not genuine; a receipt, a word and nothing are unknown, in the same words', async () => {
  const page = await browser.visitor();
  const at = url.length - 20;
  const changed = await page.request.get(url.slice(0, at) + (url[at] === 'A' ? 'B' : 'A') + url.slice(at + 1));
  assert.equal(changed.status(), 404);
  assert.match(await changed.text(), /seal false/);
  const receipt = new URL(here(scan(receipts()[0].png))).pathname.slice('/R/'.length);
  const unknown = [];
  for (const word of [receipt, 'XYZ', '0', 'A'.repeat(300)]) {
    const answer = await page.request.get(`${base}/S/${word}`);
    assert.equal(answer.status(), 404);
    unknown.push(await answer.text());
  }
  assert.match(unknown[0], /ไม่พบใบปะหน้านี้/);
  for (const text of unknown) assert.equal(text, unknown[0]);
  const slip = await page.request.get(url.replace('/S/', '/R/'));
  assert.match(await slip.text(), /ไม่พบใบรับนี้|ใบรับไม่ถูกต้อง/);
});

test('of a secret matter the slip says that it is in the register, and no more', async () => {
  const page = await browser.visitor();
  sql("update matter set secrecy = 'ลับ' where no = 4");
  try {
    await page.goto(url);
    assert.match(await page.textContent('main'), /อยู่ในทะเบียน/);
    assert.equal(await page.locator('dl').count(), 0);
  } finally {
    sql("update matter set secrecy = '' where no = 4");
  }
  page.expectClean();
});
