import { createSession, must } from './fixture.ts';
import type { RecordId } from '#base/ids.ts';
import { expect, test } from 'vitest';

test('an edit that names another kind than the record’s finds nothing: what a role may do goes by the kind', async () => {
  const { vault } = (await createSession()).session;
  const values = { title: 'Lost key', aware: '2026-11-01T09:00' };
  const [record] = must(await vault.save([{ kind: 'incident', values }])).records as [RecordId];
  const disguised = { type: 'access', person: 'Bea Lund', received: '2026-11-02' };
  expect(await vault.save([{ record, kind: 'request', values: disguised }])).toEqual({
    ok: false,
    error: { type: 'NotFound' },
  });
});
