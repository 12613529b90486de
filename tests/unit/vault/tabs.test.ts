import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import type { RecordId } from '#base/ids.ts';
import { valuesOf } from '#domain/values.ts';
import type { Session } from '#vault/session.ts';
import { Workspaces } from '#vault/workspaces.ts';
import {
  batches,
  createEnvironment,
  createSession,
  must,
  NEVER,
  BY_PASSPHRASE,
} from './fixture.ts';

/** Two workers of one browser: their own memory, the same database, the same locks. */
async function twoTabs() {
  const environment = createEnvironment();
  const { session: first } = await createSession(environment);
  const second = must(await new Workspaces(environment).unlock(first.workspace, BY_PASSPHRASE));
  return { environment, first, second };
}

function names(session: Session): string[] {
  return session.vault.list({ text: '', sort: 'name' }, 0, 100_000).rows.map(({ name }) => name);
}

async function settled(...sessions: readonly Session[]): Promise<void> {
  for (const session of sessions) await session.vault.catchUp();
}

describe('two tabs', () => {
  it('see what the other saved, and neither loses anything when both write at once', async () => {
    const { first, second } = await twoTabs();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? first : second).vault.save([
          { kind: 'customer', values: { name: `Customer ${String(index).padStart(2, '0')}` } },
        ]),
      ),
    );
    await settled(first, second);
    expect(names(first)).toHaveLength(20);
    expect(names(second)).toEqual(names(first));
    expect(first.vault.damage).toEqual([]);
    await first.end({ everywhere: false });
    await second.end({ everywhere: false });
  });

  it('merge edits of the same customer, and go on over each other’s rolls and imports', async () => {
    const { first, second } = await twoTabs();
    const [id] = must(
      await first.vault.save([{ kind: 'customer', values: { name: 'Ada' } }]),
    ).records;
    if (id === undefined) throw new Error('a save names its record');
    await settled(second);
    must(await first.vault.roll());
    must(await second.vault.save([{ kind: 'customer', record: id, values: { company: 'B' } }]));
    await settled(first);
    must(await first.vault.bulk(batches(600), { signal: NEVER }));
    must(await second.vault.save([{ kind: 'customer', record: id, values: { title: 'C' } }]));
    must(await second.vault.roll());
    must(await first.vault.save([{ kind: 'customer', record: id, values: { notes: 'D' } }]));
    await settled(first, second);
    for (const session of [first, second]) {
      const state = must(await session.vault.openDossier(id)).get(id);
      expect(state && valuesOf(state)).toMatchObject({
        name: 'Ada',
        company: 'B',
        title: 'C',
        notes: 'D',
      });
      expect(session.vault.living).toBe(601);
      expect(session.vault.damage).toEqual([]);
    }
    await first.end({ everywhere: false });
    await second.end({ everywhere: false });
  });

  it('keep an edit that one makes while the other’s import rewrites that customer', async () => {
    const { first, second } = await twoTabs();
    must(await first.vault.bulk(batches(400), { signal: NEVER }));
    await settled(second);
    const ids = first.vault.select({ text: '', sort: 'name' });
    const [id] = ids as [RecordId];
    async function* updates() {
      yield ids.map((record) => ({
        record,
        kind: 'customer' as const,
        values: { source: 'fair' },
      }));
      must(await second.vault.save([{ kind: 'customer', record: id, values: { name: 'Edited' } }]));
    }
    must(await first.vault.bulk(updates(), { signal: NEVER }));
    await settled(first, second);
    for (const session of [first, second]) {
      const state = must(await session.vault.openDossier(id)).get(id);
      expect(state && valuesOf(state)).toMatchObject({ name: 'Edited', source: 'fair' });
      expect(session.vault.select({ text: 'edited', sort: 'name' })).toEqual([id]);
    }
    await first.end({ everywhere: false });
    const again = must(
      await new Workspaces(createEnvironment()).unlock(second.workspace, BY_PASSPHRASE),
    );
    expect(again.vault.select({ text: 'edited', sort: 'name' })).toEqual([id]);
    await again.end({ everywhere: false });
    await second.end({ everywhere: false });
  });

  it('hand the key over sealed, and lock together', async () => {
    const environment = createEnvironment();
    const { session: first } = await createSession(environment);
    const other = new Workspaces(environment);
    const second = await other.unlockFromOtherTab(first.workspace);
    if (second === null) throw new Error('the unlocked tab answers');
    const locked = new Promise<void>((resolve) => {
      second.listen((event) => {
        if (event.type === 'locked') resolve();
      });
    });
    await first.end({ everywhere: true });
    await locked;
    // A tab that slept through the message is refused by the lock number.
    const refused = await second.vault.save([{ kind: 'customer', values: { name: 'Late' } }]);
    expect(refused).toEqual({ ok: false, error: { type: 'Locked' } });
    await second.end({ everywhere: false });
    expect(await other.unlockFromOtherTab(first.workspace)).toBeNull();
  });
});
