import { AUDIT_PREFIX } from '#base/ids.ts';
import { checkpointDaily, pruneLog } from '#compliance/audit/keeping.ts';
import { verifyChain, type ChainReport } from '#compliance/audit/verification.ts';
import { cloneState } from '#domain/apply.ts';
import { EVENTS_FIELD } from '#domain/audit-page.ts';
import type { RecordState } from '#domain/record-state.ts';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
  const report = await verifyChain(pages, parts);
  if (report === null) throw new Error('There are events');
  return report;
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

describe('pruning', () => {
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
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The command of FORMAT.md. */
const COMMAND = String.raw`last=
while IFS="$(printf '\t')" read -r hash previous text; do
  case $hash in '') last=; continue;; esac
  sum=$(printf '%s\n%s' "$previous" "$text" | sha256sum | cut -d' ' -f1)
  if [ "$sum" != "$hash" ] || { [ -n "$last" ] && [ "$previous" != "$last" ]; }; then echo "broken at $text"; fi
  last=$hash
done < chain.tsv`;

function check(folder: string, text: string): string {
  writeFileSync(join(folder, 'chain.tsv'), text);
  return execFileSync('sh', ['-c', COMMAND], { cwd: folder, encoding: 'utf8' });
}
