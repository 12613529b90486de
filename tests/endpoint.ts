/** Starts the built host as a person does, on a free port and with a store of its own. */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyPairs } from '#endpoint/store/key-pairs.ts';

const program = join(import.meta.dirname, '../dist/endpoint/main.js');

export interface Endpoint {
  /** Such as `http://localhost:40123`; the store's endpoint too. */
  readonly address: string;
  readonly store: EndpointStore;
  stop(): Promise<void>;
}

/** What a person types into "Connect a store". */
export interface EndpointStore extends KeyPairs {
  readonly endpoint: string;
  readonly bucket: string;
}

export interface EndpointOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The built host to start; by default the one of this project's `dist`. */
  readonly path?: string;
  /** Where the store lies, for one that outlives its host; by default a new folder that goes with it. */
  readonly data?: string;
}

export function startEndpoint(options: EndpointOptions = {}): Promise<Endpoint> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'holdfast-store-'));
  const child = spawn(process.execPath, [options.path ?? program], {
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      HOLDFAST_DATA: data,
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const shown = /Holdfast is at (\S+)/.exec(output)?.[1];
      if (!shown) return;
      // Browsers treat "localhost" as trustworthy under every scheme.
      const address = shown.replace('127.0.0.1', 'localhost');
      resolve({
        address,
        get store() {
          const keyPairs = JSON.parse(readFileSync(join(data, 'keys.json'), 'utf8')) as KeyPairs;
          return { endpoint: address, bucket: 'holdfast', ...keyPairs };
        },
        async stop() {
          child.kill();
          await ended;
          if (options.data === undefined) rmSync(data, { recursive: true, force: true });
        },
      });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then((code) => {
      reject(new Error(`The host ended with ${code ?? 'a signal'}: ${output.trim()}`));
    });
  });
}
