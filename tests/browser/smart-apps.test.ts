/** People with a browser: they sign in, choose, allow, read, refresh and sign out, in sample apps that know SMART alone. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_ACCOUNTS_FILE } from '../../src/smart/accounts/demo-accounts.ts';
import { freePort } from '../start/support.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';

let app: TestApp;
let browser: TestBrowser;
let origin: string;
const passwords = new Map<string, string>();

beforeAll(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  app = await startTestApp({ auth: 'smart', demo: true, port, base: `${origin}/fhir` });
  await app.app.listen({ host: '127.0.0.1', port });
  const text = await readFile(join(app.dataDir, DEMO_ACCOUNTS_FILE), 'utf8');
  for (const line of text.split('\n')) {
    const [login, password] = line.split('\t');
    if (login && password) passwords.set(login, password);
  }
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
});

/** Chinese by default. */
async function enter(page: Page, login: string, password = passwords.get(login)!) {
  await page.locator('#login').fill(login);
  await page.locator('#password').fill(password);
  await page.locator('form button[type=submit]').first().click();
}

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();
const shown = (page: Page) => page.locator('#patient').textContent();
const heading = (page: Page) => page.locator('h1').textContent();

describe('a resident', () => {
  test('signs in, allows, reads their record, refreshes, and signs out', async () => {
    const { page, faults, context } = await browser.visitor();
    await page.goto(`${origin}/apps/resident/`);
    await press(page, /登录/);
    await page.waitForURL(/\/oauth\/interaction\//);
    expect(await heading(page)).toBe('登录');
    await enter(page, 'resident');
    // One record, so there is nothing to choose.
    await page.getByText('授权确认').waitFor();
    expect(await page.getByRole('main').textContent()).toContain('查看和检索所选居民的检验结果和体征');
    expect(await page.getByRole('main').textContent()).toContain('王广田');
    await press(page, '允许');
    await page.getByText('检验和体征 Results').waitFor();
    expect(page.url()).toMatch(/\/apps\/resident\//);
    expect(await shown(page)).toContain('王广田');
    await press(page, /刷新/);
    await page.getByText('已刷新').waitFor();
    await press(page, /退出/);
    await page.waitForURL(/\/oauth\/logout/);
    await press(page, '退出登录');
    await page.waitForURL(/\/apps\/resident\//);
    await press(page, /登录/);
    await page.waitForURL(/\/oauth\/interaction\//);
    expect(await heading(page)).toBe('登录');
    expect(faults).toEqual([]);
    await context.close();
  });

  test('refuses, and the app is told', async () => {
    const { page, context } = await browser.visitor();
    await page.goto(`${origin}/apps/resident/`);
    await press(page, /登录/);
    await enter(page, 'guardian');
    await page.locator('button.row').first().click();
    await press(page, '拒绝');
    await page.waitForURL(/\/apps\/resident\//);
    expect(await page.getByRole('alert').textContent()).toMatch(/declined|denied/);
    await context.close();
  });

  test('with a ward chooses whose record, on a phone and in English', async () => {
    const { page, faults, context } = await browser.visitor({ locale: 'en-GB', phone: true });
    const fits = async () =>
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page.goto(`${origin}/apps/resident/`);
    await press(page, /Sign in/);
    await page.waitForURL(/\/oauth\/interaction\//);
    expect(await heading(page)).toBe('Sign in');
    await fits();
    await page.getByRole('link', { name: '中文' }).click();
    expect(await heading(page)).toBe('登录');
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByLabel('Login').fill('guardian');
    await page.getByLabel('Password').fill(passwords.get('guardian')!);
    await press(page, 'Sign in');
    await page.getByText('Choose a patient').waitFor();
    await fits();
    expect(await page.locator('button.row').count()).toBe(2);
    await page.locator('button.row').nth(1).click();
    await page.getByText('Allow access').waitFor();
    await fits();
    await press(page, 'Allow');
    await page.getByText('接种 Vaccinations').waitFor();
    expect(await shown(page)).toContain('周静怡之女');
    await fits();
    expect(faults).toEqual([]);
    await context.close();
  });

  test('is locked out after five wrong passwords, and told for how long', async () => {
    const { page, context } = await browser.visitor();
    await page.goto(`${origin}/account`);
    for (let failed = 1; failed <= 5; failed += 1) {
      await enter(page, 'nurse', 'a wrong password');
      expect(await page.getByRole('alert').textContent()).toContain('不正确');
    }
    await enter(page, 'nurse');
    expect(await page.getByRole('alert').textContent()).toMatch(/请在 \d+ 秒后重试/);
    await context.close();
  });

  test('who is signed in on their own page need not sign in for the app, and takes back there what they allowed', async () => {
    const { page, context } = await browser.visitor();
    await page.goto(`${origin}/account`);
    await enter(page, 'resident');
    await page.getByText('我的账号').first().waitFor();
    await page.goto(`${origin}/apps/resident/`);
    await press(page, /登录/);
    const allow = page.getByRole('button', { name: '允许' });
    const record = page.getByText('检验和体征 Results');
    await allow.or(record).first().waitFor();
    if (await allow.isVisible()) await allow.click();
    await record.waitFor();
    const own = await context.newPage();
    await own.goto(`${origin}/account`);
    expect(await own.getByRole('main').textContent()).toContain('我的健康档案 My record');
    await press(own, '撤回授权');
    await own.getByText('已撤回授权').waitFor();
    await press(page, /刷新/);
    await page.getByRole('alert').waitFor();
    await context.close();
  });
});

describe('a doctor', () => {
  test('searches standalone for a patient of theirs, by name and by ID number', async () => {
    const { page, faults, context } = await browser.visitor();
    await page.goto(`${origin}/apps/doctor/`);
    await press(page, /登录/);
    await enter(page, 'township-doctor');
    const find = async (text: string) => {
      await page.getByLabel('姓名或身份证件号码').fill(text);
      await press(page, '查找');
    };
    await find('王广田');
    expect(await page.locator('button.row', { hasText: '王广田' }).textContent()).toContain('…0033');
    await find('331299195103120033');
    await page.locator('button.row', { hasText: '王广田' }).click();
    await press(page, '允许');
    await page.getByText('处方 Prescriptions').waitFor();
    expect(await page.locator('#person').textContent()).toBe('石永庆');
    expect(await shown(page)).toContain('王广田');
    expect(faults).toEqual([]);
    await context.close();
  });

  test('finds nobody whom they do not treat', async () => {
    const { page, context } = await browser.visitor();
    await page.goto(`${origin}/apps/doctor/`);
    await press(page, /登录/);
    await enter(page, 'doctor');
    await page.getByLabel('姓名或身份证件号码').fill('王广田');
    await press(page, '查找');
    await page.getByText('没有您可以查看的居民').waitFor();
    await context.close();
  });

  test('opens the app from the EHR for the patient there, without signing in again', async () => {
    const { page, faults, context } = await browser.visitor();
    await page.goto(`${origin}/apps/ehr/`);
    await press(page, /登录/);
    await enter(page, 'township-doctor');
    await press(page, '允许');
    await page.getByLabel('患者姓名').fill('李秀梅');
    await press(page, /查找/);
    await press(page, /李秀梅/);
    await page.getByText('授权确认').waitFor();
    expect(await page.getByRole('main').textContent()).toContain('李秀梅');
    await press(page, '允许');
    await page.getByText('处方 Prescriptions').waitFor();
    expect(await page.locator('#person').textContent()).toBe('石永庆');
    expect(await shown(page)).toContain('李秀梅');
    const colour = () =>
      page.evaluate<string>(
        "getComputedStyle(document.documentElement).getPropertyValue('--color_highlight')",
      );
    expect(await colour()).toBe('#1b6b3a');
    await press(page, /刷新/);
    await page.getByText('已刷新').waitFor();
    expect(await shown(page)).toContain('李秀梅');
    expect(faults).toEqual([]);
    await context.close();
  });

  test('is not taken to another server by a link', async () => {
    const { page, context } = await browser.visitor();
    await page.goto(`${origin}/apps/doctor/?iss=https%3A%2F%2Fevil.example%2Ffhir&launch=x`);
    await page.getByRole('alert').waitFor();
    expect(page.url()).toContain('/apps/doctor/');
    await context.close();
  });
});
