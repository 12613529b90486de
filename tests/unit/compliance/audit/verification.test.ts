import { AUDIT_PREFIX } from '#base/ids.ts';
import { checkpointDaily, pruneLog } from '#compliance/audit/keeping.ts';
import { verifyChain, type ChainReport } from '#compliance/audit/verification.ts';
import { cloneState } from '#domain/apply.ts';
import { auditPageId, EVENTS_FIELD } from '#domain/audit-page.ts';
import type { RecordState } from '#domain/record-state.ts';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOrSkip, findProgram } from '../../../programs.ts';
import { must } from '../../vault/fixture.ts';
import { createLogged, NEVER, type Logged } from './team.ts';

const DAY = 24 * 60 * 60 * 1000;

async function write({ session }: Logged, events: number): Promise<void> {
  const event = { act: 'viewed', outcome: 'done' } as const;
  must(await session.vault.note(Array.from({ length: events }, () => event)));
}

async function sign({ session, clock }: Logged): Promise<boolean> {
  const { workspace, device, deviceKeys } = session;
  if (deviceKeys === null) throw new Error('A new workspace has its keys');
  const signer = { workspace, device, signing: deviceKeys.signing };
  return must(await checkpointDaily(session.vault, signer, clock.now()));
}

async function pagesOf({ session: { vault } }: Logged): Promise<RecordState[]> {
  const pages: RecordState[] = [];
  for (const id of vault.dossierIds(AUDIT_PREFIX)) {
    const state = must(await vault.openDossier(id)).get(id);
    if (state !== undefined) pages.push(cloneState(state));
  }
  return pages;
}

async function verify(logged: Logged, pages: readonly RecordState[]): Promise<ChainReport> {
  const { session, fingerprints } = logged;
  const parts = { workspace: session.workspace, fingerprints, signal: NEVER };
  const report = await verifyChain({ pages, owner: session.device }, parts);
  if (report === null) throw new Error('Nobody cancelled it');
  return report;
}

/** As the button does: whatever is at rest, of this device in any case. */
async function verifyAll({ session, log, fingerprints }: Logged): Promise<readonly ChainReport[]> {
  const { workspace, device } = session;
  return must(await log.verify({ workspace, fingerprints, own: [device], signal: NEVER }));
}

function eraseNumbered({ session: { vault, device } }: Logged, ...pages: readonly number[]) {
  return vault.erase([{ type: 'person', ids: pages.map((page) => auditPageId(device, page)) }]);
}

function elementOf(page: RecordState | undefined, n: number) {
  const element = page?.sets[EVENTS_FIELD]?.[String(n)];
  if (page === undefined || element === undefined) throw new Error(`There is no event ${n}`);
  return element;
}

describe('a chain', () => {
  it('is whole as it was written, over pages and checkpoints', async () => {
    const logged = await createLogged();
    await write(logged, 300);
    expect(await sign(logged)).toBe(true);
    expect(await sign(logged)).toBe(false);
    logged.clock.milliseconds += DAY;
    await write(logged, 3);
    expect(await sign(logged)).toBe(true);
    const report = await verify(logged, await pagesOf(logged));
    expect(report).toMatchObject({ from: 1, checkpoints: 2, problems: [] });
    const [again] = must(
      await logged.log.verify({
        workspace: logged.session.workspace,
        fingerprints: logged.fingerprints,
        signal: NEVER,
      }),
    );
    expect(again).toEqual(report);
  });

  it('names an event that was altered, taken out, put in twice, or moved', async () => {
    const logged = await createLogged();
    await write(logged, 20);
    await sign(logged);
    const damage: readonly (readonly [string, (page: RecordState) => void])[] = [
      [
        'altered',
        (page) => {
          const [add] = elementOf(page, 9).adds;
          if (add !== undefined) {
            const value = { ...(add.value as object), event: { act: 'deleted', outcome: 'done' } };
            elementOf(page, 9).adds = [{ ...add, value }];
          }
        },
      ],
      ['gap', (page) => Reflect.deleteProperty(page.sets[EVENTS_FIELD] ?? {}, '9')],
      [
        'removed',
        (page) => {
          const [add] = elementOf(page, 9).adds;
          if (add !== undefined) {
            elementOf(page, 9).removed = [{ stamp: add.stamp, by: [add.stamp], add }];
          }
        },
      ],
      [
        'twice',
        (page) => {
          elementOf(page, 9).adds.push(...elementOf(page, 10).adds);
        },
      ],
      [
        'foreign',
        (page) => {
          const set = page.sets[EVENTS_FIELD];
          if (set !== undefined) set['700'] = elementOf(page, 9);
        },
      ],
      [
        'unreadable',
        (page) => {
          const [add] = elementOf(page, 9).adds;
          if (add !== undefined) elementOf(page, 9).adds = [{ ...add, value: 'nothing' }];
        },
      ],
    ];
    for (const [problem, harm] of damage) {
      const pages = await pagesOf(logged);
      const [page] = pages;
      if (page !== undefined) harm(page);
      const report = await verify(logged, pages);
      expect(report.problems.map((each) => each.problem)).toContain(problem);
    }
  });

  it('that was made anew does not fit the checkpoint', async () => {
    const logged = await createLogged();
    await write(logged, 5);
    await sign(logged);
    const forged = await createLogged();
    await write(forged, 9);
    const signedBy = { ...forged, fingerprints: logged.fingerprints };
    await sign(forged);
    const report = await verify(signedBy, await pagesOf(forged));
    expect(report.problems.map(({ problem }) => problem)).toContain('badCheckpoint');
  });

  it('that lost its beginning is a gap, unless a checkpoint vouches for what is gone', async () => {
    const logged = await createLogged();
    await write(logged, 300);
    const pages = await pagesOf(logged);
    const unsigned = await verify(logged, pages.slice(1));
    expect(unsigned.problems).toEqual([{ n: 257, problem: 'gap' }]);
    await sign(logged);
    const signed = await verify(logged, (await pagesOf(logged)).slice(1));
    expect(signed).toMatchObject({ from: 257, problems: [] });
  });
});

describe('a log that somebody erased pages of', () => {
  it('names an end that is cut off, though the rest fits together and is signed', async () => {
    const logged = await createLogged();
    await write(logged, 300);
    await sign(logged);
    expect((await verifyAll(logged))[0]?.problems).toEqual([]);
    must(await eraseNumbered(logged, 1));
    const [report] = await verifyAll(logged);
    expect(report?.problems).toContainEqual({ n: 257, problem: 'cutOff' });
  });

  it('goes on behind pages that were erased before they were there, and names them', async () => {
    const logged = await createLogged();
    must(await eraseNumbered(logged, 1, 2));
    await write(logged, 300);
    const entries = await logged.log.read({}, 0, 1);
    expect(entries[0]?.n).toBeGreaterThan(3 * 256);
    const [report] = await verifyAll(logged);
    expect(report?.problems.map(({ problem }) => problem)).toEqual(['cutOff', 'cutOff', 'gap']);
  });

  it('is not whole where nothing is left, or nothing ever was', async () => {
    const logged = await createLogged();
    must(await eraseNumbered(logged, 0, 1));
    const [report] = await verifyAll(logged);
    expect(report?.problemCount).toBeGreaterThan(0);
    const { workspace, device } = logged.session;
    const parts = { workspace, fingerprints: logged.fingerprints, signal: NEVER };
    const empty = await verifyChain({ pages: [], owner: device }, parts);
    expect(empty).toMatchObject({ from: 1, to: 0, oldest: null });
    expect(empty?.problems).toEqual([{ n: 1, problem: 'missing' }]);
  });

  it('names a last page that can’t be read', async () => {
    const logged = await createLogged();
    await write(logged, 300);
    const { workspace, device } = logged.session;
    const parts = { workspace, fingerprints: logged.fingerprints, signal: NEVER };
    const pages = (await pagesOf(logged)).slice(0, 1);
    const unread = [auditPageId(device, 1)];
    const report = await verifyChain({ pages, unread, owner: device }, parts);
    expect(report?.problems).toEqual([{ n: 257, problem: 'unreadable' }]);
  });
});

describe('pruning', () => {
  it('keeps a year, whatever it is told', async () => {
    const logged = await createLogged();
    await write(logged, 600);
    logged.clock.milliseconds += 200 * DAY;
    await sign(logged);
    expect(must(await pruneLog(logged.session.vault, 0, logged.clock.now()))).toBe(0);
    expect((await verifyAll(logged))[0]?.problems).toEqual([]);
  });

  it('drops whole pages older than the policy says, behind a checkpoint, and the chain stays whole', async () => {
    const logged = await createLogged();
    const { session, clock } = logged;
    await write(logged, 600);
    expect(must(await pruneLog(session.vault, 12, clock.now()))).toBe(0);
    clock.milliseconds += 400 * DAY;
    expect(must(await pruneLog(session.vault, 12, clock.now()))).toBe(0);
    await sign(logged);
    expect(must(await pruneLog(session.vault, 72, clock.now()))).toBe(0);
    expect(must(await pruneLog(session.vault, 12, clock.now()))).toBe(2);
    const pages = await pagesOf(logged);
    expect(pages.map(({ id }) => id)).toEqual(session.vault.dossierIds(AUDIT_PREFIX));
    expect(await verify(logged, pages)).toMatchObject({ from: 513, problems: [] });
    const [newest] = await logged.log.read({ act: 'logPruned' }, 0, 1);
    expect(newest?.event.how).toBe('person');
  });
});

describe('the written chain', () => {
  const hasPrograms = findOrSkip('ssh-keygen') !== null && findProgram('jq') !== null;
  it.skipIf(!hasPrograms)(
    'says by the documented command whose key signed each checkpoint',
    async () => {
      const logged = await createLogged();
      await write(logged, 3);
      await sign(logged);
      logged.clock.milliseconds += DAY;
      await sign(logged);
      let text = '';
      for await (const line of logged.log.chainLines()) text += line;
      const { workspace, device } = logged.session;
      const folder = mkdtempSync(join(tmpdir(), 'holdfast-log-'));
      try {
        const lines = check(folder, text, OF_SIGNATURES, workspace).trim().split('\n');
        expect(lines.length).toBe(2);
        for (const line of lines) {
          expect(line).toContain(device);
          expect(line).toContain('Good');
          expect(line).toContain(logged.fingerprints.get(device));
        }
        expect(check(folder, text, OF_SIGNATURES, 'another')).not.toContain('Good');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it('is checked by the documented command', async () => {
    const logged = await createLogged();
    await write(logged, 20);
    let text = '';
    for await (const line of logged.log.chainLines()) text += line;
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-log-'));
    try {
      expect(check(folder, text)).toBe('');
      const lines = text.split('\n');
      const without = lines.toSpliced(7, 1).join('\n');
      expect(check(folder, without)).toContain('broken');
      const altered = text.replace('"act":"viewed"', '"act":"locked"');
      expect(altered).not.toBe(text);
      expect(check(folder, altered)).toContain('broken');
      expect(check(folder, text.replace('"act":"viewed"', '"act":"Viewed"'))).toContain('broken');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The commands of FORMAT.md, as they stand there. */
const FORMAT = readFileSync(
  join(import.meta.dirname, '../../../../src/compliance/FORMAT.md'),
  'utf8',
);
const [OF_CHAIN = 'false', OF_SIGNATURES = 'false'] = [
  ...FORMAT.matchAll(/```sh\n([^`]+)```/g),
].map(([, command]) => command);

function check(folder: string, text: string, command = OF_CHAIN, workspace = ''): string {
  writeFileSync(join(folder, 'audit-chain.tsv'), text);
  const env = { ...process.env, workspace };
  return execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8', env });
}
