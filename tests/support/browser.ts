/** A headless browser, as a person in front of a computer or with a phone. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';
import type {} from './chromium.ts';

/** Only so that what cannot succeed ends with Playwright's words: no test waits for time to pass. */
const PATIENCE_MS = 30_000;

export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What broke: scripts that failed, and what the policy of a page refused. */
  readonly faults: string[];
}

export interface TestBrowser {
  /** Somebody with a browser of their own: no cookies, nothing stored. */
  visitor(settings?: { readonly locale?: string; readonly phone?: boolean }): Promise<Visitor>;
  close(): Promise<void>;
}

/** Of what the package suggests for machines without a desktop: not what takes the walls down that are tested here. */
const NOT_OURS =
  /^--(single-process|no-zygote|disable-web-security|disable-site-isolation-trials|allow-running-insecure-content)$/;

export async function startBrowser(): Promise<TestBrowser> {
  const { executablePath, args: suggested } = inject('chromium');
  const args = suggested.filter((arg) => !NOT_OURS.test(arg));
  const browser: Browser = await chromium.launch({ executablePath, args, headless: true });
  return {
    async visitor({ locale = 'zh-CN', phone = false } = {}) {
      const context = await browser.newContext({
        locale,
        viewport: phone ? { width: 360, height: 740 } : { width: 1280, height: 900 },
        isMobile: phone,
        hasTouch: phone,
      });
      context.setDefaultTimeout(PATIENCE_MS);
      const faults: string[] = [];
      context.on('weberror', (error) => faults.push(error.error().message));
      context.on('console', (message) => {
        if (message.type() === 'error' && /Content.Security.Policy/i.test(message.text()))
          faults.push(message.text());
      });
      return { context, page: await context.newPage(), faults };
    },
    close: () => browser.close(),
  };
}
