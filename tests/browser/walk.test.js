// A day in the office, page by page: what each role sees and does, at a desk and on a phone, in both languages.
// SPDX-License-Identifier: AGPL-3.0-or-later
'use strict';
const { after, before, test } = require('node:test');
const assert = require('node:assert/strict');
const { Browser, base, fitsItsWidth, signIn, thanwela } = require('./browser.js');

const browser = new Browser();
before(() => browser.open());
after(() => browser.close());

const items = JSON.parse(thanwela('item', 'list', '--json')).items;
const placeOf = (item) => `/items/${item.register_no.split('/').reverse().join('/')}`;
const year = new Date().getFullYear() + 543;

// What assistive technology and the keyboard need of every page; returns what is wrong.
function faultsOf() {
  const faults = [];
  const say = (what, element) => faults.push(`${what}: ${element.outerHTML.slice(0, 120)}`);
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  if (!['th', 'en'].includes(document.documentElement.lang)) faults.push('no language');
  if (document.querySelectorAll('main').length !== 1) faults.push('not one main');
  if (!document.querySelector('a.skip[href="#main"]')) faults.push('nothing skips to the content');
  for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!field.labels.length || !field.labels[0].textContent.trim()) say('no label', field);
  for (const one of document.querySelectorAll('button, a, summary'))
    if (!(one.textContent.trim() || one.getAttribute('aria-label'))) say('no words', one);
  for (const table of document.querySelectorAll('table')) {
    const heads = [...table.querySelectorAll('th')];
    if (!heads.length) say('a table without headings', table);
    for (const head of heads) if (!head.scope) say('no scope', head);
  }
  let level = 1;
  for (const head of document.querySelectorAll('h1, h2, h3')) {
    if (Number(head.tagName[1]) > level + 1) say('a level of headings is left out', head);
    level = Number(head.tagName[1]);
  }
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  if (new Set(ids).size !== ids.length) faults.push('an id is there twice');
  // WCAG 2: contrast of text, 4.5 to 1.
  const parse = (color) => (/rgba?\(([^)]*)\)/.exec(color)?.[1] ?? '0,0,0').split(',').map(Number);
  const light = ([r, g, b]) => {
    const part = (c) => ((c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const under = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  for (const element of document.querySelectorAll('body *:not(svg *):not(option)')) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
    const a = light(parse(getComputedStyle(element).color)), b = light(under(element));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) say(`contrast ${ratio.toFixed(1)}`, element);
  }
  return faults;
}

// Latin words that may stand on a Thai page: codes, addresses, formats, names of ours.
const latin = /\b(no|not|there|is|the|was|and|with|state|registered|quarantined|assign|ready|sent|codes|none|found|page|regular|cabinet|planned|annual)\b/i;

const places = ['/', '/items', '/items?state=late', '/items?q=zzzz', '/mails?state=quarantined', '/mails?state=duplicate',
  '/matters', `/matters/${year}/4`, '/calendar', '/calendar/meetings/1', '/reports', '/reports/lateness',
  '/reports/lateness/overdue', `/reports/kpi/${year}?quarter=1`, '/upload', '/login'];

for (const language of ['th', 'en'])
  test(`every page has labels, headings and contrast, and fits a phone (${language})`, async () => {
    const page = await browser.visitor('phone', { locale: language === 'th' ? 'th-TH' : 'en-GB' });
    await signIn(page, 'officer');
    for (const place of [...places, placeOf(items[0]), placeOf(items.at(-1))]) {
      const answer = await page.goto(base + place);
      assert.equal(answer.status(), 200, place);
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
      assert.deepEqual(await page.evaluate(faultsOf), [], place);
      assert.equal(await page.getAttribute('html', 'lang'), language);
      await fitsItsWidth(page);
      if (language === 'th') await page.shot(`walk-${language}-phone${place.replace(/[/?=&]+/g, '-')}`);
      if (language === 'th') {
        const words = await page.evaluate(() => [...document.querySelectorAll('main label > :not(input):not(select), main option, main td, main th, main button, main summary, main p')]
          .filter((one) => !one.closest('.hash')).map((one) => one.textContent));
        for (const text of words) assert.doesNotMatch(text.replace(/\S+@\S+|\S+\.(pdf|png|txt|csv|eml)/g, ''), latin, `${place}: ${text}`);
      }
    }
    page.expectClean();
  });

test('what is refused is said in the language of the page, and no word of the database is in it', async () => {
  for (const [locale, said, other] of [['th-TH', /ไม่มีเรื่องที่ 99\/2500/, /there is none/], ['en-GB', /matter 99\/2500: there is none/, /ไม่มีเรื่อง/]]) {
    const page = await browser.visitor('desktop', { locale });
    await signIn(page, 'officer');
    await page.goto(base + placeOf(items[0]));
    await page.click('details:has(form[action$="/assign"]) summary');
    await page.fill('form[action$="/assign"] input[name=matter]', '99/2500');
    const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === 'POST'), page.click('form[action$="/assign"] button')]);
    assert.equal(answer.status(), 422);
    await page.waitForLoadState();
    assert.match(await page.textContent('main'), said);
    assert.doesNotMatch(await page.textContent('main'), other);
  }
  // What only a rule of a table refuses: a name of 60,000 letters fits no index, and the page says no more than that.
  const page = await browser.visitor();
  await signIn(page, 'officer');
  await page.goto(`${base}/matters`);
  const csrf = await page.inputValue('input[name=csrf] >> nth=-1');
  for (const form of [{ csrf, title: 'x', class: 'NONE', agency: 'CUSTOMS' }, { csrf, title: '', class: 'OTHER', agency: 'CUSTOMS' }, { csrf, title: 'x', class: 'OTHER', agency: "'" }]) {
    const answer = await page.request.post(`${base}/matters`, { form, maxRedirects: 0 });
    assert.equal(answer.status(), 422);
    assert.doesNotMatch(await answer.text(), /constraint|relation|column|ERROR|select |violates/);
  }
});

test('after a change the page says that it was made, and the keyboard is there', async () => {
  const page = await browser.visitor();
  await signIn(page, 'officer');
  await page.goto(base + placeOf(items[1]));
  await page.click('details:has(form[action$="/status"]) summary');
  await page.selectOption('form[action$="/status"] select', 'ตรวจสอบ');
  await page.fill('form[action$="/status"] input[name=why]', 'ตรวจเอกสาร');
  await page.click('form[action$="/status"] button');
  assert.match(await page.textContent('[role=status]'), /บันทึกแล้ว/);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'status');
  await page.shot('walk-saved');
  await page.goto(`${base}${placeOf(items[1])}?done=%3Cscript%3E`);
  assert.equal(await page.locator('[role=status]').count(), 0);
  // A number is not cancelled by an empty form: the browser asks for the reason first.
  await page.click('details:has(form[action$="/cancel"]) summary');
  await page.click('form[action$="/cancel"] button');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'why');
  page.expectClean();
});

test('an item is marked secret on its page: subject and files are gone, and lifting brings them back', async () => {
  const page = await browser.visitor();
  await signIn(page, 'officer');
  const item = items.find((row) => !row.secrecy && row.subject && !/script/.test(row.subject));
  await page.goto(base + placeOf(item));
  assert.match(await page.textContent('dl'), new RegExp(item.subject.slice(0, 8)));
  const mark = async (word, why) => {
    await page.click('details:has(form[action$="/secrecy"]) summary');
    await page.selectOption('form[action$="/secrecy"] select', word);
    await page.fill('form[action$="/secrecy"] input[name=why]', why);
    await page.click('form[action$="/secrecy"] button');
    await page.waitForURL(/done=saved/);
  };
  await mark('ลับ', 'มีข้อมูลที่ยังไม่เปิดเผย');
  assert.match(await page.textContent('dl'), /\(ลับ\)/);
  assert.equal(await page.locator('a[href*="/files/"], form[action$="/links"]').count(), 0);
  assert.match(await page.textContent('#route'), /กำหนดชั้นความลับ.*officer.*ยังไม่เปิดเผย/s);
  await page.shot('walk-secret');
  await mark('', 'เปิดเผยแล้ว');
  assert.match(await page.textContent('dl'), new RegExp(item.subject.slice(0, 8)));
  page.expectClean();
});

test('an officer keeps matters, deadlines, meetings and days off by page, with Thai dates', async () => {
  const page = await browser.visitor();
  await signIn(page, 'officer');
  await page.goto(`${base}/matters`);
  await page.click('summary:has-text("เรื่องใหม่")');
  await page.fill('input[name=title]', 'มาตรการภาษีเพื่อการออม');
  await page.selectOption('select[name=class]', 'CAB-OPINION');
  await page.fill('input[name=agency]', 'RD');
  await page.click('form[action="/matters"] button');
  const first = page.locator('table.cards tbody a').first();
  assert.match(await page.textContent('table.cards'), /มาตรการภาษีเพื่อการออม/);
  await first.click();
  await page.click('summary:has-text("กำหนดวันส่ง")');
  await page.fill('form[action$="/deadlines"] input[name=at]', `15 มกราคม ${year + 1} เวลา 12.00 น.`);
  await page.fill('form[action$="/deadlines"] input[name=source]', 'นร 0503/1');
  await page.click('form[action$="/deadlines"] button');
  assert.match(await page.textContent('main'), new RegExp(`15 ม\\.ค\\. ${String(year + 1).slice(2)} 12:00`));
  await page.shot('walk-matter');
  await page.goto(`${base}/calendar`);
  await page.click('summary:has-text("นัดประชุมใหม่")');
  await page.fill('form[action="/calendar/meetings"] input[name=at]', `3 กุมภาพันธ์ ${year + 1} เวลา 09.00 น.`);
  await page.fill('form[action="/calendar/meetings"] input[name=place]', 'ห้องประชุมทดสอบ');
  await page.click('form[action="/calendar/meetings"] button');
  const row = page.locator('tr', { hasText: 'ห้องประชุมทดสอบ' });
  assert.match(await row.textContent(), new RegExp(`3 ก\\.พ\\. ${String(year + 1).slice(2)}`));
  await row.locator('summary').click();
  await row.locator('input[name=at]').fill(`4 กุมภาพันธ์ ${year + 1} เวลา 10.00 น.`);
  await row.locator('input[name=why]').fill('ย้ายวันประชุม');
  await row.locator('button').click();
  assert.match(await page.textContent('main'), new RegExp(`4 ก\\.พ\\. ${String(year + 1).slice(2)} 10:00`));
  await page.click('summary:has-text("ประกาศวันหยุดใหม่")');
  await page.fill('form[action="/calendar/holidays"] input[name=date]', `5 กุมภาพันธ์ ${year + 1}`);
  await page.fill('form[action="/calendar/holidays"] input[name=name]', 'วันหยุดทดสอบ');
  await page.click('form[action="/calendar/holidays"] button');
  assert.match(await page.textContent('main'), /วันหยุดทดสอบ/);
  assert.match(await page.textContent('[role=status]'), /บันทึกแล้ว/);
  await page.shot('walk-calendar');
  page.expectClean();
});
