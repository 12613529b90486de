/** A page as careless as most: what is typed into it, the browser may keep. It shows that a search of the disk finds such text. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PlainPage {
  readonly address: string;
  stop(): Promise<void>;
}

export async function startPlainPage(): Promise<PlainPage> {
  const server: Server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end('<!doctype html><title>Plain</title><label>Plain field <input></label>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://localhost:${port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
