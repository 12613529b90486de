import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { surveyLog } from '#compliance/audit/survey.ts';
import { tryCanary } from '#compliance/checks/canary.ts';
import { gatherFacts, type Outside } from '#compliance/checks/gathering.ts';
import { recordRoom } from '#compliance/personal-room.ts';
import type { Facts } from '#compliance/checks/facts.ts';
import { erasureFacts } from '#compliance/erasure/facts.ts';
import { attestationOf } from '#compliance/attestations.ts';
import type { Stamp } from '#domain/stamp.ts';
import { describe, expect, it } from 'vitest';
import { must, NEVER } from '../../vault/fixture.ts';
import { createLogged, type Logged } from '../audit/team.ts';

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 10, 23, 12);

const outside: Outside = {
  contentPolicy: "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
  store: null,
  clockOffsetMs: null,
  wiped: new Set(),
};

async function factsOf({ session, log }: Logged): Promise<Facts> {
  return gatherFacts({
    session,
    membership: await session.membership(),
    survey: await surveyLog(log),
    chains: [],
    cards: { lastScan: null, findings: [] },
    canary: undefined,
    lastRunAt: null,
    now: NOW,
    outside,
    rooms: [recordRoom(session)],
    signal: NEVER,
  });
}

describe('facts', () => {
  it('of a workspace that was just made are there, and what nobody can tell is not', async () => {
    const facts = await factsOf(await createLogged());
    expect(facts.lock?.idleMinutes).toBe(15);
    expect(facts.guessing).toEqual({ tries: 10, pauseMinutes: 30 });
    expect(facts.passphrase).toEqual({ minimum: 15, refusesCommon: true });
    expect(facts.devices).toMatchObject([{ role: 'admin', removedAt: null }]);
    expect(facts.cards?.guard).toEqual({ masks: true, refuses: true, masksExports: true });
    expect(facts.hosting?.['script-src']).toEqual(["'self'", "'wasm-unsafe-eval'"]);
    expect(facts.backups).toEqual({ last: null, drill: null });
    expect(facts.cipher).toBe('AES-256-GCM');
    expect(facts.devices?.[0]?.lastSeenAt).not.toBeNull();
    const absent = ['store', 'clock', 'canary', 'requests', 'purposes', 'retention'] as const;
    for (const later of absent) {
      expect(facts[later], later).toBe(undefined);
    }
  });

  it('tell of erasures that are not complete in time, and of nobody where there is none', async () => {
    const logged = await createLogged();
    const { vault } = logged.session;
    expect((await factsOf(logged)).erasures).toBe(undefined);
    const [person] = must(
      await vault.save([{ kind: 'customer', values: { name: 'Bea Lund' } }]),
    ).records;
    must(await vault.erase([{ type: 'person', ids: [person!] }], { reason: 'request' }));
    expect((await factsOf(logged)).erasures).toMatchObject({ looked: 1, badCount: 0 });
    expect(erasureFacts(logged.session, NOW + 61 * DAY).erasures).toMatchObject({
      looked: 1,
      badCount: 1,
      bad: [{ wanted: 'erasedEverywhere' }],
    });
    // A backup from before it counts until its time is up.
    const backup = {
      fileName: 'b',
      bytes: 1,
      customers: 1,
      records: 1,
      manifestHash: 'ab'.repeat(32),
    };
    const dated = { ...backup, at: 1, expiresAt: NOW + 90 * DAY };
    must(await logged.session.noteBackup(dated));
    const [old] = (await factsOf(logged)).oldBackups!;
    expect(old).toEqual({ id: 'abababababab', expiresAt: NOW + 90 * DAY, erased: 1 });
    expect(erasureFacts(logged.session, NOW + 91 * DAY).oldBackups).toBe(undefined);
  });

  it('tell of customers whose addresses or numbers can’t be, and of nobody in the trash', async () => {
    const logged = await createLogged();
    const { vault } = logged.session;
    const element = (value: string) => [{ id: 'e', label: '', value }];
    const made = must(
      await vault.save([
        { kind: 'customer', values: { name: 'Bea Lund', emails: element('bea@lund.example') } },
        { kind: 'customer', values: { name: 'Cleo Marsh' } },
      ]),
    );
    must(await vault.remove([{ record: made.records[1]! }]));
    expect((await factsOf(logged)).customers).toEqual({
      total: 1,
      badEmails: 0,
      badPhones: 0,
      bad: [],
    });
  });

  it('tell of what the log heard: reviews, backups, and acts that nobody confirmed', async () => {
    const logged = await createLogged();
    const { session, clock } = logged;
    const note = async (act: string, how?: string, count?: number) => {
      const event = { act, outcome: 'done', ...(how && { how }), ...(count && { count }) };
      must(await session.vault.note([event]));
      clock.milliseconds += 60_000;
    };
    await note('unlocked', 'passphrase');
    await note('exported', 'csv');
    await note('backedUp', undefined, 12);
    await note('backupVerified', 'kit');
    clock.milliseconds += DAY;
    await note('unlocked', 'otherTab');
    await note('roleChanged', 'viewer');
    await note('logReviewed');
    must(await session.vault.note([{ act: 'unlockFailed', outcome: 'failed', count: 3 }]));
    const facts = await factsOf(logged);
    expect(facts.audit).toMatchObject({ failedUnlocks: 3, privileged: 2 });
    expect(facts.audit?.unconfirmed.length).toBe(1);
    expect(facts.audit?.reviewedAt).toBeGreaterThan(0);
    expect(facts.backups?.last?.customers).toBe(12);
    expect(facts.backups?.drill?.isExact).toBe(true);
    expect(facts.recoveryKit?.testedAt).toBeGreaterThan(0);
  });

  it('take neither a backup of another workspace for a drill nor a later confirmation for an earlier one', async () => {
    const logged = await createLogged();
    const { session, clock } = logged;
    const note = async (act: string, how: string) => {
      must(await session.vault.note([{ act, outcome: 'done', how }]));
      clock.milliseconds += 60_000;
    };
    clock.milliseconds += DAY;
    await note('backupVerified', 'other');
    await note('exported', 'csv');
    await note('stepUp', 'passphrase');
    const facts = await factsOf(logged);
    expect(facts.backups?.drill).toBeNull();
    expect(facts.recoveryKit?.testedAt).toBeNull();
    expect(facts.audit).toMatchObject({ privileged: 1, unconfirmed: [{}] });
  });

  it('leave out what a device with a wrong clock says of a time to come', async () => {
    const logged = await createLogged();
    const { session, clock, log } = logged;
    must(await session.vault.note([{ act: 'logReviewed', outcome: 'done' }]));
    const now = clock.milliseconds;
    clock.milliseconds += 400 * DAY;
    must(await session.vault.note([{ act: 'logReviewed', outcome: 'done' }]));
    expect(
      (await surveyLog(log, { until: now, isAdmin: () => true })).lastOf('logReviewed'),
    ).toBeLessThan(now);
    expect((await surveyLog(log)).lastOf('logReviewed')).toBeGreaterThan(now);
  });

  it('count the reviews of admins alone', async () => {
    const { session, log } = await createLogged();
    must(await session.vault.note([{ act: 'logReviewed', outcome: 'done' }]));
    must(await session.vault.note([{ act: 'accessReviewed', outcome: 'done' }]));
    const byOthers = await surveyLog(log, { until: Infinity, isAdmin: () => false });
    const byAdmins = await surveyLog(log, {
      until: Infinity,
      isAdmin: (device) => device === session.device,
    });
    for (const act of ['logReviewed', 'accessReviewed'] as const) {
      expect(byOthers.lastOf(act)).toBe(0);
      expect(byAdmins.lastOf(act)).toBeGreaterThan(0);
    }
  });

  it('pass over an attestation without a day, and one of a clock that ran ahead has not the last word', async () => {
    const logged = await createLogged();
    const { session, clock } = logged;
    const said = { control: 'H18', holds: true, statement: 'Yes', reviewBy: '2026-12-31' };
    const stray = attestationOf({ ...said, control: 'H24' });
    const set = Object.fromEntries(
      Object.entries({ ...stray.values, reviewBy: '2026-99-99' }).map(([field, value]) => [
        field,
        { value },
      ]),
    );
    const stamp = `${(clock.milliseconds + 1).toString(16).padStart(12, '0')}0000-${session.device}`;
    must(
      await session.vault.apply([
        { record: stray.record, kind: 'attestation', stamp: stamp as Stamp, at: 0, set },
      ]),
    );
    clock.milliseconds += 400 * DAY;
    must(await session.vault.add([attestationOf(said)]));
    clock.milliseconds -= 400 * DAY;
    must(await session.vault.add([attestationOf({ ...said, holds: false })]));
    const { attestations } = await factsOf(logged);
    expect(attestations?.get('H18')).toMatchObject({ holds: false });
    expect(attestations?.has('H24')).toBe(false);
  });

  it('tell what was attested last, until the end of its day', async () => {
    const logged = await createLogged();
    const { vault } = logged.session;
    const said = { control: 'H18', holds: false, statement: 'Not yet', reviewBy: '2026-12-31' };
    must(await vault.add([attestationOf(said)]));
    logged.clock.milliseconds += 1000;
    must(await vault.add([attestationOf({ ...said, holds: true, reviewBy: '2027-12-31' })]));
    expect((await factsOf(logged)).attestations?.get('H18')).toMatchObject({
      holds: true,
      reviewBy: Date.UTC(2028, 0, 1),
    });
  });
});

describe('the self-test of encryption', () => {
  it('finds nothing that it wrote, nor a customer’s name, in any table, and leaves nothing behind', async () => {
    const { session } = await createLogged();
    const values = { name: 'Bartholomew Kelpman' };
    must(await session.vault.save([{ kind: 'customer', values }]));
    const canary = await tryCanary(session, 5);
    expect(canary?.hits).toEqual([]);
    expect(canary?.at).toBe(5);
    expect(Object.keys(canary?.places ?? {})).toEqual(
      expect.arrayContaining(['journal', 'drafts']),
    );
    expect(await session.readDraft('selfTest')).toBe(null);
  });

  it.each([
    ['as text', (name: string) => name],
    ['as UTF-8', (name: string) => new TextEncoder().encode(`… ${name} …`)],
    [
      'as two bytes a character, deep inside',
      (name: string) => ({ list: [{ bytes: new Uint8Array(Buffer.from(name, 'utf16le')) }] }),
    ],
  ])('names the table where a name lies in plain %s', async (_, plain) => {
    const { session } = await createLogged();
    const name = 'Bartholomew Kelpman 凯尔普';
    must(await session.vault.save([{ kind: 'customer', values: { name } }]));
    const database = new Dexie(`holdfast-${session.workspace}`);
    await database.open();
    await database.table('meta').put({ key: 'lead', value: plain(name) });
    database.close();
    expect((await tryCanary(session, 0))?.hits).toEqual([expect.stringMatching(/^meta \d+$/)]);
  });
});
