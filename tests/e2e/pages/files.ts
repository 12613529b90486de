/** Files on their way in and out of the page. */

import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';

export interface InputFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export type ChosenFile = InputFile | string;

export async function choose(page: Page, button: Locator, file: ChosenFile): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button.click()]);
  await chooser.setFiles(file);
}

export interface DownloadedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export async function downloaded(page: Page, start: () => Promise<void>): Promise<DownloadedFile> {
  const [download] = await Promise.all([page.waitForEvent('download'), start()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

export function csvFile(name: string, content: string | Uint8Array): InputFile {
  return { name, mimeType: 'text/csv', buffer: Buffer.from(content) };
}

export function backupFile(file: DownloadedFile): InputFile {
  return { name: file.name, mimeType: 'application/x-tar', buffer: file.bytes };
}
