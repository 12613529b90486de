import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { encodeAll, encodedName, tagOf } from '#endpoint/encoding.ts';
import { expect, it } from 'vitest';

it('the build compresses each text and program once, under the hash of what it holds', async () => {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-encoded-'));
  try {
    const script = Buffer.from('console.log("kelp");\n'.repeat(100));
    const [app, encoded] = [join(root, 'app'), join(root, 'encoded')];
    mkdirSync(join(app, 'assets'), { recursive: true });
    mkdirSync(encoded);
    writeFileSync(join(app, 'assets/index.js'), script);
    writeFileSync(join(app, 'icon.png'), Buffer.from([0x89, 0x50]));
    writeFileSync(join(encoded, 'of another build'), '');
    await encodeAll(app, encoded);
    expect(readdirSync(encoded)).toEqual([encodedName(tagOf(script))]);
    const packed = readFileSync(join(encoded, encodedName(tagOf(script))));
    expect(packed.length).toBeLessThan(script.length / 10);
    expect(brotliDecompressSync(packed)).toEqual(script);
  } finally {
    rmSync(root, { recursive: true });
  }
});
