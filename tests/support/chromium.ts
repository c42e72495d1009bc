/** Unpacks the browser once, before the files that use it run side by side. */
import chromium from '@sparticuz/chromium';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** What Playwright is told to start. */
    chromium: { readonly executablePath: string; readonly args: string[] };
  }
}

export default async function setup(project: TestProject): Promise<void> {
  project.provide('chromium', { executablePath: await chromium.executablePath(), args: chromium.args });
}
