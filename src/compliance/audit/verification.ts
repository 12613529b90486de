/** Verifying the log: whether each device's chain is whole, as its owner's checkpoints say it was (45 CFR 164.312(c); PCI DSS 10.3). */

import type { DeviceId, RecordId, WorkspaceId } from '#base/ids.ts';
import { EVENTS_A_PAGE, pageNumberOf, prefixOf } from '#domain/audit-page.ts';
import type { RecordState } from '#domain/record-state.ts';
import { hashOf, NO_HASH, readPage, type Flaw, type Link } from './chain.ts';
import { checkpointSigner } from './checkpoint.ts';
import type { Signer } from './event.ts';

export type ChainProblem =
  | Flaw
  /** Events before it are missing, and no checkpoint says that they were pruned. */
  | 'gap'
  /** Its hash does not fit what it says, or the event before. */
  | 'altered'
  /** It is not signed by the device that it speaks for, or names another hash. */
  | 'badCheckpoint'
  /** It was erased, and nothing from before its end on is left that vouches for it: no pruning does that. */
  | 'cutOff'
  /** The device has done something here, and its log is not there. */
  | 'missing';

export interface ChainReport {
  readonly device: DeviceId;
  /** Numbers of the first and the last event that are there; 1 and 0 where none is. */
  readonly from: number;
  readonly to: number;
  /** By the device's clock, ms. */
  readonly oldest: number | null;
  readonly newest: number | null;
  readonly checkpoints: number;
  readonly lastCheckpointAt: number | null;
  /** The first ones, at most 20. */
  readonly problems: readonly { readonly n: number; readonly problem: ChainProblem }[];
  readonly problemCount: number;
}

export interface VerificationParts {
  readonly workspace: WorkspaceId;
  /** As `ssh-keygen -l` prints them; of a device that the membership log does not name, none. */
  readonly fingerprints: ReadonlyMap<DeviceId, string>;
  /** Of devices that came with a restore, what it said of them. */
  readonly carried?: ReadonlyMap<DeviceId, readonly Signer[]>;
  readonly signal: AbortSignal;
  readonly onProgress?: (events: number) => void;
}

const PROBLEMS_NAMED = 20;

/** What is known of one device's pages. */
export interface ChainPages {
  /** In any order. */
  readonly pages: readonly RecordState[];
  /** Those at rest that can't be read. */
  readonly unread?: readonly RecordId[];
  /** Those that erasures name. */
  readonly erased?: readonly RecordId[];
  /** Whose they are, where no event says it. */
  readonly owner: DeviceId;
}

/** Null where it was cancelled. */
export async function verifyChain(
  { pages, unread = [], erased = [], owner }: ChainPages,
  { workspace, fingerprints, carried, signal, onProgress }: VerificationParts,
): Promise<ChainReport | null> {
  const found: { n: number; problem: ChainProblem }[] = [];
  const name = (ids: readonly RecordId[], problem: ChainProblem): void => {
    for (const id of ids) found.push({ n: firstOn(id), problem });
  };
  name(unread, 'unreadable');
  const links: Link[] = [];
  for (const state of [...pages].sort((a, b) => pageNumberOf(a.id) - pageNumberOf(b.id))) {
    const page = readPage(state);
    for (const link of page.links) {
      if (state.id.startsWith(prefixOf(link.device))) links.push(link);
      else found.push({ n: link.n, problem: 'foreign' });
    }
    for (const { n, flaw } of page.flaws) found.push({ n, problem: flaw });
  }
  const [first] = links;
  const last = links.at(-1);
  if (first === undefined || last === undefined) {
    name(erased, 'cutOff');
    if (found.length === 0) found.push({ n: 1, problem: 'missing' });
    return reportOf(owner, [], { checkpoints: 0, lastCheckpointAt: null, found });
  }
  // Pruning takes the oldest pages alone.
  name(
    erased.filter((id) => firstOn(id) > first.n),
    'cutOff',
  );

  const { device } = first;
  const fingerprint = fingerprints.get(device);
  const signers =
    fingerprint === undefined ? (carried?.get(device) ?? []) : [{ workspace, fingerprint }];
  const hashes = new Map<number, string>([[first.n - 1, first.previous ?? NO_HASH]]);
  let expected = first.n;
  let vouchedFrom = first.n === 1 ? 1 : Infinity;
  let checkpoints = 0;
  let lastCheckpointAt: number | null = null;
  for (const link of links) {
    if (signal.aborted) return null;
    if (link.n !== expected) found.push({ n: link.n, problem: 'gap' });
    const previous = hashes.get(link.n - 1) ?? link.previous;
    const isWhole = previous !== undefined && (await hashOf(previous, link.text)) === link.hash;
    if (!isWhole || (link.previous !== undefined && link.previous !== previous)) {
      found.push({ n: link.n, problem: 'altered' });
    }
    hashes.set(link.n, link.hash);
    expected = link.n + 1;
    const { checkpoint } = link.event;
    if (checkpoint !== undefined) {
      const { n, hash, signature } = checkpoint;
      const known = hashes.get(n);
      const isSigned = await isSignedByOne(signers, signature, { device, n, hash });
      const isGood = isSigned && (n < first.n - 1 || known === hash);
      if (isGood) {
        checkpoints += 1;
        lastCheckpointAt = link.at;
        if (n >= first.n - 1) vouchedFrom = Math.min(vouchedFrom, first.n);
      } else found.push({ n: link.n, problem: 'badCheckpoint' });
    }
    if (link.n % 64 === 0) onProgress?.(link.n - first.n + 1);
  }
  if (vouchedFrom > first.n) found.push({ n: first.n, problem: 'gap' });
  return reportOf(device, links, { checkpoints, lastCheckpointAt, found });
}

function reportOf(
  device: DeviceId,
  links: readonly Link[],
  {
    found,
    ...signed
  }: Pick<ChainReport, 'checkpoints' | 'lastCheckpointAt'> & {
    readonly found: ChainReport['problems'];
  },
): ChainReport {
  const [first] = links;
  const last = links.at(-1);
  return {
    device,
    from: first?.n ?? 1,
    to: last?.n ?? 0,
    oldest: first?.at ?? null,
    newest: last?.at ?? null,
    ...signed,
    problems: found.slice(0, PROBLEMS_NAMED),
    problemCount: found.length,
  };
}

async function isSignedByOne(
  signers: readonly Signer[],
  signature: string,
  head: { readonly device: DeviceId; readonly n: number; readonly hash: string },
): Promise<boolean> {
  for (const { workspace, fingerprint } of signers) {
    if ((await checkpointSigner(signature, { workspace, ...head })) === fingerprint) return true;
  }
  return false;
}

/** The number of the first event that a page has room for. */
function firstOn(page: RecordId): number {
  return pageNumberOf(page) * EVENTS_A_PAGE + 1;
}

/** Pages by the device whose they are. */
export function pagesByOwner(ids: readonly RecordId[]): ReadonlyMap<string, readonly RecordId[]> {
  const owners = new Map<string, RecordId[]>();
  for (const id of ids) {
    const owner = id.slice(0, OWNER_LENGTH);
    const others = owners.get(owner);
    if (others === undefined) owners.set(owner, [id]);
    else others.push(id);
  }
  return owners;
}

const OWNER_LENGTH = 21;
