// Who may be in: wrong passwords lock, a disabled person's sessions end, and what only hands without a mouse do.
// SPDX-License-Identifier: AGPL-3.0-or-later
'use strict';
const { after, before, test } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { Browser, base, signIn, sql, thanwela } = require('./browser.js');

const browser = new Browser();
before(() => browser.open());
after(() => browser.close());

function addPerson(login, role) {
  execFileSync(path.join(process.env.PROGRAMS, 'thanwela'), ['-c', process.env.CONF, 'user', 'add', login, '--role', role, '--name', `เจ้าหน้าที่ ${login}`], {
    input: `a long password of ${login}\n`,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}

test('wrong passwords lock the login for a while, and the page says until when', async () => {
  addPerson('somsri', 'reader');
  const page = await browser.visitor();
  for (let i = 0; i < 12; i++) {
    await page.goto(`${base}/login`);
    await page.fill('input[name=login]', 'somsri');
    await page.fill('input[name=password]', 'not the password');
    await page.press('input[name=password]', 'Enter');
    await page.waitForSelector('[role=alert]');
    if (/ผิดหลายครั้งเกินไป/.test(await page.textContent('[role=alert]'))) break;
  }
  assert.match(await page.textContent('[role=alert]'), /ผิดหลายครั้งเกินไป.*25\d\d/);
  await page.shot('login-locked');
  // On a slow machine the first locks of some seconds would be over: the right password meets a longer one.
  sql("update sign_in_guard set locked_until = clock_timestamp() + interval '5 minutes' where fails > 5 and key like 'login %'");
  await page.fill('input[name=login]', 'somsri');
  await page.fill('input[name=password]', 'a long password of somsri');
  await page.press('input[name=password]', 'Enter');
  await page.waitForSelector('[role=alert]');
  assert.match(await page.textContent('[role=alert]'), /ผิดหลายครั้งเกินไป/);
});

test("a disabled person's session ends at once", async () => {
  addPerson('malee', 'officer');
  const page = await browser.visitor();
  await signIn(page, 'malee');
  await page.goto(`${base}/items`);
  assert.match(await page.textContent('h1'), /ทะเบียน/);
  thanwela('user', 'disable', 'malee');
  await page.goto(`${base}/items`);
  assert.match(page.url(), /\/login\?to=\/items$/);
  const answer = await page.request.get(`${base}/upload`, { maxRedirects: 0 });
  assert.equal(answer.status(), 303);
});

test('an item is opened, its state changed and the change read with the keyboard alone', async () => {
  const page = await browser.visitor();
  await signIn(page, 'officer');
  await page.goto(`${base}/items`);
  const focus = () => page.evaluate(() => ({ words: document.activeElement.textContent.trim(), name: document.activeElement.name, tag: document.activeElement.tagName, ring: getComputedStyle(document.activeElement).outlineStyle }));
  const until = async (found) => {
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press('Tab');
      const at = await focus();
      if (found(at)) return at;
    }
    throw new Error('the keyboard does not get there');
  };
  assert.match((await until((at) => at.tag === 'A')).words, /ข้ามไปที่เนื้อหา/);
  await page.keyboard.press('Enter');
  const link = await until((at) => at.tag === 'A' && /^\d+\/25\d\d$/.test(at.words));
  assert.notEqual(link.ring, 'none');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/items\/25\d\d\/\d+$/);
  await until((at) => at.tag === 'SUMMARY' && /เปลี่ยนสถานะ/.test(at.words));
  await page.keyboard.press('Enter');
  await until((at) => at.tag === 'SELECT');
  await page.keyboard.press('ArrowDown');
  await until((at) => at.name === 'why');
  await page.keyboard.type('ทำด้วยแป้นพิมพ์');
  await page.keyboard.press('Enter');
  await page.waitForURL(/done=saved/);
  assert.match(await page.textContent('#route'), /ทำด้วยแป้นพิมพ์/);
  const times = await page.$$eval('#route tbody td:first-child', (cells) => cells.map((cell) => cell.textContent));
  if (new Set(times.map((time) => time.split(' ')[0])).size === 1) // not over midnight
    assert.deepEqual(times, [...times].sort());
  // The way on from what was said is the page's own, not its head's.
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.closest('main') !== null), true);
  page.expectClean();
});

test('an item prints as a page of its own: no forms, no menu, no button', async () => {
  const page = await browser.visitor();
  await signIn(page, 'officer');
  const item = JSON.parse(thanwela('item', 'list', '--json')).items[0].register_no;
  await page.goto(`${base}/items/${item.split('/').reverse().join('/')}`);
  await page.emulateMedia({ media: 'print' });
  for (const hidden of ['header nav', 'header form', '.work', '.skip', 'main form', 'main button'])
    assert.equal(await page.locator(hidden).evaluateAll((all) => all.every((one) => one.offsetParent === null)), true, hidden);
  assert.equal(await page.isVisible('#route'), true);
  await page.shot('item-print');
  const paper = await page.pdf({ format: 'A4' });
  assert.equal(paper.subarray(0, 5).toString(), '%PDF-');
});
