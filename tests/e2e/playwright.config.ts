import { defineConfig } from '@playwright/test';
import { findHeadless } from '../browser.ts';

const { executablePath, args } = findHeadless();

export default defineConfig({
  testDir: '.',
  outputDir: '../../.cache/e2e',
  fullyParallel: true,
  // The longest first, so that no worker waits for one at the end.
  projects: [
    { name: 'stories', testMatch: '**/*-story.test.ts' },
    { name: 'screens', testMatch: '**/*.test.ts', testIgnore: '**/*-story.test.ts' },
  ],
  workers: Number(process.env['HOLDFAST_E2E_WORKERS'] ?? 2),
  forbidOnly: Boolean(process.env['CI']),
  timeout: process.env['HOLDFAST_DEEP'] ? 900_000 : 90_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath, args: [...args] },
    locale: 'en-GB',
    viewport: { width: 1180, height: 820 },
    actionTimeout: 15_000,
    trace: 'off',
    screenshot: 'only-on-failure',
  },
});
