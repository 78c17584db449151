// The dashboards: every figure leads to its list, by mouse and by keyboard.
// SPDX-License-Identifier: AGPL-3.0-or-later
'use strict';
const { after, before, test } = require('node:test');
const assert = require('node:assert/strict');
const { Browser, base, fitsItsWidth, signIn, thanwela } = require('./browser.js');

const browser = new Browser();
before(() => browser.open());
after(() => browser.close());

const year = new Date().getFullYear() + 543 + (new Date().getMonth() >= 9);

// The rows of the first table of a page.
async function rowsOf(page, href) {
  const answer = await page.request.get(base + href);
  assert.equal(answer.status(), 200, href);
  return Math.max(0, ((await answer.text()).split('<tbody>')[1] ?? '').split('</tbody>')[0].split('<tr>').length - 1);
}

const linksOf = (page, selector) =>
  page.locator(selector).evaluateAll((all) => all.map((a) => [a.getAttribute('href'), a.textContent]));

test('every number of the tables by agency and quarter leads to a list of that many rows', async () => {
  const page = await browser.visitor();
  await signIn(page, 'reader');
  await page.goto(`${base}/reports/lateness`);
  const links = await linksOf(page, 'td.number a[href*="/reports/lateness/year."]');
  assert.ok(links.length >= 20);
  for (const [href, number] of links)
    if (/^\d+$/.test(number)) assert.equal(await rowsOf(page, href), Number(number), href);
    else assert.equal((await page.request.get(base + href)).status(), 200, href);
  for (const [href] of await linksOf(page, '.figures a'))
    if (href.startsWith('/')) assert.equal((await page.request.get(base + href)).status(), 200, href);
});

test('each bar of the year is a link to its month, with its words, and the keyboard reaches it', async () => {
  const page = await browser.visitor();
  await signIn(page, 'reader');
  await page.goto(`${base}/reports/lateness`);
  const bars = await page.locator('main svg a').evaluateAll((all) =>
    all.map((a) => ({ href: a.getAttribute('href'), words: a.getAttribute('aria-label'), title: a.querySelector('title').textContent })));
  assert.ok(bars.length >= 2);
  for (const bar of bars) {
    assert.match(bar.href, /^\/reports\/lateness\/year\.(in_time|late|missing)\?month=\d+$/);
    assert.equal(bar.words, bar.title);
    assert.equal(await rowsOf(page, bar.href), Number(/: (\d+)$/.exec(bar.words)[1]), bar.href);
  }
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement.closest('svg') !== null)) break;
  }
  await page.shot('report-bar-focus');
  await page.keyboard.press('Enter');
  await page.waitForURL(/month=\d+/);
  assert.match(await page.textContent('h2'), /ปีงบประมาณ/);
  page.expectClean();
});

test("every number of the KPI's table leads to a list of that many matters", async () => {
  const matters = JSON.parse(thanwela('matter', 'list', '--json')).matters.map((row) => String(row.no));
  // Presented before now at any hour of the run, in Bangkok too: what is to come is not counted yet.
  const at = new Date().toISOString().slice(0, 10);
  for (const no of matters.slice(0, 3))
    thanwela('kpi', 'present', no.includes('/') ? no : `${no}/${new Date().getFullYear() + 543}`, '--due', at, '--at', `${at}T00:01`, '--source', 'ทดสอบ');
  const page = await browser.visitor();
  await signIn(page, 'reader');
  await page.goto(`${base}/reports/kpi/${year}`);
  const links = await linksOf(page, 'td.number a');
  assert.ok(links.length >= 40, String(links.length));
  let counted = 0;
  for (const [href, number] of links)
    if (/^\d+$/.test(number)) {
      assert.equal(await rowsOf(page, href), Number(number), href);
      counted += Number(number);
    }
  assert.ok(counted > 0);
  const verdicts = await page.$$eval('td', (cells) => cells.filter((cell) => cell.textContent === 'ไม่ทัน').map((cell) => {
    const words = document.createRange();
    words.selectNodeContents(cell);
    return words.getClientRects().length;
  }));
  assert.ok(verdicts.length > 0);
  assert.ok(verdicts.every((lines) => lines === 1), 'a word is broken');
  await fitsItsWidth(page);
  await page.shot('kpi-year');
  await page.setViewportSize({ width: 390, height: 844 });
  await fitsItsWidth(page);
  page.expectClean();
});
