/** Waits for the file that a browser is writing into a folder. */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './driver.ts';

export async function nextDownload(folder: string, start: () => Promise<void>): Promise<string> {
  const before = new Set(readdirSync(folder));
  await start();
  let last = '';
  return until('a download', async () => {
    const fresh = readdirSync(folder).filter((file) => !before.has(file));
    const isUnfinished = fresh.some((file) => /\.(part|wkdownload|crdownload)$/.test(file));
    const finished = fresh.find((file) => statSync(join(folder, file)).size > 0);
    if (isUnfinished || finished === undefined) return null;
    // Complete once its size stands still between two looks.
    const now = `${finished} ${statSync(join(folder, finished)).size}`;
    const isStill = now === last;
    last = now;
    return isStill ? join(folder, finished) : null;
  });
}
