/** `npm start` after the build: what the host says and does as a program. */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { AwsClient } from 'aws4fetch';
import { startEndpoint } from '../endpoint.ts';

const main = join(import.meta.dirname, '../../dist/endpoint/main.js');
const tls = join(import.meta.dirname, '../vectors/tls');

/** Runs the host until it ends by itself, as it does where it cannot serve. */
function refusal(environment: Record<string, string>): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, PORT: '0', HOLDFAST_STORE: 'off', ...environment },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code: code ?? -1, said }));
  });
}

test('a busy port ends it with one clear sentence', async () => {
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  const port = (busy.address() as AddressInfo).port;
  const { code, said } = await refusal({ PORT: String(port) });
  busy.close();
  expect(code).toBe(1);
  expect(said).toBe(
    `Port ${port} is in use by another program: close that, or choose another port, as in "PORT=${port + 1} npm start".\n`,
  );
});

test('each setting that cannot be is refused in one sentence', async () => {
  const refusals = [
    [{ PORT: 'http' }, 'PORT is "http"'],
    [{ HOST: '192.0.2.1' }, 'There is no address for HOST "192.0.2.1"'],
    [{ HOLDFAST_STORES: 'https://*.example.com' }, 'HOLDFAST_STORES names'],
    [{ TLS_CERT: 'none.pem', TLS_KEY: 'none.pem' }, 'TLS_CERT and TLS_KEY do not give'],
    [
      { TLS_CERT: join(tls, 'localhost-key.pem'), TLS_KEY: join(tls, 'localhost-cert.pem') },
      'TLS_CERT and TLS_KEY do not give',
    ],
  ] as const;
  for (const [environment, sentence] of refusals) {
    const { code, said } = await refusal(environment);
    expect(code).toBe(1);
    expect(said).toContain(sentence);
    expect(said.trim().split('\n')).toHaveLength(1);
  }
});

test('localhost is served on every address that a browser may try for it', async () => {
  const endpoint = await startEndpoint({ environment: { HOST: 'localhost' } });
  try {
    const { port } = new URL(endpoint.address);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect((await fetch(endpoint.address)).status).toBe(200);
  } finally {
    await endpoint.stop();
  }
});

test('with a certificate it serves https', async () => {
  const endpoint = await startEndpoint({
    environment: {
      TLS_CERT: join(tls, 'localhost-cert.pem'),
      TLS_KEY: join(tls, 'localhost-key.pem'),
    },
  });
  try {
    expect(endpoint.address).toMatch(/^https:/);
    const ca = readFileSync(join(tls, 'localhost-cert.pem'));
    const status = await new Promise((resolve, reject) => {
      get(endpoint.address, { ca }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(200);
  } finally {
    await endpoint.stop();
  }
});

test('a store lies beside the app', async () => {
  const endpoint = await startEndpoint();
  try {
    const { store } = endpoint;
    const client = new AwsClient({ ...store.full, service: 's3', region: 'auto', retries: 0 });
    const address = `${store.endpoint}/${store.bucket}/kelp`;
    expect((await client.fetch(address, { method: 'PUT', body: 'forest' })).status).toBe(200);
    expect(await (await client.fetch(address)).text()).toBe('forest');
    expect((await fetch(address)).status).toBe(403);
    expect((await fetch(endpoint.address)).status).toBe(200);
  } finally {
    await endpoint.stop();
  }
});

test('a store outlives its host, with its keys', async () => {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
  const first = await startEndpoint({ data });
  const keys = first.store.full;
  await first.stop();
  const second = await startEndpoint({ data });
  expect(second.store.full).toEqual(keys);
  await second.stop();
  rmSync(data, { recursive: true });
});
