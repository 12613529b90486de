import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readShipped } from '#compliance/packs/shipped.ts';
import { DEFAULT_POLICY, SHIPPED_PACKS } from '#compliance/policy.ts';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { must } from '../../vault/fixture.ts';
import { readPolicyFile } from './packs.ts';

const schemaFile = join(
  import.meta.dirname,
  '../../../../../shared/data/oscal/oscal_complete_schema-1-2-2.json',
);
const fromHere = (path: string) => Promise.resolve(readPolicyFile(path));
const packs = await Promise.all(
  SHIPPED_PACKS.map(async (key) => must(await readShipped(key, fromHere)).pack),
);

function numbered(letter: string, most: number): readonly string[] {
  return Array.from({ length: most }, (_, index) => `${letter}${index + 1}`);
}

describe('the packs that come with the app', () => {
  it('are those that a workspace asks for by itself', () => {
    expect([...SHIPPED_PACKS].sort()).toEqual([...DEFAULT_POLICY.packs].sort());
    for (const [index, key] of SHIPPED_PACKS.entries()) expect(packs[index]?.key).toBe(key);
  });

  it('have a control for every rule that is to be kept', () => {
    const ids = packs.flatMap(({ controls }) => controls.map(({ id }) => id));
    const expected = [
      ...numbered('G', 29),
      ...numbered('H', 25),
      ...numbered('P', 16),
      ...numbered('L', 11),
      ...numbered('C', 4),
    ];
    expect(ids.sort()).toEqual(expected.sort());
  });

  it.each(packs.map((pack) => [pack.key, pack] as const))('%s is whole', (_, pack) => {
    const used = new Set(pack.controls.flatMap(({ parameters }) => parameters));
    expect([...used].sort()).toEqual([...pack.parameters.keys()].sort());
    for (const control of pack.controls) {
      expect(control.sources, control.id).not.toEqual([]);
      expect(control.fix, control.id).not.toBe(null);
      expect(control.effective === null, control.id).toBe(control.status === 'proposed');
      expect(control.reviewBy > control.reviewed, control.id).toBe(true);
      for (const text of [control.title, control.statement]) {
        expect(text['zh-CN'], control.id).toMatch(/\p{Script=Han}/u);
        expect(text.en, control.id).not.toMatch(/\p{Script=Han}/u);
      }
    }
  });

  it('are refused where the host serves others, or none', async () => {
    const altered = (path: string) =>
      Promise.resolve(readPolicyFile(path).replace('"high"', '"low"'));
    expect(await readShipped('gdpr', altered)).toMatchObject({ error: { type: 'NotPinned' } });
    const exchanged = () => Promise.resolve(readPolicyFile('policies/ccpa.json'));
    expect(await readShipped('gdpr', exchanged)).toMatchObject({ error: { type: 'NotPinned' } });
    const missing = () => Promise.resolve(null);
    expect(await readShipped('gdpr', missing)).toMatchObject({ error: { type: 'Unreachable' } });
  });

  describe.skipIf(!existsSync(schemaFile))(
    'by NIST’s schema (skipped where ../shared/data is absent)',
    () => {
      it.each(SHIPPED_PACKS)('%s is a catalog and a profile', (key) => {
        const validate = new Ajv({ strict: false, validateFormats: false }).compile(
          JSON.parse(readFileSync(schemaFile, 'utf8')) as object,
        );
        const { catalog, profile } = JSON.parse(readPolicyFile(`policies/${key}.json`)) as {
          catalog: object;
          profile: object;
        };
        for (const model of [{ catalog }, { profile }]) {
          validate(model);
          expect(validate.errors).toBe(null);
        }
      });
    },
  );
});
