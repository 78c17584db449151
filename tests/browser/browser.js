// One headless Chromium for a test file, and what every page is held to: no error in the console, no
// request to another origin. SPDX-License-Identifier: AGPL-3.0-or-later
'use strict';
const { chromium } = require('playwright-core');
const { execFileSync } = require('node:child_process');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const base = process.env.BASE_URL;
const sizes = {
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844 },
};

// The program under test, as an officer at the terminal calls it.
function thanwela(...args) {
  return execFileSync(path.join(process.env.PROGRAMS, 'thanwela'), ['-c', process.env.CONF, ...args], {
    encoding: 'utf8',
  });
}

// The receipts that the morning's mails produced: [{ name, png, pdf }].
function receipts() {
  const folder = path.join(process.env.OFFICE, 'receipts');
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.png'))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((file) => ({
      name: file.slice(0, -4),
      png: path.join(folder, file),
      pdf: path.join(folder, file.replace(/png$/, 'pdf')),
    }));
}

// A statement at the register's own database, for what only time would bring about.
function sql(statement) {
  const env = fs.readFileSync(path.join(process.env.OFFICE, 'office', 'env'), 'utf8');
  const host = /^DB_HOST=(.*)$/m.exec(env)[1];
  return execFileSync('psql', ['-XqAt', '-h', host, '-U', 'office', '-d', 'thanwela', '-c', statement], { encoding: 'utf8' }).trim();
}

// What a phone's camera reads on a picture; zbar is not ours.
function scan(png) {
  return execFileSync('zbarimg', ['-q', '--raw', png], { encoding: 'utf8' }).trim();
}

// The QR's text has the office's name and capitals; the same page on this machine.
function here(url) {
  const at = new URL(url);
  return base + at.pathname + at.search;
}

class Browser {
  async open() {
    // --no-sandbox: the tests run as root in a root of their own, where Chromium's sandbox refuses.
    this.chromium = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  }

  async close() {
    await this.chromium.close();
  }

  // A fresh visitor. faults collects what a page must not do; expectClean() fails on any.
  async visitor(size = 'desktop', options = {}) {
    const context = await this.chromium.newContext({ viewport: sizes[size], locale: 'th-TH', ...options });
    const page = await context.newPage();
    const faults = [];
    page.on('console', (line) => {
      if (['error', 'warning'].includes(line.type())) faults.push(`console: ${line.text()}`);
    });
    page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== base && !request.url().startsWith('data:'))
        faults.push(`request to another origin: ${request.url()}`);
    });
    page.faults = faults;
    page.expectClean = () => assert.deepEqual(faults, []);
    page.shot = (name) => page.screenshot({ path: path.join(process.env.SHOTS, `${name}.png`), fullPage: true });
    return page;
  }
}

// Nothing may stick out sideways: a clerk with a phone would have to scroll to read a line.
async function fitsItsWidth(page) {
  const [scroll, client] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(scroll <= client, `${page.url()} is ${scroll} px wide in a window of ${client}`);
}

// Who signed in once in a test file stays so: a password's hash is dear on purpose.
const sessions = new Map();

async function signIn(page, login) {
  if (sessions.has(login)) {
    await page.context().addCookies(sessions.get(login));
    return;
  }
  await page.goto(`${base}/login`);
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', `a long password of ${login}`);
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith('/login')), page.press('input[name=password]', 'Enter')]);
  sessions.set(login, await page.context().cookies());
}

module.exports = { Browser, base, fitsItsWidth, here, receipts, scan, signIn, sql, thanwela };
