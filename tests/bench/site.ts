/** Serves a built folder with the app's own headers, notes what was asked for, and takes files that the page hands back. */

import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createStaticSite } from '#endpoint/static.ts';

export interface Site {
  readonly address: string;
  /** Paths in the order in which they were asked for. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

export async function startSite(
  directory: string,
  files: string,
  stores: readonly string[] = [],
): Promise<Site> {
  const answer = createStaticSite({ directory, stores });
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'POST') {
      const name = pathname.replace(/[^\w.-]/g, '');
      void pipeline(request, createWriteStream(join(files, name))).then(() => response.end());
      return;
    }
    requests.push(pathname);
    void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://localhost:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
