/** The checks and policy packs of the open workspace as the worker runs them: packs in use, runs, attestations, offers. */

import type { Clock } from '#base/clock.ts';
import type { DeviceId, RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { attestationOf, attestationsIn, type Attestation } from '#compliance/attestations.ts';
import { surveyLog } from '#compliance/audit/survey.ts';
import { isoDay } from '#compliance/calendar.ts';
import { tryCanary } from '#compliance/checks/canary.ts';
import { CLOCK_TOLERANCE, type EvidenceRow } from '#compliance/checks/check.ts';
import { gatherFacts, type Outside } from '#compliance/checks/gathering.ts';
import { kindOf } from '#compliance/checks/index.ts';
import type {
  Attest,
  AttestationView,
  ComplianceView,
  ControlView,
  EvidenceView,
  PackError,
  PackOffer,
  PackView,
  PoliciesView,
  RegisterEntry,
  RegistersView,
  RegulationView,
  RunFormat,
  RunSummary,
  RunWords,
  UnreadPack,
} from '#compliance/messages.ts';
import { differenceOf } from '#compliance/packs/difference.ts';
import { misfitOf } from '#compliance/packs/fitting.ts';
import {
  acceptance,
  acceptedPacks,
  openTasks,
  packHistory,
  readAccepted,
  tasksOf,
  type AcceptedPack,
} from '#compliance/packs/keeping.ts';
import { isNewer, openPack, textOf, type OpenedPack } from '#compliance/packs/opening.ts';
import { isEffective, type Control, type Pack } from '#compliance/packs/pack.ts';
import { strictest } from '#compliance/packs/parameters.ts';
import type { PersonalRoom } from '#compliance/personal-room.ts';
import { PINNED, readShipped, type ReadAppFile } from '#compliance/packs/shipped.ts';
import { policyEdit, policyIn, SHIPPED_PACKS } from '#compliance/policy.ts';
import {
  newestRun,
  pruneRuns,
  readRun,
  runIds,
  saveRun,
  type KeptRun,
} from '#compliance/runs/keeping.ts';
import {
  changesSince,
  countsOf,
  evaluate,
  type ControlRun,
  type Run,
} from '#compliance/runs/run.ts';
import { dueOf, entriesOf, REGISTERS, type Register } from '#compliance/registers/registers.ts';
import { registerTable } from '#compliance/registers/table.ts';
import type { Label } from '#domain/catalogue.ts';
import { deviceOf } from '#domain/stamp.ts';
import { valuesOf } from '#domain/values.ts';
import type { Session } from '#vault/session.ts';
import { recordViewOf } from '#vault/views.ts';
import type { Cancelled, EditError, NewRecord } from '#vault/vault.ts';
import type { Compliance } from './compliance.ts';
import type { FileResult } from './vault-api.ts';
import { textFile, type Work } from './work.ts';

const DAY = 24 * 60 * 60 * 1000;
const RUNS_LISTED = 30;
const NEVER = Number.MAX_SAFE_INTEGER;

export interface CheckParts {
  readonly session: Session;
  readonly clock: Clock;
  readonly compliance: Compliance;
  readonly readAppFile: ReadAppFile;
  readonly outside: () => Promise<Outside>;
  readonly rooms: readonly PersonalRoom[];
}

/** A pack in use, with who accepted it; null: it came with the app. */
interface UsedPack {
  readonly pack: Pack;
  readonly accepted: AcceptedPack | null;
}

type ShippedPack = Awaited<ReturnType<typeof readShipped>>;

export class Checks {
  readonly #parts: CheckParts;
  /** Packs that were read once, by their hashes. */
  readonly #read = new Map<string, Pack>();
  #shipped: ReadonlyMap<string, ShippedPack> | null = null;
  #offered: OpenedPack | null = null;
  /** Of somebody who may not write: seen, and not kept. */
  #unsaved: Run | null = null;

  constructor(parts: CheckParts) {
    this.#parts = parts;
  }

  get #vault() {
    return this.#parts.session.vault;
  }

  // ---- Packs --------------------------------------------------------------------------------------------------------

  /** Those that this app brings, or why one can't be had. */
  async #ownPacks(): Promise<ReadonlyMap<string, ShippedPack>> {
    if (this.#shipped !== null) return this.#shipped;
    const found = new Map<string, ShippedPack>();
    for (const key of SHIPPED_PACKS) {
      found.set(key, await readShipped(key, this.#parts.readAppFile));
    }
    if ([...found.values()].every(({ ok }) => ok)) this.#shipped = found;
    return found;
  }

  /** Every pack that is accepted or comes with the app, asked or not. */
  async #inUse(): Promise<readonly UsedPack[]> {
    return (await this.#packs()).used;
  }

  /** Packs in use, and those that can't be read: what is asked and not there must not be missing without a word. */
  async #packs(): Promise<{
    readonly used: readonly UsedPack[];
    readonly unread: readonly UnreadPack[];
  }> {
    const own = await this.#ownPacks();
    const accepted = acceptedPacks(this.#vault.workspace);
    const used: UsedPack[] = [];
    const unread: UnreadPack[] = [];
    for (const key of new Set([...SHIPPED_PACKS, ...accepted.keys()])) {
      const record = accepted.get(key);
      const read = record === undefined ? null : await this.#packOf(record);
      // A regulation does not fall out of the checks because its file can't be read: the app's own stands in for it.
      const shipped = own.get(key);
      const pack = read ?? (shipped?.ok ? shipped.value.pack : undefined);
      const isAccepted = record !== undefined && read !== null;
      if (pack !== undefined) used.push({ pack, accepted: isAccepted ? record : null });
      if (record !== undefined && read === null) {
        const error = { type: 'UnreadAcceptance', version: record.version } as const;
        unread.push({ key, standsIn: pack?.version ?? null, error });
      } else if (pack === undefined && shipped?.ok === false) {
        unread.push({ key, standsIn: null, error: shipped.error });
      }
    }
    return { used, unread };
  }

  /** Of what is asked. */
  async #unreadAsked(): Promise<readonly UnreadPack[]> {
    const { packs } = this.#parts.compliance.policy;
    return (await this.#packs()).unread.filter(({ key }) => packs.includes(key));
  }

  async #packOf({ hash }: AcceptedPack): Promise<Pack | null> {
    const known = this.#read.get(hash);
    if (known !== undefined) return known;
    const pack = await readAccepted(this.#vault.workspace, hash);
    if (pack !== null) this.#read.set(hash, pack);
    return pack;
  }

  async #asked(): Promise<readonly Pack[]> {
    const { packs } = this.#parts.compliance.policy;
    return (await this.#inUse()).map(({ pack }) => pack).filter(({ key }) => packs.includes(key));
  }

  // ---- Runs ---------------------------------------------------------------------------------------------------------

  async run({ signal, onProgress }: Work): Promise<Result<void, EditError | Cancelled>> {
    const { session, clock, compliance } = this.#parts;
    const step = (done: number): void => {
      onProgress({ done, total: 0, step: 'runningChecks' });
    };
    step(0);
    const now = clock.now();
    const packs = await this.#asked();
    // Both wait for the disk most of the time.
    const [canary, chains] = await Promise.all([
      tryCanary(session, now),
      compliance.chainReports({ signal, onProgress: step }),
    ]);
    if (!chains.ok) return chains;
    if (signal.aborted) return err({ type: 'Cancelled' });
    const newest = await newestRun(this.#vault, now);
    const membership = await session.membership();
    const facts = await gatherFacts({
      session,
      membership,
      survey: await surveyLog(compliance.log, {
        until: now + CLOCK_TOLERANCE,
        isAdmin: (device) => membership?.devices.get(device)?.role === 'admin',
      }),
      chains: chains.value,
      cards: compliance.cards(),
      canary,
      now,
      lastRunAt: newest?.run.at ?? null,
      outside: await this.#parts.outside(),
      rooms: this.#parts.rooms,
      signal,
    });
    return this.#keep(evaluate(packs, facts, now));
  }

  async #keep(run: Run): Promise<Result<void, EditError>> {
    if (this.#parts.session.role === 'viewer') {
      this.#unsaved = run;
      return ok();
    }
    const saved = await saveRun(this.#vault, run);
    if (!saved.ok) return saved;
    return this.#parts.session.role === 'admin' ? this.#adopt(run) : ok();
  }

  /** What came with the app and was asked is kept from the first run on, so that what a later one changes is held against it. */
  async #adopt(run: Run): Promise<Result<void, EditError>> {
    const kept = acceptedPacks(this.#vault.workspace);
    const records: NewRecord[] = [];
    for (const [key, shipped] of await this.#ownPacks()) {
      const wasAsked = run.packs.some((pack) => pack.key === key);
      if (!shipped.ok || !wasAsked || kept.has(key)) continue;
      const record = await acceptance(shipped.value, { isAdopted: true });
      if (record !== null) records.push(record);
    }
    const saved = records.length === 0 ? ok() : await this.#vault.add(records);
    return saved.ok ? ok() : saved;
  }

  /** Once a day, from the second day of a workspace on; and what is no longer kept goes. */
  async keepDaily(work: Work): Promise<void> {
    const { session, clock } = this.#parts;
    if (session.role === 'viewer' || session.joining !== null) return;
    const now = clock.now();
    const last = (await newestRun(this.#vault, now))?.run.at ?? (await this.#createdAt());
    // A workspace that was made by a clock that ran ahead does not wait for that day.
    if (last !== undefined && now - last < DAY && last - now <= CLOCK_TOLERANCE) return;
    const ran = await this.run(work);
    if (ran.ok && session.role === 'admin') await pruneRuns(this.#vault, now);
  }

  async #createdAt(): Promise<number | undefined> {
    const membership = await this.#parts.session.membership();
    return membership === null ? undefined : Date.parse(membership.createdAt);
  }

  async view(compareWith: RecordId | null): Promise<ComplianceView> {
    const ids = runIds(this.#vault).slice(0, RUNS_LISTED);
    const { kept, run } = await this.#newest();
    const earlier = kept === null ? undefined : ids[ids.indexOf(kept.id) + 1];
    const other = compareWith ?? (run === kept?.run ? earlier : kept?.id) ?? null;
    const before = other === null ? null : await readRun(this.#vault, other);
    const regulations = await this.#regulations(run, before?.run ?? null);
    return {
      role: this.#parts.session.role,
      regulations,
      unread: await this.#unreadAsked(),
      run: run === kept?.run ? this.#runSummary(kept) : null,
      comparedWith: before === null ? null : other,
      runs: await this.#summaries(ids),
    };
  }

  /** The newest run, be it one that could not be kept, and the newest of those that are. */
  async #newest(): Promise<{ readonly kept: KeptRun | null; readonly run: Run | null }> {
    const kept = await newestRun(this.#vault, this.#parts.clock.now());
    const unsaved = this.#unsaved;
    const isNewer = unsaved !== null && (kept === null || unsaved.at > kept.run.at);
    return { kept, run: isNewer ? unsaved : (kept?.run ?? null) };
  }

  async #summaries(ids: readonly RecordId[]): Promise<readonly RunSummary[]> {
    const kept = await Promise.all(ids.map((id) => readRun(this.#vault, id)));
    return kept.flatMap((each) => this.#runSummary(each) ?? []);
  }

  #runSummary(kept: KeptRun | null): RunSummary | null {
    return kept === null
      ? null
      : { id: kept.id, at: kept.run.at, memberName: this.#nameOf(kept.device) };
  }

  async #regulations(run: Run | null, before: Run | null): Promise<readonly RegulationView[]> {
    const attestations = attestationsIn(this.#vault.workspace);
    const changes = run === null || before === null ? null : changesSince(before, run);
    const today = isoDay(this.#parts.clock.now());
    return (await this.#asked()).map((pack) => {
      const ran = run?.packs.find(({ key }) => key === pack.key);
      const controls = pack.controls
        .filter(({ status }) => status !== 'withdrawn')
        .map((control) =>
          this.#controlView(control, {
            ran: ran?.controls.find(({ id }) => id === control.id),
            before: changes?.get(control.id) ?? null,
            attestation: attestations.get(control.id),
            today,
          }),
        );
      return {
        key: pack.key,
        title: pack.title,
        version: pack.version,
        counts: countsOf(ran === undefined ? [] : [ran]),
        controls,
      };
    });
  }

  #controlView(
    control: Control,
    parts: {
      readonly ran: ControlRun | undefined;
      readonly before: ControlView['before'];
      readonly attestation: Attestation | undefined;
      readonly today: string;
    },
  ): ControlView {
    const { parameters: _, reviewed: __, ...shown } = control;
    const finding = parts.ran?.finding;
    return {
      ...shown,
      kind: kindOf(control),
      isUpcoming: control.status === 'in-force' && !isEffective(control, parts.today),
      isOverdue: control.reviewBy < parts.today,
      outcome: finding?.outcome ?? null,
      before: parts.before,
      missing: finding?.missing ?? [],
      evidence: (finding?.rows ?? []).map((row) => this.#evidenceView(row)),
      counted: finding?.counted ?? 0,
      attestation: parts.attestation === undefined ? null : this.#said(parts.attestation),
    };
  }

  #evidenceView(row: EvidenceRow): EvidenceView {
    switch (row.about) {
      case 'customer': {
        const summary = this.#vault.summary(row.id as RecordId);
        const name = summary?.name || summary?.company;
        return name === undefined ? row : { ...row, name, customer: row.id as RecordId };
      }
      case 'device':
      case 'event': {
        const [device = '', n] = row.id.split(' ');
        const called = this.#parts.compliance.deviceName(device as DeviceId);
        return { ...row, name: n === undefined ? called : `${called} ${n}` };
      }
      default: {
        const name = this.#nameOfEntry(row.id);
        return name === undefined ? row : { ...row, name };
      }
    }
  }

  /** What a register calls an entry. */
  #nameOfEntry(id: string): string | undefined {
    const state = this.#vault.workspace.get(id as RecordId);
    const values = state === undefined ? {} : valuesOf(state);
    return ['name', 'title', 'person']
      .map((field) => values[field])
      .find((value) => typeof value === 'string');
  }

  #said({ holds, statement, reviewBy, device, at }: Attestation): AttestationView {
    return { holds, statement, reviewBy, at, memberName: this.#nameOf(device) };
  }

  #nameOf(device: DeviceId): string {
    return this.#parts.session.nameOf(device);
  }

  async attest(said: Attest): Promise<Result<{ replaced: number }, EditError>> {
    const saved = await this.#vault.add([attestationOf(said)]);
    return saved.ok ? ok({ replaced: saved.value.replaced ?? 0 }) : saved;
  }

  async export(
    run: RecordId | null,
    format: RunFormat,
    words: RunWords,
  ): Promise<FileResult | null> {
    const view = await this.view(null);
    const id = run ?? view.run?.id ?? null;
    const kept = id === null ? null : await readRun(this.#vault, id);
    const chosen = id === null ? (await this.#newest()).run : (kept?.run ?? null);
    if (chosen === null) return null;
    const day = isoDay(chosen.at);
    const shown: ComplianceView = {
      ...view,
      run: this.#runSummary(kept),
      regulations: await this.#regulations(chosen, null),
    };
    switch (format) {
      case 'oscal': {
        const { assessmentResults } = await import('#compliance/runs/assessment-results.ts');
        const packs = new Map((await this.#asked()).map((pack) => [pack.key, pack]));
        const results = assessmentResults(chosen, packs, () => crypto.randomUUID());
        const text = `${JSON.stringify(results, null, 2)}\n`;
        return textFile(`assessment-results-${day}.json`, text, 'application/json');
      }
      case 'html': {
        const { runPage } = await import('#compliance/runs/report.ts');
        const page = runPage(shown, this.#parts.session.workspaceName, words);
        return textFile(`compliance-${day}.html`, page, 'text/html');
      }
      case 'csv': {
        const { runTable } = await import('#compliance/runs/report.ts');
        return textFile(`compliance-${day}.csv`, runTable(shown, words), 'text/csv;charset=utf-8');
      }
    }
  }

  // ---- Policies -----------------------------------------------------------------------------------------------------

  async policies(): Promise<PoliciesView> {
    const { compliance, session } = this.#parts;
    const used = await this.#inUse();
    const { packs: asked, publishers } = compliance.policy;
    const titles = await this.#controlTitles(used);
    const own = await this.#ownPacks();
    return {
      role: session.role,
      packs: used.map((each) => this.#packView(each, asked, own.get(each.pack.key))),
      unread: await this.#unreadAsked(),
      publishers,
      parameters: strictest(used.map(({ pack }) => pack).filter(({ key }) => asked.includes(key))),
      tasks: openTasks(this.#vault.workspace).map(({ id, control, change, effective }) => ({
        id,
        control,
        title: titles.get(control) ?? { en: '', 'zh-CN': '' },
        type: change,
        effective,
      })),
    };
  }

  /** As the packs in use call them; of controls that are gone, as an earlier one did. */
  async #controlTitles(used: readonly UsedPack[]): Promise<ReadonlyMap<string, Label>> {
    const accepted = await Promise.all(
      packHistory(this.#vault.workspace).map((each) => this.#packOf(each)),
    );
    const own = [...(await this.#ownPacks()).values()].map((each) =>
      each.ok ? each.value.pack : null,
    );
    const packs = [...own, ...accepted, ...used.map(({ pack }) => pack)];
    return new Map(
      packs.flatMap((pack) => pack?.controls.map(({ id, title }) => [id, title] as const) ?? []),
    );
  }

  #packView(
    { pack, accepted }: UsedPack,
    asked: readonly string[],
    own: ShippedPack | undefined,
  ): PackView {
    const { key, title, version, published } = pack;
    const shipped = own?.ok ? own.value.pack.version : null;
    return {
      key,
      title,
      version,
      published,
      isAsked: asked.includes(key),
      accepted:
        accepted === null || accepted.isAdopted
          ? null
          : { memberName: this.#nameOf(accepted.device), at: accepted.at },
      adoptedAt: accepted?.isAdopted === true ? accepted.at : null,
      publisher: accepted?.publisher ?? null,
      offered: shipped !== null && isNewer(shipped, version) ? shipped : null,
    };
  }

  async offerShipped(key: string): Promise<Result<PackOffer, PackError>> {
    const opened = await readShipped(key, this.#parts.readAppFile);
    return opened.ok ? this.#offer(opened.value) : opened;
  }

  async offerFile(file: Blob): Promise<Result<PackOffer, PackError>> {
    const text = await textOf(file);
    if (!text.ok) return text;
    const opened = await openPack(text.value, PINNED);
    return opened.ok ? this.#offer(opened.value) : opened;
  }

  async #offer(opened: OpenedPack): Promise<Result<PackOffer, PackError>> {
    this.#offered = null;
    const { pack, publisher } = opened;
    const placed = await this.#place(opened);
    if (!placed.ok) return placed;
    const used = placed.value;
    this.#offered = opened;
    return ok({
      key: pack.key,
      title: pack.title,
      version: pack.version,
      before: used?.pack.version ?? null,
      publisher,
      isTrusted: publisher === null || this.#parts.compliance.policy.publishers.includes(publisher),
      changes: differenceOf(used?.pack ?? null, pack),
    });
  }

  /** What it takes the place of; an error where it is not newer, or doesn't fit beside the others. */
  async #place({ pack, publisher }: OpenedPack): Promise<Result<UsedPack | undefined, PackError>> {
    const all = await this.#inUse();
    const used = all.find((each) => each.pack.key === pack.key);
    const record = acceptedPacks(this.#vault.workspace).get(pack.key);
    const have = record?.version ?? used?.pack.version;
    const isNew = have === undefined || isNewer(pack.version, have);
    // What came with the app may still have to be accepted as it is.
    const isFirst =
      record?.isAdopted !== false && publisher === null && used?.pack.version === pack.version;
    if (!isNew && !isFirst) return err({ type: 'OlderVersion', have, got: pack.version });
    const reason =
      publisher === null
        ? null
        : misfitOf(
            pack,
            all.map((each) => each.pack),
          );
    return reason === null ? ok(used) : err({ type: 'MalformedPack', reason });
  }

  /**
   * Accepts what was offered last, unless another device was faster: it is asked from now on, its changes become tasks, all in one commit, and
   * the checks run anew.
   */
  async accept(
    trusts: boolean,
    work: Work,
  ): Promise<Result<void, PackError | EditError | Cancelled>> {
    const opened = this.#offered;
    if (opened === null) return err({ type: 'NotAPack' });
    const { pack, publisher } = opened;
    const policy = policyIn(this.#vault.workspace);
    const isTrusted = publisher === null || policy.publishers.includes(publisher);
    if (!isTrusted && !trusts) return err({ type: 'UnknownPublisher' });
    const placed = await this.#place(opened);
    if (!placed.ok) return placed;
    const used = placed.value;
    const record = await acceptance(opened);
    if (record === null) return err({ type: 'TooLarge' });
    const changes = used === undefined ? [] : differenceOf(used.pack, pack);
    const isAsked = policy.packs.includes(pack.key);
    const edit = policyEdit({
      ...(!isAsked && { packs: [...policy.packs, pack.key] }),
      ...(publisher !== null && !isTrusted && { publishers: [...policy.publishers, publisher] }),
    });
    const saved = await this.#vault.add([
      record,
      ...tasksOf(pack, changes),
      ...(isAsked && isTrusted ? [] : [edit]),
    ]);
    if (!saved.ok) return saved;
    this.#offered = null;
    return this.run(work);
  }

  // ---- Registers ----------------------------------------------------------------------------------------------------

  async registers(): Promise<RegistersView> {
    const packs = await this.#asked();
    const now = this.#parts.clock.now();
    const entries = REGISTERS.map((register) => {
      const all = entriesOf(this.#vault.workspace, register).map((state): RegisterEntry => ({
        ...recordViewOf(state),
        memberName: this.#nameOf(deviceOf(state.created.stamp)),
        due: dueOf(state, packs, now),
      }));
      return [register, all.toSorted((a, b) => (a.due?.at ?? NEVER) - (b.due?.at ?? NEVER))];
    });
    return {
      role: this.#parts.session.role,
      entries: Object.fromEntries(entries) as RegistersView['entries'],
    };
  }

  exportRegister(register: Register, language: keyof Label): FileResult {
    const entries = entriesOf(this.#vault.workspace, register);
    const table = registerTable(register, entries, language);
    return textFile(`${register}.csv`, table, 'text/csv;charset=utf-8');
  }

  async finishTask(id: RecordId): Promise<Result<void, EditError>> {
    const done = new Date(this.#parts.clock.now()).toISOString();
    const saved = await this.#vault.save([{ record: id, kind: 'policyTask', values: { done } }]);
    return saved.ok ? ok() : saved;
  }
}
