/** Gathering the facts of the open workspace, in one look through the summaries and one through the log. */

import { bytesToHex } from '#base/bytes.ts';
import type { DeviceId } from '#base/ids.ts';
import type { MembershipState, RecordMark } from '#crypto/membership.ts';
import { checkPassphrase, PASSPHRASE_MINIMUM } from '#crypto/passphrase.ts';
import { fieldsOf, KINDS } from '#domain/catalogue.ts';
import type { Role } from '#domain/roles.ts';
import { emailProblem, phoneProblem } from '#domain/validation.ts';
import { waitAfter } from '#vault/meta.ts';
import type { Session } from '#vault/session.ts';
import type { Vault } from '#vault/vault.ts';
import { glassUses } from '../access.ts';
import { attestationsIn, endOfDay } from '../attestations.ts';
import { ACTS } from '../audit/event.ts';
import { probeActs, type LogSurvey } from '../audit/survey.ts';
import type { ChainReport } from '../audit/verification.ts';
import { columnsOf } from '../cards/full-scan.ts';
import { cardGuard } from '../cards/guard.ts';
import { withoutCards } from '../cards/screening.ts';
import type { CardScan, CardsView } from '../messages.ts';
import { acceptedPacks, packHistory } from '../packs/keeping.ts';
import type { PersonalRoom } from '../personal-room.ts';
import { policyIn } from '../policy.ts';
import { ConsentSurvey } from '../consent/facts.ts';
import { specialConditions } from '../consent/special-categories.ts';
import { erasureFacts } from '../erasure/facts.ts';
import { registerFacts } from '../registers/facts.ts';
import { RetentionSurvey } from '../retention/facts.ts';
import { probeSubjectFile } from '../subject-file/probe.ts';
import type { EvidenceRow } from './check.ts';
import type { Facts, DeviceFact } from './facts.ts';

/** What lies outside of the room: told by whoever joins it to sync and to the host. */
export interface Outside {
  /** The Content-Security-Policy that came with the page; null: nobody could tell. */
  readonly contentPolicy: string | null;
  readonly store: NonNullable<Facts['store']> | null;
  /** From the store's clock; null: nobody could tell. */
  readonly clockOffsetMs: number | null;
  /** Removed devices that confirmed their wipe. */
  readonly wiped: ReadonlySet<DeviceId>;
}

export interface GatheringParts {
  readonly session: Session;
  readonly membership: MembershipState | null;
  readonly survey: LogSurvey;
  readonly chains: readonly ChainReport[];
  readonly cards: CardsView;
  readonly canary: Facts['canary'];
  readonly lastRunAt: number | null;
  readonly now: number;
  readonly outside: Outside;
  readonly rooms: readonly PersonalRoom[];
  readonly signal: AbortSignal;
}

export async function gatherFacts(parts: GatheringParts): Promise<Facts> {
  const { session, membership, canary, outside, lastRunAt } = parts;
  const { vault, settings } = session;
  const { memoryKib, iterations } = await session.derivation();
  const { contentPolicy, store, clockOffsetMs } = outside;
  const devices = membership === null ? [] : devicesIn(membership, parts);
  return {
    lock: { idleMinutes: settings.lockAfterMinutes, whenHidden: settings.lockWhenHidden },
    guessing: guessing(),
    passphrase: {
      minimum: PASSPHRASE_MINIMUM,
      refusesCommon: !checkPassphrase('password'.repeat(3)).ok,
    },
    derivation: { memoryMib: Math.floor(memoryKib / 1024), passes: iterations },
    ...(canary !== undefined && { canary }),
    cipher: session.cipher,
    damage: vault.damage.length,
    ...(membership !== null && { devices, factors: factorsIn(membership, parts) }),
    recoveryKit: kitFact(parts),
    backups: backupFact(parts),
    ...(store !== null && { store }),
    ...(contentPolicy !== null && { hosting: directivesOf(contentPolicy) }),
    audit: auditFact(parts),
    cards: cardFact(parts),
    fields: fieldFact(vault),
    packs: [...acceptedPacks(vault.workspace).values()].map(({ key, version, at, device }) => ({
      key,
      version,
      acceptedAt: at,
      by: session.nameOf(device),
    })),
    policyChanges: policyFact(parts),
    access: accessFact(parts),
    runs: { lastAt: lastRunAt },
    ...(clockOffsetMs !== null && { clock: { offsetMs: clockOffsetMs } }),
    ...(await peopleFacts(parts)),
    specialConditions: await specialConditions(vault, parts.signal),
    ...probeSubjectFile({
      rooms: parts.rooms,
      now: parts.now,
      fieldsOf: (kind) => vault.fieldsOf(kind),
    }),
    ...erasureFacts(session, parts.now),
    ...registerFacts({
      workspace: vault.workspace,
      devices,
      endpoint: store === null ? null : store.endpoint,
    }),
    attestations: new Map(
      [...attestationsIn(vault.workspace)].map(([control, { holds, at, reviewBy }]) => [
        control,
        { holds, at, reviewBy: endOfDay(reviewBy) },
      ]),
    ),
  };
}

/** As the lock screen would make somebody wait, tried on its own clock. */
function guessing(): NonNullable<Facts['guessing']> {
  const MOST = 100;
  let longest = 0;
  let tries = 0;
  for (let failed = 1; failed <= MOST; failed++) {
    const wait = waitAfter({ failed, at: 0 }, 0);
    if (wait <= longest) continue;
    longest = wait;
    tries = failed;
  }
  return { tries, pauseMinutes: Math.floor(longest / 60_000) };
}

function devicesIn(
  { devices, records }: MembershipState,
  { session, survey, outside }: GatheringParts,
): readonly DeviceFact[] {
  return [...devices].map(([device, { role, signing, addedAt, removedAt }]) => ({
    device,
    member: session.nameOf(device),
    role,
    key: bytesToHex(signing),
    lastSeenAt: survey.lastOfDevice.get(device) ?? records[addedAt]?.time ?? null,
    removedAt: removedAt === undefined ? null : (records[removedAt]?.time ?? 0),
    keysChangedAt: removedAt === undefined ? null : keysChangedAfter(records, removedAt),
    isWiped: outside.wiped.has(device),
  }));
}

/** When the epoch rose with or after the record of the removal. */
function keysChangedAfter(records: readonly RecordMark[], removedAt: number): number | null {
  const before = records[removedAt - 1]?.epoch ?? 0;
  return records.slice(removedAt).find(({ epoch }) => epoch > before)?.time ?? null;
}

/** A passphrase is one factor, a passkey another: of this device it is known, of others the log tells. */
function factorsIn(
  { devices }: MembershipState,
  { session, survey }: GatheringParts,
): NonNullable<Facts['factors']> {
  const passkeysOf = (device: DeviceId) =>
    device === session.device ? session.passkeys.length : (survey.passkeysOf.get(device) ?? 0);
  return [...devices]
    .filter(([, { removedAt }]) => removedAt === undefined)
    .map(([device, { role }]): { device: DeviceId; role: Role; count: number } => ({
      device,
      role,
      count: passkeysOf(device) > 0 ? 2 : 1,
    }));
}

function kitFact({ membership, survey }: GatheringParts): NonNullable<Facts['recoveryKit']> {
  const madeAt = Math.max(
    survey.lastOf('recoveryKitMade'),
    membership === null ? 0 : Date.parse(membership.createdAt),
  );
  const testedAt = Math.max(
    survey.lastOf('unlocked', 'recoveryKey'),
    survey.lastOf('unlocked', 'restored'),
    survey.lastOf('backupVerified', 'kit'),
  );
  return { madeAt: madeAt || null, testedAt: testedAt > 0 && testedAt >= madeAt ? testedAt : null };
}

/** Opening a backup of this workspace again reads every record and holds it against what the manifest says. */
function backupFact({ survey }: GatheringParts): NonNullable<Facts['backups']> {
  const last = survey.lastOf('backedUp');
  const drill = Math.max(
    survey.lastOf('backupVerified', 'device'),
    survey.lastOf('backupVerified', 'kit'),
    survey.lastOf('unlocked', 'restored'),
  );
  return {
    last: last === 0 ? null : { at: last, customers: survey.backedUp },
    drill: drill === 0 ? null : { at: drill, isExact: true },
  };
}

function auditFact({ chains, survey }: GatheringParts): NonNullable<Facts['audit']> {
  const reviewedAt = survey.lastOf('logReviewed');
  return {
    chains: chains.map(({ device, from, to, problemCount, oldest, lastCheckpointAt }) => ({
      device,
      events: to - from + 1,
      problems: problemCount,
      oldestAt: oldest,
      lastCheckpointAt,
    })),
    seen: survey.seen,
    probed: probeActs(ACTS),
    reviewedAt: reviewedAt === 0 ? null : reviewedAt,
    failedUnlocks: survey.failedUnlocks,
    privileged: survey.privileged,
    unconfirmed: survey.unconfirmed,
  };
}

/** A number that networks publish for tests, and what the guard makes of it. */
const SAMPLE = '4111 1111 1111 1111';

/** What may never be kept: a security code, a PIN, both tracks of a stripe. */
const FORBIDDEN = [
  'CVV 123',
  'PIN 1234',
  '%B4111111111111111^HOLDER/TEST^3012101?',
  ';4111111111111111=30121010000012345678?',
];

function cardFact({ cards, session: { vault } }: GatheringParts): NonNullable<Facts['cards']> {
  const notes = fieldsOf('customer').filter(({ name }) => name === 'notes');
  const given = { notes: SAMPLE };
  const kept = (values: object) => JSON.stringify(values).includes(SAMPLE);
  return {
    scan: cards.lastScan satisfies CardScan | null,
    columns: columnsOf(vault),
    open: cards.findings
      .filter(({ closedAt }) => closedAt === null)
      .map(({ id, at }) => ({ id, at })),
    closed: cards.findings.filter(({ closedAt }) => closedAt !== null).length,
    guard: {
      masks: !kept(cardGuard.screen(notes, given).values) && !kept([cardGuard.screenText(SAMPLE)]),
      refuses: FORBIDDEN.every(
        (text) => cardGuard.screen(notes, { notes: text }).refused.length > 0,
      ),
      masksExports: !kept(withoutCards(notes, given)),
    },
  };
}

function fieldFact(vault: Vault): NonNullable<Facts['fields']> {
  const fields = KINDS.filter((kind) => fieldsOf(kind).length > 0).flatMap((kind) =>
    vault.fieldsOf(kind),
  );
  const open = fields.filter(({ unclassified }) => unclassified === true);
  return {
    classified: fields.length - open.length,
    unclassified: open.map(({ kind, label }) => `${kind} ${label.en}`),
  };
}

/** Every change is signed by the device that made it; one whose device nobody knows is nobody's. */
function policyFact({
  session: { vault },
  membership,
  survey,
}: GatheringParts): NonNullable<Facts['policyChanges']> {
  const authors = packHistory(vault.workspace).map(({ device }) => device);
  const unknown = authors.filter((device) => membership?.devices.has(device) !== true);
  return { count: authors.length + survey.policyChanges, anonymous: unknown.length };
}

function accessFact({
  session: { vault },
  membership,
  survey,
}: GatheringParts): NonNullable<Facts['access']> {
  const policy = policyIn(vault.workspace);
  const isAdmin = (by: DeviceId) => membership?.devices.get(by)?.role === 'admin';
  const reviewedAt = survey.lastOf('accessReviewed');
  return {
    auditMonths: policy.auditMonths,
    maskedForViewer: policy.maskedForViewer,
    reviewedAt: reviewedAt === 0 ? null : reviewedAt,
    glass: glassUses(vault.workspace, isAdmin).map((use) => ({
      id: use.id,
      at: use.from,
      hasReason: use.reason.trim() !== '',
      reviewedAt: use.reviewedAt,
    })),
  };
}

const ROWS_KEPT = 20;

/** One look through all the summaries. */
async function peopleFacts({
  session: { vault },
  survey,
  now,
}: GatheringParts): Promise<Partial<Facts>> {
  const consents = new ConsentSurvey(vault.workspace, now);
  const retention = new RetentionSurvey(vault, now);
  const bad: EvidenceRow[] = [];
  let total = 0;
  let badEmails = 0;
  let badPhones = 0;
  for (const batch of vault.summaries()) {
    for (const summary of batch) {
      const { id, deleted, emails, phones } = summary;
      if (deleted === true) continue;
      total += 1;
      consents.add(summary);
      retention.add(summary);
      const wrongMail = emails.some((email) => emailProblem(email) !== undefined);
      const wrongPhone = phones.some((phone) => phoneProblem(phone) !== undefined);
      if (wrongMail) badEmails += 1;
      if (wrongPhone) badPhones += 1;
      if ((wrongMail || wrongPhone) && bad.length < ROWS_KEPT) {
        bad.push({ about: 'customer', id, found: wrongMail ? 'emails' : 'phones' });
      }
    }
  }
  for (const summary of vault.trash()) retention.add(summary);
  const lastRunAt = survey.lastOf('retentionRun');
  return {
    customers: { total, badEmails, badPhones, bad },
    ...consents.facts,
    ...(await retention.facts(lastRunAt === 0 ? null : lastRunAt)),
  };
}

/** Of a Content-Security-Policy (CSP Level 3, section 2.2): names and what they allow. */
function directivesOf(policy: string): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    policy
      .split(/[;,]/)
      .map((directive) => directive.trim().split(/\s+/))
      .flatMap(([name, ...sources]) =>
        name === undefined || name === '' ? [] : [[name.toLowerCase(), sources] as const],
      ),
  );
}
