/** The story of a team, as `npm test` tells it, on a gateway of the cluster instead of the store that comes with the app. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findBrowser } from '../browser.ts';
import type { StoreFields } from '../e2e/pages/devices.ts';
import type { Ceph } from './cluster.ts';

const root = join(import.meta.dirname, '../..');

export async function tellStoryInBrowsers({ gateways, ...ceph }: Ceph): Promise<void> {
  const store: StoreFields = {
    endpoint: gateways[0],
    bucket: ceph.bucket,
    accessKey: ceph.accessKey,
    secretKey: ceph.secretKey,
  };
  const child = spawn(
    join(root, 'node_modules/.bin/playwright'),
    ['test', '--config', 'tests/e2e/playwright.config.ts', '--reporter', 'list', 'sync-story'],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        HOLDFAST_CHROMIUM: findBrowser().executablePath,
        HOLDFAST_TEST_STORE: JSON.stringify(store),
      },
    },
  );
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`The story ended with ${code ?? 'a signal'}`);
}
