// The page behind a receipt, from the picture of a QR that a real mail produced.
// SPDX-License-Identifier: AGPL-3.0-or-later
'use strict';
const { after, before, test } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { Browser, base, fitsItsWidth, here, receipts, scan } = require('./browser.js');

const browser = new Browser();
before(() => browser.open());
after(() => browser.close());

const first = receipts()[0];
const url = here(scan(first.png));

test('a receipt that was scanned is genuine', async () => {
  const page = await browser.visitor();
  const answer = await page.goto(url);
  assert.equal(answer.status(), 200);
  assert.match(await page.textContent('.seal'), /ใบรับถูกต้อง/);
  assert.match(await page.textContent('dl'), /เลขทะเบียนรับ\d+\/25\d\d/);
  await page.shot('receipt-genuine');
  page.expectClean();
});

test('small letters lead to the same page', async () => {
  const page = await browser.visitor();
  const answer = await page.goto(url.replace(/\/R\/.*/, (path) => path.toLowerCase()));
  assert.equal(answer.status(), 200);
  assert.match(await page.textContent('.seal'), /ใบรับถูกต้อง/);
});

test('a receipt with one letter changed is not genuine', async () => {
  const page = await browser.visitor();
  const at = url.length - 20;
  const other = url[at] === 'A' ? 'B' : 'A';
  const answer = await page.goto(url.slice(0, at) + other + url.slice(at + 1));
  assert.equal(answer.status(), 404);
  assert.match(await page.textContent('.seal'), /ใบรับไม่ถูกต้อง/);
  assert.equal(await page.locator('dl').count(), 0);
  await page.shot('receipt-false');
});

test('what is no token is unknown', async () => {
  const page = await browser.visitor();
  for (const word of ['XYZ', '0', 'A'.repeat(400), '%00', '..%2F..'])
    assert.doesNotMatch(await (await page.request.get(`${base}/R/${word}`)).text(), /seal genuine/);
  await page.goto(`${base}/R/XYZ`);
  assert.match(await page.textContent('.seal'), /ไม่พบใบรับนี้/);
});

test('a file is found among the registered ones without leaving the device', async () => {
  const page = await browser.visitor();
  await page.goto(url);
  const own = findFile(await page.getAttribute('[data-sha256]', 'data-sha256'));
  const sent = [];
  page.on('request', (request) => sent.push(request.url()));
  await page.setInputFiles('#check input', own);
  await page.waitForSelector('#check output.yes');
  assert.match(await page.textContent('#check output'), /คือแฟ้มที่ลงทะเบียนไว้ ที่ 1/);
  await page.shot('receipt-file-found');
  await page.setInputFiles('#check input', first.png);
  await page.waitForSelector('#check output.no');
  assert.deepEqual(sent, []);
  page.expectClean();
});

// As the hand does it: what is dropped on the place, not chosen in the field.
async function drop(page, file) {
  const bytes = fs.readFileSync(file).toString('base64');
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], 'dropped.pdf'));
    return data;
  }, bytes);
  await page.dispatchEvent('#check', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('#check', 'drop', { dataTransfer: transfer });
}

test('a file that is dropped is told apart: the registered one, and one with one byte more', async () => {
  const page = await browser.visitor('phone');
  await page.goto(url);
  const own = findFile(await page.getAttribute('[data-sha256]', 'data-sha256'));
  const other = path.join(process.env.SHOTS, 'other.bin');
  fs.writeFileSync(other, Buffer.concat([fs.readFileSync(own), Buffer.from('x')]));
  const before = page.url();
  await drop(page, own);
  await page.waitForSelector('#check output.yes');
  assert.equal(await page.locator('tr.match').count(), 1);
  await drop(page, other);
  await page.waitForSelector('#check output.no');
  assert.match(await page.textContent('#check output'), /ไม่ใช่แฟ้มที่ลงทะเบียนไว้/);
  assert.equal(await page.locator('tr.match').count(), 0);
  assert.equal(page.url(), before);
  fs.unlinkSync(other);
  page.expectClean();
});

// A file of the demo's documents by its hash.
function findFile(sha) {
  const crypto = require('node:crypto');
  const folders = ['documents', 'good', 'demo'].map((name) => path.join(__dirname, '..', 'data', name));
  folders.push(path.join(process.env.OFFICE, 'thanwela'));
  for (const folder of folders)
    for (const name of fs.readdirSync(folder)) {
      const file = path.join(folder, name);
      if (!fs.statSync(file).isFile()) continue;
      if (crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex') === sha) return file;
    }
  throw new Error(`no file of the demo has the hash ${sha}`);
}

test('the page works without scripts, on a phone, in English, and prints', async () => {
  const page = await browser.visitor('phone', { javaScriptEnabled: false, locale: 'en-GB' });
  await page.goto(url);
  assert.match(await page.textContent('.seal'), /Genuine receipt/);
  assert.equal(await page.isVisible('#check'), false);
  await page.shot('receipt-phone');
  const phone = await browser.visitor('phone');
  await phone.goto(url);
  await fitsItsWidth(phone);
  await phone.shot('receipt-phone-thai');
  await phone.emulateMedia({ media: 'print' });
  assert.equal(await phone.isVisible('header nav, .language, #check'), false);
  await phone.shot('receipt-print');
  phone.expectClean();
});

test('every answer has the headers that keep it inert', async () => {
  const page = await browser.visitor();
  for (const where of ['/', '/R/XYZ', '/login', '/nowhere', new URL(url).pathname]) {
    const answer = await page.request.get(base + where, { maxRedirects: 0 });
    const headers = answer.headers();
    assert.match(headers['content-security-policy'], /^default-src 'none';.*frame-ancestors 'none'/, where);
    assert.doesNotMatch(headers['content-security-policy'], /unsafe/, where);
    assert.equal(headers['x-content-type-options'], 'nosniff', where);
    assert.equal(headers['referrer-policy'], 'no-referrer', where);
    assert.equal(headers['cache-control'], 'no-store', where);
  }
});
