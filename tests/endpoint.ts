/** Starts the built host as a person does, on a free port. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';

const program = join(import.meta.dirname, '../dist/endpoint/main.js');

export interface Endpoint {
  /** Such as `http://localhost:40123`. */
  readonly address: string;
  stop(): Promise<void>;
}

export interface EndpointOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The built host to start; by default the one of this project's `dist`. */
  readonly path?: string;
}

export function startEndpoint(options: EndpointOptions = {}): Promise<Endpoint> {
  const child = spawn(process.execPath, [options.path ?? program], {
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const address = /Holdfast is at (\S+)/.exec(output)?.[1];
      if (!address) return;
      resolve({
        // Browsers treat "localhost" as trustworthy under every scheme.
        address: address.replace('127.0.0.1', 'localhost'),
        async stop() {
          child.kill();
          await ended;
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
