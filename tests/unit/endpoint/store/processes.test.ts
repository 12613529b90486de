/** What must hold of the folder when servers are killed, and when two share it. */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { byteTextToText, textToByteText, type ByteText } from '#endpoint/store/byte-text.ts';
import { loadKeyPairs } from '#endpoint/store/key-pairs.ts';
import { openObjects } from '#endpoint/store/objects.ts';
import { keyPath, send, sign } from './fixture.ts';

const root = join(import.meta.dirname, '../../../..');
const rounds = process.env['SLOW'] ? 60 : 3;

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-killed-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function startServer(): Promise<{ port: number; child: ChildProcess }> {
  const child = spawn(
    process.execPath,
    [join(root, 'tests/run.js'), join(import.meta.dirname, 'server.ts')],
    {
      cwd: root,
      env: { ...process.env, STORE_FOLDER: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      resolve(Number(/port (\d+)/.exec(chunk.toString())?.[1]));
    });
    child.once('exit', () => reject(new Error('The server ended before it listened.')));
  });
  return { port, child };
}

/** The status; `null` where no answer came. */
async function put(
  port: number,
  key: string,
  body: Buffer,
  headers: Record<string, string>,
): Promise<number | null> {
  const keyPairs = await loadKeyPairs(folder);
  if (!keyPairs.ok) throw new Error(keyPairs.error.message);
  const sent = { method: 'PUT', path: keyPath(key), headers, body };
  try {
    return (await send(port, await sign(port, sent, { keyPair: keyPairs.value.full }))).status;
  } catch {
    return null;
  }
}

async function readAll(): Promise<Map<string, string>> {
  const opened = await openObjects(folder);
  if (!opened.ok) throw new Error(opened.error.message);
  const bodies = new Map<string, string>();
  let after: ByteText | null = '' as ByteText;
  while (after !== null) {
    const page = await opened.value.list({ prefix: textToByteText(''), after, limit: 100 });
    for (const { key, facts } of page.objects) {
      const object = await opened.value.open(key);
      const body = (await object?.file.readFile()) ?? Buffer.alloc(0);
      await object?.file.close();
      expect(body.length).toBe(facts.size);
      bodies.set(byteTextToText(key) ?? '', body.toString());
    }
    after = page.next;
  }
  return bodies;
}

it('kill -9 while writing leaves no torn object, and loses none that was answered', async () => {
  const answered = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const { port, child } = await startServer();
    let isAlive = true;
    const write = async (writer: number) => {
      for (let index = 0; isAlive; index++) {
        const key = `killed/${round}/${writer}/${index}`;
        const body = bodyOf(key, index);
        const status = await put(port, key, body, { 'if-none-match': '*' });
        if (status === 200) answered.add(key);
        await put(port, `replaced/${writer}`, body, {});
      }
    };
    const writers = Array.from({ length: 8 }, (_, writer) => write(writer));
    await sleep(100 + ((round * 97) % 300));
    child.kill('SIGKILL');
    isAlive = false;
    await Promise.all(writers);

    const bodies = await readAll();
    for (const key of answered) expect(bodies.has(key), key).toBe(true);
    for (const [key, body] of bodies) {
      const [, writtenKey = '', index = ''] = /^(\S+) (\d+) /.exec(body) ?? [];
      expect(body).toBe(bodyOf(writtenKey, Number(index)).toString());
      if (key.startsWith('killed/')) expect(writtenKey).toBe(key);
    }
  }
  expect(answered.size).toBeGreaterThan(rounds);
});

it('of two servers on one folder, and many who create a key, one wins', async () => {
  const servers = await Promise.all([startServer(), startServer()]);
  for (let round = 0; round < rounds; round++) {
    const statuses = await Promise.all(
      Array.from({ length: 40 }, (_, racer) =>
        put(servers[racer % 2]!.port, `race/${round}`, Buffer.from(String(racer)), {
          'if-none-match': '*',
        }),
      ),
    );
    const winners = statuses.flatMap((status, racer) => (status === 200 ? [String(racer)] : []));
    expect(winners).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(39);
    expect((await readAll()).get(`race/${round}`)).toBe(winners[0]);
  }
});

/** Says of itself what it should be, from a few bytes to a third of a MiB. */
function bodyOf(key: string, index: number): Buffer {
  const line = `${key} ${index} `;
  return Buffer.from(line.repeat(1 + ((index * 7919) % 16_000)));
}
