/** Compliance of the open workspace as the worker runs it: the log, policies, access; joined from the room and the engine. */

import type { Clock } from '#base/clock.ts';
import type { DeviceId, RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { glassUntil, glassUses, maskedClasses, maskedNames, maskView } from '#compliance/access.ts';
import { occasionOf, type AuditEvent } from '#compliance/audit/event.ts';
import { checkpointDaily, pruneLog } from '#compliance/audit/keeping.ts';
import { AuditLog, type LogEntry } from '#compliance/audit/log.ts';
import type {
  AccessView,
  CardFinding,
  CardScan,
  CardsView,
  ChainReport,
  FieldClassView,
  LogEntryView,
  LogPage,
  LogQuery,
  LogVerification,
  LogWords,
  PolicyView,
} from '#compliance/messages.ts';
import { scanForCards } from '#compliance/cards/full-scan.ts';
import { leastAuditMonths, policyEdit, policyIn } from '#compliance/policy.ts';
import { fingerprint } from '#crypto/ssh-signature.ts';
import { fieldsOf, KINDS, type DataClass, type Kind } from '#domain/catalogue.ts';
import type { FieldName } from '#domain/change.ts';
import { deviceOf } from '#domain/stamp.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import type { Session } from '#vault/session.ts';
import type { Cancelled, EditError } from '#vault/vault.ts';
import type { CustomerView } from '#vault/views.ts';
import type { Checks } from './checks.ts';
import type { Retaining } from './retaining.ts';
import type { FileResult } from './vault-api.ts';
import type { Work } from './work.ts';

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const WEEK = 7 * 24 * HOUR;
/** Reading the log, and looking at a customer, again within this time are one event. */
const ONE_LOOK = 10 * MINUTE;
/** A page of the log. */
const EVENTS_RECALLED = 256;

export class Compliance {
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #remask: () => void;
  readonly #looks = new Map<string, number>();
  readonly #ending = new AbortController();
  /** The latest that this device's clock was since emergency access was taken: one that is set back does not lengthen it. */
  #latest = 0;
  #endingAt: number | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #masking: ReturnType<typeof setTimeout> | undefined;

  /** `remask`: what is on the screen is to be read again. */
  constructor(session: Session, clock: Clock, remask: () => void) {
    this.#session = session;
    this.#clock = clock;
    this.#remask = remask;
  }

  get policy(): PolicyView {
    return policyIn(this.#session.vault.workspace);
  }

  note(event: AuditEvent): Promise<Result<void, EditError>> {
    return this.#session.vault.note([occasionOf(event)]);
  }

  /** Whoever looks after what others do is an admin: a review of one's own acts is none. */
  noteReview(act: 'logReviewed' | 'accessReviewed'): Promise<Result<void, EditError>> {
    if (this.#session.role !== 'admin') return Promise.resolve(err({ type: 'NotPermitted' }));
    return this.note({ act, outcome: 'done' });
  }

  // ---- Looking at customers -----------------------------------------------------------------------------------------

  /** The names of fields that this device does not show now. */
  hiddenOf(kind: Kind): ReadonlySet<FieldName> {
    const { vault, role } = this.#session;
    const classes = maskedClasses(this.policy, role);
    if (classes.size === 0) return NONE;
    if (this.#endInTime() !== null) return NONE;
    return maskedNames(vault.fieldsOf(kind), classes);
  }

  get #glassUntil(): number | null {
    const { vault, device } = this.#session;
    const longest = this.policy.breakGlassMinutes * MINUTE;
    return glassUntil(vault.workspace, device, { now: this.#latestNow, longest });
  }

  get #latestNow(): number {
    this.#latest = Math.max(this.#latest, this.#clock.now());
    return this.#latest;
  }

  /** Before anything is shown: what this device's log knows of how late it was since. */
  async recall(): Promise<void> {
    if (this.#glassUntil === null) return;
    const { device } = this.#session;
    for (const { at, event } of await this.log.read({ device }, 0, EVENTS_RECALLED)) {
      if (event.act === 'glassBroken') break;
      this.#latest = Math.max(this.#latest, at);
    }
    this.#endInTime();
  }

  masked(view: CustomerView): CustomerView {
    return maskView(view, (kind) => this.hiddenOf(kind));
  }

  async noteView(customer: RecordId): Promise<void> {
    if (!this.#isNewLook(customer)) return;
    const noted = await this.note({
      act: 'viewed',
      outcome: 'done',
      kind: 'customer',
      record: customer,
      customer,
    });
    // What could not be written is to be told of the next time.
    if (!noted.ok) this.#looks.delete(customer);
  }

  /** Also forgets looks that are long over. */
  #isNewLook(what: string): boolean {
    const now = this.#clock.now();
    const last = this.#looks.get(what);
    const isRecent = (at: number): boolean => Math.abs(now - at) < ONE_LOOK;
    if (last !== undefined && isRecent(last)) return false;
    for (const [each, at] of this.#looks) if (!isRecent(at)) this.#looks.delete(each);
    this.#looks.set(what, now);
    return true;
  }

  // ---- The log ------------------------------------------------------------------------------------------------------

  async readLog(query: LogQuery, from: number, to: number): Promise<LogPage> {
    if (this.#isNewLook('log')) {
      const noted = await this.note({ act: 'logRead', outcome: 'done' });
      if (!noted.ok) this.#looks.delete('log');
    }
    const entries = await this.log.read(query, from, to + 1);
    return {
      entries: entries.slice(0, to - from).map((entry) => this.#entryView(entry)),
      hasMore: entries.length > to - from,
    };
  }

  #entryView({ device, n, at, event }: LogEntry): LogEntryView {
    const { act, outcome, kind, record, customer, count, how } = event;
    const owner = customer ?? (kind === 'customer' ? record : undefined);
    const memberName = this.#session.nameOf(device);
    return {
      device,
      deviceName: device.slice(0, 6),
      memberName,
      n,
      at,
      act,
      outcome,
      kind: kind ?? null,
      record: record ?? null,
      customer: owner ?? null,
      customerName: this.#nameOf(owner ?? null),
      count: count ?? null,
      how: how ?? null,
      towards: event.device === undefined ? '' : this.deviceName(event.device),
    };
  }

  /** Two devices of one person are told apart by what their ids begin with. */
  deviceName(device: DeviceId): string {
    return `${this.#session.nameOf(device)} (${device.slice(0, 6)})`.trim();
  }

  /** Of the vault as it is now: new keys make another one. */
  get log(): AuditLog {
    return new AuditLog(this.#session.vault);
  }

  async chainReports(options: {
    readonly signal: AbortSignal;
    readonly onProgress: (events: number) => void;
  }): Promise<Result<readonly ChainReport[], Cancelled>> {
    const { workspace, device } = this.#session;
    const fingerprints = await this.#fingerprints();
    return this.log.verify({ workspace, fingerprints, own: [device], ...options });
  }

  async verifyLog({ signal, onProgress }: Work): Promise<Result<LogVerification, Cancelled>> {
    const verified = await this.chainReports({
      signal,
      onProgress: (done) => {
        onProgress({ done, total: 0, step: 'verifyingLog' });
      },
    });
    if (!verified.ok) return verified;
    const reports = verified.value;
    const fingerprints = await this.#fingerprints();
    return ok({
      at: this.#clock.now(),
      events: reports.reduce((sum, { from, to }) => sum + to - from + 1, 0),
      devices: reports.map(({ oldest: _, newest: __, ...report }) => ({
        ...report,
        deviceName: this.#session.nameOf(report.device) || report.device.slice(0, 6),
        fingerprint: fingerprints.get(report.device) ?? null,
      })),
    });
  }

  /** Of every device that the membership log names or named. */
  async #fingerprints(): Promise<ReadonlyMap<DeviceId, string>> {
    const membership = await this.#session.membership();
    const found = new Map<DeviceId, string>();
    for (const [device, { signing }] of membership?.devices ?? []) {
      found.set(device, await fingerprint(signing));
    }
    return found;
  }

  async exportLog(format: 'chain' | 'csv', words: LogWords): Promise<Result<FileResult, never>> {
    const parts: string[] = [];
    if (format === 'chain') {
      for await (const line of this.log.chainLines()) parts.push(line);
      const blob = new Blob(parts, { type: 'text/tab-separated-values' });
      return ok({ name: 'audit-chain.tsv', blob });
    }
    const { logTable } = await import('#compliance/audit/table.ts');
    for await (const entry of this.log.entries()) {
      parts.push(logTable.line(this.#entryView(entry), words));
    }
    const type = 'text/csv;charset=utf-8';
    return ok({
      name: 'audit-log.csv',
      blob: new Blob([logTable.head(words), ...parts], { type }),
    });
  }

  /** A checkpoint, and what the policy no longer keeps. */
  async #keepLog(): Promise<void> {
    const { vault, workspace, device, deviceKeys, role, joining } = this.#session;
    if (deviceKeys === null || joining !== null) return;
    const signer = { workspace, device, signing: deviceKeys.signing };
    const signed = await checkpointDaily(vault, signer, this.#clock.now());
    if (!signed.ok || !signed.value || role !== 'admin') return;
    await pruneLog(vault, this.policy.auditMonths, this.#clock.now());
  }

  // ---- Policy and access --------------------------------------------------------------------------------------------

  async changePolicy(change: Partial<PolicyView>): Promise<Result<void, EditError>> {
    const saved = await this.#session.vault.add([policyEdit(change)]);
    return saved.ok ? ok() : saved;
  }

  async access(): Promise<AccessView> {
    const { vault, role } = this.#session;
    const membership = await this.#session.membership();
    const isAdmin = (by: DeviceId) => membership?.devices.get(by)?.role === 'admin';
    return {
      role,
      policy: this.policy,
      leastAuditMonths: leastAuditMonths(this.policy),
      fields: this.#fieldClasses(),
      glass: glassUses(vault.workspace, isAdmin).map(({ device: by, ...use }) => ({
        ...use,
        memberName: this.#session.nameOf(by),
      })),
      glassUntil: this.#glassUntil,
    };
  }

  classifyField(record: RecordId, dataClass: DataClass): Promise<Result<void, EditError>> {
    return this.#save({ record, kind: 'field', values: { dataClass } });
  }

  async breakGlass(
    reason: string,
  ): Promise<Result<{ until: number; replaced: number }, EditError>> {
    this.#latest = this.#clock.now();
    const until = this.#latest + this.policy.breakGlassMinutes * MINUTE;
    const values = { reason: reason.trim(), until: new Date(until).toISOString() };
    const saved = await this.#session.vault.save([{ kind: 'glass', values }]);
    if (!saved.ok) return saved;
    this.#endInTime();
    return ok({ until, replaced: saved.value.replaced ?? 0 });
  }

  /** Until when it lasts. It ends by a timer, whatever the clock says then, and for good. */
  #endInTime(): number | null {
    const until = this.#glassUntil;
    if (until === null || until === this.#endingAt) return until;
    clearTimeout(this.#masking);
    this.#endingAt = until;
    this.#masking = setTimeout(() => {
      this.#latest = Math.max(this.#latest, until);
      void this.endGlass().then(this.#remask);
    }, until - this.#latestNow);
    return until;
  }

  async endGlass(): Promise<Result<void, EditError>> {
    const { vault, device } = this.#session;
    const now = this.#clock.now();
    const ending = [...vault.workspace.values()].filter(
      (state) =>
        state.kind === 'glass' &&
        isAlive(state) &&
        deviceOf(state.created.stamp) === device &&
        isLater(valuesOf(state)['until'], now),
    );
    const until = new Date(now).toISOString();
    const edits = ending.map(
      ({ id }) => ({ record: id, kind: 'glass', values: { until } }) as const,
    );
    const saved = edits.length === 0 ? ok() : await vault.save(edits);
    return saved.ok ? ok() : saved;
  }

  async reviewGlass(id: RecordId): Promise<Result<void, EditError>> {
    if (this.#session.role !== 'admin') return err({ type: 'NotPermitted' });
    const reviewed = new Date(this.#clock.now()).toISOString();
    const saved = await this.#save({ record: id, kind: 'glass', values: { reviewed } });
    if (!saved.ok) return saved;
    return this.note({ act: 'glassReviewed', outcome: 'done', kind: 'glass', record: id });
  }

  #fieldClasses(): readonly FieldClassView[] {
    const { vault } = this.#session;
    const made = new Map<string, RecordId>();
    for (const state of vault.workspace.values()) {
      if (state.kind !== 'field' || !isAlive(state)) continue;
      const { kind, name } = valuesOf(state);
      if (typeof kind === 'string' && typeof name === 'string') {
        made.set(`${kind} ${name}`, state.id);
      }
    }
    return KINDS.filter((kind) => fieldsOf(kind).length > 0).flatMap((kind) =>
      vault.fieldsOf(kind).map(({ name, label, dataClass, unclassified, custom }) => ({
        record: custom === true ? (made.get(`${kind} ${name}`) ?? null) : null,
        kind,
        name,
        label,
        dataClass,
        isUnclassified: unclassified === true,
      })),
    );
  }

  // ---- Card numbers -------------------------------------------------------------------------------------------------

  cards(): CardsView {
    const { vault } = this.#session;
    const findings = [...vault.workspace.values()]
      .filter((state) => state.kind === 'cardFinding' && isAlive(state))
      .map((state): CardFinding => {
        const { customer, field, source, closed } = valuesOf(state);
        const owner = typeof customer === 'string' ? (customer as RecordId) : null;
        return {
          id: state.id,
          customer: owner,
          customerName: this.#nameOf(owner),
          field: typeof field === 'string' ? field : '',
          source: source === 'scan' || source === 'restore' ? source : 'sync',
          at: state.created.at,
          closedAt: typeof closed === 'string' ? Date.parse(closed) : null,
        };
      })
      .sort((a, b) => b.at - a.at);
    return { lastScan: this.#lastScan, findings };
  }

  get #lastScan(): CardScan | null {
    return this.#session.cardScan as CardScan | null;
  }

  async scanCards({ signal, onProgress }: Work): Promise<Result<CardScan, EditError | Cancelled>> {
    const { vault } = this.#session;
    const scanned = await scanForCards(vault, this.#clock.now(), {
      signal,
      onProgress: (done) => {
        onProgress({ done, total: 0, step: 'scanningCards' });
      },
    });
    if (!scanned.ok) return scanned;
    const noted = await this.#session.noteCardScan({ ...scanned.value });
    if (!noted.ok) return noted;
    const { hits } = scanned.value;
    const told = await this.note({ act: 'cardsScanned', outcome: 'done', count: hits });
    return told.ok ? scanned : told;
  }

  closeCardFinding(id: RecordId): Promise<Result<void, EditError>> {
    const closed = new Date(this.#clock.now()).toISOString();
    return this.#save({ record: id, kind: 'cardFinding', values: { closed } });
  }

  // ---- Once a day ---------------------------------------------------------------------------------------------------

  /** While the workspace is in use: what is due once a day or a week, some time after the unlock, then every hour that it may have become due. */
  keepDaily(checks: Checks, retaining: Retaining): void {
    void this.#keep(checks, retaining);
    this.#timer = setInterval(() => void this.#keep(checks, retaining), HOUR);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#masking);
    this.#ending.abort();
  }

  async #keep(checks: Checks, retaining: Retaining): Promise<void> {
    await this.#keepLog();
    const work = { signal: this.#ending.signal, onProgress: () => undefined };
    if (this.#session.joining !== null || work.signal.aborted) return;
    const last = this.#lastScan;
    if (last === null || Math.abs(this.#clock.now() - last.at) >= WEEK) await this.scanCards(work);
    if (!this.#ending.signal.aborted) await retaining.keepDaily(work);
    if (!this.#ending.signal.aborted) await checks.keepDaily(work);
  }

  #nameOf(customer: RecordId | null): string {
    const summary = customer === null ? undefined : this.#session.vault.summary(customer);
    return summary === undefined ? '' : summary.name || summary.company;
  }

  async #save(
    edit: Parameters<Session['vault']['save']>[0][number],
  ): Promise<Result<void, EditError>> {
    const saved = await this.#session.vault.save([edit]);
    return saved.ok ? ok() : saved;
  }
}

const NONE: ReadonlySet<FieldName> = new Set();

function isLater(until: unknown, now: number): boolean {
  return typeof until === 'string' && Date.parse(until) > now;
}
