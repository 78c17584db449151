// The register as officers use it: signing in, finding, assigning, files and links.
// SPDX-License-Identifier: AGPL-3.0-or-later
'use strict';
const { after, before, test } = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const path = require('node:path');
const { Browser, base, fitsItsWidth, here, scan, signIn, sql, thanwela } = require('./browser.js');

const browser = new Browser();
before(() => browser.open());
after(() => browser.close());

const items = JSON.parse(thanwela('item', 'list', '--json')).items;

test('whoever is not signed in is asked to, and comes back to the page', async () => {
  const page = await browser.visitor();
  await page.goto(`${base}/items`);
  assert.match(page.url(), /\/login\?to=\/items$/);
  await page.fill('input[name=login]', 'reader');
  await page.fill('input[name=password]', 'not the password');
  await page.click('main button');
  assert.match(await page.textContent('[role=alert]'), /ไม่ถูกต้อง/);
  await page.shot('login-wrong');
  await page.fill('input[name=login]', 'reader');
  await page.fill('input[name=password]', 'a long password of reader');
  await page.click('main button');
  assert.equal(new URL(page.url()).pathname, '/items');
});

test('a sign-in link cannot lead to another site', async () => {
  const page = await browser.visitor();
  for (const to of ['//evil.example/', 'https://evil.example/', '/\\evil.example']) {
    await page.goto(`${base}/login?to=${encodeURIComponent(to)}`);
    assert.equal(await page.getAttribute('input[name=to]', 'value'), '/');
  }
});

test('every page of the register opens, fits a phone and is clean', async () => {
  const page = await browser.visitor('phone');
  await signIn(page, 'admin');
  const item = items[0].register_no.split('/').reverse().join('/');
  const places = ['/', '/items', `/items/${item}`, '/mails?state=quarantined', '/matters', '/calendar', '/reports',
    '/reports/lateness', '/reports/lateness/late', `/reports/kpi/${new Date().getFullYear() + 543}?quarter=1`];
  for (const place of places) {
    const answer = await page.goto(base + place);
    assert.equal(answer.status(), 200, place);
    await fitsItsWidth(page);
    await page.shot(`phone${place.replace(/[/?=]+/g, '-')}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  for (const place of places) {
    await page.goto(base + place);
    await fitsItsWidth(page);
    await page.shot(`desk${place.replace(/[/?=]+/g, '-')}`);
  }
  page.expectClean();
});

test('an item is found by a Thai word, assigned, and its judgement and event are there', async () => {
  const page = await browser.visitor();
  await signIn(page, 'officer');
  await page.goto(`${base}/items`);
  await page.fill('input[name=q]', 'ศุลกากร');
  await page.press('input[name=q]', 'Enter');
  const links = page.locator('table.cards tbody a');
  assert.ok((await links.count()) > 0);
  await page.shot('search');
  await links.last().click();
  const matter = JSON.parse(thanwela('matter', 'list', '--json')).matters.at(-1).no;
  await page.click('summary:has-text("มอบเรื่อง")');
  await page.fill('form[action$="/assign"] input[name=matter]', String(matter));
  await page.fill('form[action$="/assign"] input[name=why]', 'ตรวจแล้วเป็นเรื่องนี้');
  await page.click('form[action$="/assign"] button');
  assert.match(await page.textContent('main'), new RegExp(String(matter)));
  assert.match(await page.textContent('#route'), /มอบเรื่อง.*officer.*ตรวจแล้วเป็นเรื่องนี้/s);
  assert.ok((await page.textContent('#judgement')).length > 0);
  await page.shot('item-assigned');
  page.expectClean();
});

test('a form without its token changes nothing, and a reader may not change', async () => {
  const page = await browser.visitor();
  await signIn(page, 'officer');
  const item = items[0].register_no.split('/').reverse().join('/');
  const answer = await page.request.post(`${base}/items/${item}/cancel`, { form: { why: 'x' }, maxRedirects: 0 });
  assert.equal(answer.status(), 403);
  const reader = await browser.visitor();
  await signIn(reader, 'reader');
  await reader.goto(`${base}/items/${item}`);
  assert.equal(await reader.locator('form[action$="/assign"]').count(), 0);
  const csrf = await reader.getAttribute('header input[name=csrf]', 'value');
  const tried = await reader.request.post(`${base}/items/${item}/cancel`, { form: { why: 'x', csrf }, maxRedirects: 0 });
  assert.equal(tried.status(), 403);
});

// The item of the demo that has an attachment with a Thai name.
function withThaiFile() {
  for (const item of items) {
    const whole = JSON.parse(thanwela('item', 'show', item.register_no, '--json'));
    const at = whole.files.findIndex((file) => file.attachment && /[\u0e00-\u0e7f]/.test(file.filename));
    if (at >= 0) return { item: item.register_no, file: whole.files[at] };
  }
  throw new Error('no item of the demo has a file with a Thai name');
}

async function bytesOf(download) {
  const stream = await download.createReadStream();
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('a link opens the files, Thai names included, until it is revoked', async () => {
  const { item, file } = withThaiFile();
  const place = item.split('/').reverse().join('/');
  const officer = await browser.visitor();
  await signIn(officer, 'officer');
  await officer.goto(`${base}/items/${place}`);
  await officer.click('form[action$="/links"] button');
  const link = here((await officer.textContent('#link')).trim());
  await officer.shot('link-new');
  const visitor = await browser.visitor();
  await visitor.goto(link);
  await visitor.shot('link-page');
  await fitsItsWidth(visitor);
  const row = visitor.locator('tr', { hasText: file.sha256 });
  const href = await row.locator('a').getAttribute('href');
  const answer = await visitor.request.get(base + href);
  assert.equal(crypto.createHash('sha256').update(await answer.body()).digest('hex'), file.sha256);
  assert.match(answer.headers()['content-disposition'], new RegExp(`filename\\*=UTF-8''${encodeURIComponent(file.filename).slice(0, 20)}`));
  assert.match(answer.headers()['content-security-policy'], /sandbox/);
  const part = await visitor.request.get(base + href, { headers: { Range: 'bytes=10-19' } });
  assert.equal(part.status(), 206);
  assert.deepEqual(await part.body(), (await answer.body()).subarray(10, 20));
  const past = await visitor.request.get(base + href, { headers: { Range: 'bytes=999999999-' } });
  assert.equal(past.status(), 416);
  visitor.expectClean();
  await officer.goto(`${base}/items/${place}`);
  const revoke = officer.locator('form[action*="/links/"]').first();
  await revoke.locator('input[name=why]').fill('ส่งผิดคน');
  await revoke.locator('button').click();
  const closed = await visitor.goto(link);
  assert.equal(closed.status(), 404);
  const unknown = await visitor.request.get(`${base}/L/${'A'.repeat(26)}`);
  assert.equal(await visitor.content().then((html) => /ใช้ไม่ได้/.test(html)), true);
  assert.match(await unknown.text(), /ใช้ไม่ได้/);
});

test('a link that has expired opens nothing', async () => {
  const { item } = withThaiFile();
  const link = here(JSON.parse(thanwela('link', item, '--json')).url);
  const visitor = await browser.visitor();
  assert.equal((await visitor.goto(link)).status(), 200);
  sql("update link set created_at = created_at - interval '40 days', expires_at = clock_timestamp() - interval '1 s' where id = (select max(id) from link)");
  assert.equal((await visitor.goto(link)).status(), 404);
});

test('what a stranger writes is inert on every page and in the terminal', async () => {
  const evil = '<script>document.title="owned"</script>"><img src=x onerror=alert(1)>\u202Eexe.\u001b[31mred';
  const item = items[0].register_no;
  const [no, year] = item.split('/');
  const quoted = evil.replace(/'/g, "''");
  sql(`update item set subject = '${quoted}', from_name = '${quoted}', letter_no = '${quoted}' where no = ${no} and year = ${year}`);
  sql(`update attachment set filename = '${quoted}' where item_id = (select id from item where no = ${no} and year = ${year})`);
  sql(`update code set content = '${quoted}' where attachment_id in (select f.id from attachment f join item i on i.id = f.item_id where i.no = ${no} and i.year = ${year})`);
  const page = await browser.visitor();
  let dialogs = 0;
  page.on('dialog', (dialog) => { dialogs++; dialog.dismiss(); });
  await signIn(page, 'officer');
  for (const place of ['/', '/items', `/items/${year}/${no}`, '/reports/lateness', '/items?q=owned']) {
    await page.goto(base + place);
    assert.doesNotMatch(await page.title(), /owned/);
    assert.equal(await page.locator('img[src="x"]').count(), 0);
    assert.doesNotMatch(await page.content(), /[\u202e\u001b]/, place);
  }
  await page.shot('hostile');
  assert.equal(dialogs, 0);
  page.expectClean();
  for (const words of [['item', 'list'], ['item', 'show', item], ['report', 'lateness'], ['report', 'register', '--format', 'csv']])
    assert.doesNotMatch(thanwela(...words), /[\u202e\u001b]\[31m|\u202e/, words.join(' '));
});

test('a page with a code is shown with a frame around it', async () => {
  const page = await browser.visitor();
  await signIn(page, 'reader');
  const item = items.find((row) => JSON.parse(thanwela('item', 'show', row.register_no, '--json')).files.some((f) => f.codes.length));
  await page.goto(`${base}/items/${item.register_no.split('/').reverse().join('/')}`);
  const href = await page.locator('a[href*="/pages/"]').first().getAttribute('href');
  const answer = await page.request.get(base + href);
  assert.equal(answer.headers()['content-type'], 'image/png');
  assert.equal((await answer.body()).subarray(1, 4).toString(), 'PNG');
});

test('a document that came by hand gets a number, is scanned, and its printed receipt is genuine', async () => {
  const page = await browser.visitor();
  await signIn(page, 'officer');
  await page.goto(`${base}/upload`);
  await page.fill('input[name=subject]', 'หนังสือที่นำส่งที่เคาน์เตอร์');
  await page.fill('input[name=agency]', 'CUSTOMS');
  await page.fill('input[name=letter]', 'กค ๐๕๑๘/๙๙');
  await page.fill('input[name=why]', 'เจ้าหน้าที่นำส่งเอง');
  await page.setInputFiles('input[name=file]', path.join(__dirname, '..', 'data', 'documents', 'vec-000.pdf'));
  await page.shot('upload');
  await page.click('main button');
  assert.match(new URL(page.url()).pathname, /^\/items\/25\d\d\/\d+$/);
  assert.match(await page.textContent('#route'), /ลงทะเบียนด้วยมือ.*officer.*เจ้าหน้าที่นำส่งเอง/s);
  const receipt = `${base}${new URL(page.url()).pathname}/receipt`;
  for (let i = 0; i < 100 && (await page.goto(receipt)).status() !== 200; i++) await page.waitForTimeout(300);
  await page.shot('upload-receipt');
  const seen = scan(path.join(process.env.SHOTS, 'upload-receipt.png'));
  const answer = await page.goto(here(seen));
  assert.equal(answer.status(), 200);
  assert.match(await page.textContent('.seal'), /ใบรับถูกต้อง/);
  await page.goto(`${base}/items?q=${encodeURIComponent('0518/99')}`);
  assert.match(await page.textContent('table.cards'), /เคาน์เตอร์/);
});

test('the register can be worked with the keyboard alone', async () => {
  const page = await browser.visitor();
  await page.goto(`${base}/login`);
  await page.focus('input[name=login]');
  await page.keyboard.type('reader');
  await page.keyboard.press('Tab');
  await page.keyboard.type('a long password of reader');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${base}/`);
  const seen = new Set();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    seen.add(await page.evaluate(() => document.activeElement.getAttribute('href') ?? document.activeElement.tagName));
  }
  for (const place of ['/items', '/mails', '/matters', '/calendar', '/reports']) assert.ok(seen.has(place), place);
  page.expectClean();
});
