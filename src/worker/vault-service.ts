/** What the worker answers the page: the surface of `vault-api.ts`, joined from the rooms below. One session at a time. */

import type { RecordId, WorkspaceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { occasionOf, type AuditEvent, type Way } from '#compliance/audit/event.ts';
import { maskCell, withoutCards } from '#compliance/cards/screening.ts';
import type { Outside } from '#compliance/checks/gathering.ts';
import { barOf } from '#compliance/consent/uses.ts';
import type { ErasedBefore } from '#compliance/messages.ts';
import { recordRoom, storeRoom, type PersonalRoom } from '#compliance/personal-room.ts';
import { checkPassphrase } from '#crypto/passphrase.ts';
import { purposeOf } from '#domain/consents.ts';
import { deviceOf } from '#domain/stamp.ts';
import { summarise } from '#domain/summary.ts';
import { valuesOf } from '#domain/values.ts';
import type { ExportLimits } from '#exchange/export.ts';
import type { Importer } from '#exchange/import.ts';
import type { Sync } from '#sync/sync.ts';
import type { Environment } from '#vault/environment.ts';
import type { Session as OpenSession } from '#vault/session.ts';
import type { Edit, EditError, Vault, WorkOptions } from '#vault/vault.ts';
import { Workspaces } from '#vault/workspaces.ts';
import type { Rehearsal } from './backups.ts';
import type { Checks } from './checks.ts';
import { complianceVerbs } from './compliance-verbs.ts';
import type { Compliance } from './compliance.ts';
import type { Erasing } from './erasing.ts';
import { mayRemove, maySave, mayUndo, type Doors } from './guarded-kinds.ts';
import { telling } from './occasions.ts';
import type { Retaining } from './retaining.ts';
import type { Rights } from './rights.ts';
import { StepUp } from './step-up.ts';
import { syncVerbs } from './sync-verbs.ts';
import type { JobId, OnProgress, Preferences, Session, VaultApi, VaultEvent } from './vault-api.ts';

/** What only some verbs need comes with the first call of one, so that the unlock screen does not wait for it. */
const backups = () => import('./backups.ts');
const views = () => import('#vault/views.ts');
const syncing = () => import('./syncing.ts');

/** The app's own files, and the policy that its page came with; null: they can't be had. */
export interface AppFiles {
  readonly readAppFile: (path: string) => Promise<string | null>;
  readonly pagePolicy: () => Promise<string | null>;
}

export function createVaultService(environment: Environment, appFiles: AppFiles): VaultApi {
  const workspaces = new Workspaces(environment);
  const jobs = new Map<JobId, AbortController>();
  let session: OpenSession | null = null;
  let sync: Promise<Sync> | null = null;
  let compliance: Promise<Compliance> | null = null;
  let checks: Promise<Checks> | null = null;
  let eraser: Promise<Erasing> | null = null;
  let retainer: Promise<Retaining> | null = null;
  const stepUp = new StepUp(environment.clock);
  /** Of one vault: new keys come with another one. */
  let importer: { readonly vault: Vault; readonly of: Importer } | null = null;
  let rehearsal: Rehearsal | null = null;
  let discardSpool = (): Promise<void> => Promise.resolve();
  let tell: (event: VaultEvent) => void = () => undefined;

  /** The page calls what needs a session only after an unlock; a call that a lock overtook is answered by the worker's end. */
  function unlocked(): OpenSession {
    if (session === null) throw new Error('The workspace is locked');
    return session;
  }

  function enter(opened: OpenSession, how: Way): Session {
    session = opened;
    importer = null;
    compliance = null;
    checks = null;
    eraser = null;
    retainer = null;
    sync = follow(opened);
    unwritten = [{ act: 'unlocked', outcome: 'done', how }];
    later(() => tellUnlock(opened));
    opened.listen((event) => {
      if (event.type !== 'locked') {
        tell(event);
        if (event.type !== 'changed') return;
        void sync?.then((open) => open.touch());
        if (event.customers === 'any') void opened.sweepDrafts();
      } else {
        void leave({ everywhere: false }).then(() => {
          tell({ type: 'locked', reason: 'otherTab' });
        });
      }
    });
    void opened.vault.sweep();
    return describe(opened);
  }

  /** The first screen does not wait for it. */
  function later(work: () => Promise<void>): void {
    setTimeout(() => {
      if (session !== null) void work();
    }, AFTER_UNLOCK);
  }

  async function tellUnlock(opened: OpenSession): Promise<void> {
    await tellAttempts(opened);
    if (session !== opened) return;
    const [complied, checked, retained] = await Promise.all([complying(), checking(), retaining()]);
    if (session !== opened) return;
    if (opened.vault.hasErasures) await (await erasing()).finish();
    if (session === opened) complied.keepDaily(checked, retained);
  }

  /** Failures while locked become events now, and the unlock after them. */
  async function tellAttempts(opened: OpenSession): Promise<void> {
    if (session !== opened) return;
    const failed = await opened.untoldAttempts();
    if (failed > 0) {
      const event = { act: 'unlockFailed', outcome: 'failed', count: failed };
      const noted = await opened.vault.note([event]);
      if (noted.ok) await opened.toldAttempts(failed);
    }
    await note();
  }

  function complying(): Promise<Compliance> {
    const opened = unlocked();
    compliance ??= import('./compliance.ts').then(async ({ Compliance }) => {
      const complied = new Compliance(opened, environment.clock, () => {
        tell({ type: 'changed', customers: 'any' });
      });
      await complied.recall();
      return complied;
    });
    return compliance;
  }

  function checking(): Promise<Checks> {
    const opened = unlocked();
    checks ??= Promise.all([import('./checks.ts'), complying()]).then(
      ([{ Checks }, complied]) =>
        new Checks({
          session: opened,
          clock: environment.clock,
          compliance: complied,
          readAppFile: appFiles.readAppFile,
          outside: async () => outsideOf(await appFiles.pagePolicy(), await sync),
          rooms: rooms(opened),
        }),
    );
    return checks;
  }

  function erasing(): Promise<Erasing> {
    const opened = unlocked();
    eraser ??= import('./erasing.ts').then(
      ({ Erasing }) =>
        new Erasing({
          session: opened,
          clock: environment.clock,
          hasStore: async () => (await sync)?.hasStore === true,
          rooms: rooms(opened),
        }),
    );
    return eraser;
  }

  function retaining(): Promise<Retaining> {
    const session = unlocked();
    retainer ??= Promise.all([import('./retaining.ts'), complying(), erasing()]).then(
      ([{ Retaining }, compliance, erasing]) =>
        new Retaining({ session, clock: environment.clock, compliance, erasing }),
    );
    return retainer;
  }

  async function rights(): Promise<Rights> {
    const session = unlocked();
    const { Rights } = await import('./rights.ts');
    const compliance = await complying();
    return new Rights({ session, clock: environment.clock, compliance, rooms: rooms(session) });
  }

  /** All that keep something of people. */
  function rooms(opened: OpenSession): readonly PersonalRoom[] {
    return [
      recordRoom(opened),
      storeRoom(async () => {
        (await sync)?.touch();
      }),
    ];
  }

  /** Whoever asked to be forgotten does not come back unnoticed. */
  async function letIn(
    edits: readonly Edit[],
    overruling: string | undefined,
  ): Promise<Result<void, EditError | ErasedBefore>> {
    if (!unlocked().vault.hasErasures) return ok();
    const doors = await erasing();
    const found = await doors.suppressed(edits);
    if (found === null) return ok();
    if (overruling === undefined) return err({ type: 'ErasedBefore', erasedAt: found.erasedAt });
    return doors.overrule(found, overruling);
  }

  /** What could not be written yet is written with the next event: the unlock too, where somebody was quicker than what tells of it. */
  let unwritten: AuditEvent[] = [];
  async function note(...told: AuditEvent[]): Promise<void> {
    const noting = session;
    if (noting === null) return;
    const events = [...unwritten, ...told];
    unwritten = [];
    const noted = await noting.vault.note(events.map(occasionOf));
    if (!noted.ok && session === noting)
      unwritten = [...events, ...unwritten].slice(-UNWRITTEN_KEPT);
  }

  const isSteppedUp = (): boolean => stepUp.isFresh;
  const doors = (): Doors => ({
    workspace: unlocked().vault.workspace,
    isSteppedUp: stepUp.isFresh,
  });

  async function follow(opened: OpenSession): Promise<Sync> {
    const { openSync } = await syncing();
    return openSync({
      session: opened,
      clock: environment.clock,
      tell: (status) => {
        if (session === opened || status.phase === 'removed') tell({ type: 'sync', status });
      },
      async onRemoved() {
        if (session === opened) await leave({ everywhere: true });
        await workspaces.wipe(opened.workspace);
      },
    });
  }

  /** Long work goes on behind a covered screen: the session that it uses stays the one. */
  async function enterOrStay(opened: OpenSession, how: Way): Promise<Session> {
    if (how !== 'otherTab') stepUp.confirm();
    const staying = session;
    if (staying?.workspace !== opened.workspace) return enter(opened, how);
    await opened.end({ everywhere: false });
    unwritten.push({ act: 'unlocked', outcome: 'done', how });
    later(() => tellAttempts(staying));
    return describe(staying);
  }

  async function leave(options: { readonly everywhere: boolean }): Promise<void> {
    const ending = session;
    if (ending === null) return;
    if (options.everywhere) {
      await note({ act: 'locked', outcome: 'done' });
      if (session !== ending) return;
    }
    const syncing = sync;
    const complied = compliance;
    session = null;
    sync = null;
    compliance = null;
    checks = null;
    eraser = null;
    retainer = null;
    unwritten = [];
    stepUp.forget();
    importer = null;
    rehearsal = null;
    for (const job of jobs.values()) job.abort();
    await discardSpool();
    (await complied)?.stop();
    await (await syncing)?.close();
    await ending.end(options);
  }

  async function asJob<T>(
    job: JobId,
    onProgress: OnProgress,
    work: (options: { signal: AbortSignal; onProgress: OnProgress }) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    jobs.set(job, controller);
    try {
      return await work({ signal: controller.signal, onProgress: seldom(onProgress) });
    } finally {
      jobs.delete(job);
    }
  }

  const api: VaultApi = {
    listWorkspaces: () => workspaces.list(),
    async readPreferences() {
      return {
        ...DEFAULT_PREFERENCES,
        ...((await workspaces.directory.readPreferences()) as object),
      };
    },
    writePreferences: (preferences) => workspaces.directory.writePreferences(preferences),

    async createWorkspace(request) {
      const created = await workspaces.create(request);
      if (!created.ok) return created;
      stepUp.confirm();
      enter(created.value.session, 'created');
      return ok(created.value.kit);
    },
    checkPassphrase: (passphrase) => Promise.resolve(checkPassphrase(passphrase)),
    async unlock(workspace, proof) {
      const opened = await workspaces.unlock(workspace, proof);
      return opened.ok ? ok(await enterOrStay(opened.value, proof.by)) : opened;
    },
    async unlockFromOtherTab(workspace) {
      const opened = await workspaces.unlockFromOtherTab(workspace);
      return opened === null ? null : enterOrStay(opened, 'otherTab');
    },
    session: () => Promise.resolve(session === null ? null : describe(session)),
    lock: () => leave({ everywhere: true }),
    changePassphrase: (proof, next) => unlocked().changePassphrase(proof, next),
    addPasskey({ name, salt, ...answer }) {
      if (!isSteppedUp()) return Promise.resolve(err({ type: 'StepUpNeeded' }));
      return unlocked().addPasskey(name, salt, answer);
    },
    removePasskey: (id, passphrase) => unlocked().removePasskey(id, passphrase),
    async newRecoveryKit(passphrase) {
      const engine = await sync;
      if (engine?.hasStore !== true) return unlocked().newRecoveryKit(passphrase);
      return unlocked().newRecoveryKit(passphrase, (recovery) => engine.appendRecovery(recovery));
    },
    changeSettings: (settings) => unlocked().changeSettings(settings),
    async removeWorkspace(workspace: WorkspaceId) {
      if (session?.workspace === workspace) await leave({ everywhere: true });
      return workspaces.remove(workspace);
    },

    list: (query, from, to) => Promise.resolve(unlocked().vault.list(query, from, to)),
    facets: () => Promise.resolve(unlocked().vault.facets()),
    today: (today) => Promise.resolve(unlocked().vault.today(today)),
    async openCustomer(id) {
      const dossier = await unlocked().vault.openDossier(id);
      if (!dossier.ok) return dossier;
      const { customerViewOf } = await views();
      const view = customerViewOf(id, dossier.value);
      if (view === null) return err({ type: 'NotFound' });
      const complied = await complying();
      void complied.noteView(id);
      return ok(complied.masked(view));
    },
    async history(customer, record, field) {
      const open = unlocked();
      const dossier = await open.vault.openDossier(customer);
      if (!dossier.ok) return dossier;
      const state = dossier.value.get(record);
      if (state === undefined) return err({ type: 'NotFound' });
      const definition = open.vault.fieldsOf(state.kind).find(({ name }) => name === field);
      const complied = await complying();
      const hidden = complied.hiddenOf(state.kind);
      if (definition === undefined || hidden.has(field)) return err({ type: 'NotFound' });
      if (open.vault.summary(customer) !== undefined) void complied.noteView(customer);
      const { historyOf } = await views();
      return ok(historyOf(state, definition, (stamp) => open.nameOf(deviceOf(stamp))));
    },

    async save(edits, overruling) {
      const guarded = maySave(edits, doors());
      if (!guarded.ok) return guarded;
      const entered = await letIn(edits, overruling);
      return entered.ok ? unlocked().vault.save(edits) : entered;
    },
    async remove(records) {
      const guarded = mayRemove(records, doors());
      return guarded.ok ? unlocked().vault.remove(records) : guarded;
    },
    undo: (token, onProgress, job) =>
      asJob(job, onProgress, async (options) => {
        const guarded = mayUndo(token, doors());
        if (!guarded.ok) return guarded;
        return unlocked().vault.undo(token, counting(options, 'undoing', 0));
      }),
    async addExampleCustomers(language) {
      const { exampleCustomers } = await import('#vault/example-customers.ts');
      return unlocked().vault.add(exampleCustomers(language, environment.clock.now()));
    },

    saveDraft: (draft) => unlocked().saveDraft(draft),
    readDraft: (form) => unlocked().readDraft(form),
    dropDraft: (form) => unlocked().dropDraft(form),

    previewImport: (file, options, onProgress, job) =>
      asJob(job, onProgress, async (work) => (await importing()).preview(file, options, work)),
    runImport: (file, options, onProgress, job) =>
      asJob(job, onProgress, async (work) => (await importing()).run(file, options, work)),
    skippedReport: async (words) => (await importing()).skippedReport(words),
    exportCustomers: (request, onProgress, job) =>
      asJob(job, onProgress, async (work) => {
        if (!isSteppedUp()) return err({ type: 'StepUpNeeded' });
        const { customer } = request;
        const one = customer === undefined ? undefined : unlocked().vault.summary(customer);
        if (one !== undefined && barOf(one, null) !== null) return err({ type: 'Restricted' });
        const { exportCustomers } = await import('#exchange/export.ts');
        const { vault } = unlocked();
        return exportCustomers(
          request,
          vault,
          work,
          exportLimits(vault, await complying(), request.purpose),
        );
      }),

    backUp: (onProgress, job) =>
      asJob(job, onProgress, async (work) => {
        await discardSpool();
        discardSpool = () => Promise.resolve();
        const { backUp } = await backups();
        const open = unlocked();
        const { backupDays } = (await complying()).policy;
        const written = await backUp(open, environment, backupDays, work);
        if (!written.ok) return written;
        discardSpool = written.value.discard;
        const { name, blob, record } = written.value;
        const noted = await open.noteBackup(record);
        return noted.ok ? ok({ name, blob, record }) : noted;
      }),
    verifyBackup: (file, recoveryKey, onProgress, job) =>
      asJob(job, onProgress, async (work) => {
        const { readContents, readKitKeys } = await backups();
        const open = unlocked();
        const kit = recoveryKey === null ? ok(null) : await readKitKeys(recoveryKey);
        if (!kit.ok) return kit;
        const own = open.deviceKeys === null ? [] : [open.deviceKeys.agreement.privateKey];
        return readContents(file, workspaces, {
          workspace: open.workspace,
          keys: kit.value === null ? own : [kit.value.recoveryKey],
          ...(kit.value?.rootHash === undefined ? {} : { rootHash: kit.value.rootHash }),
          knownMembership: await open.membershipLines(),
          ...work,
        }).then((read) => (read.ok ? ok(read.value.contents) : read));
      }),
    checkRestore: (file, text, onProgress, job) =>
      asJob(job, onProgress, async (work) => {
        rehearsal = null;
        const { readContents, readKitKeys } = await backups();
        const kit = await readKitKeys(text);
        if (!kit.ok) return kit;
        const { recoveryKey, rootHash } = kit.value;
        const read = await readContents(file, workspaces, {
          keys: [recoveryKey],
          ...(rootHash === undefined ? {} : { rootHash }),
          ...work,
        });
        if (!read.ok) return read;
        const { report, contents } = read.value;
        rehearsal = { file, kit: kit.value, report, erasures: [] };
        return ok(contents);
      }),
    async checkErasureList(file) {
      if (rehearsal === null) return err({ type: 'NothingChecked' });
      const { checkErasureList } = await backups();
      const read = await checkErasureList(file, rehearsal);
      if (!read.ok) return read;
      ({ rehearsal } = read.value);
      return ok(read.value.view);
    },
    restore: (request, onProgress, job) =>
      asJob(job, onProgress, async (work) => {
        if (rehearsal === null) return err({ type: 'NothingChecked' });
        const { restore } = await backups();
        const restored = await restore(workspaces, rehearsal, request, work);
        if (!restored.ok) return restored;
        rehearsal = null;
        const before = { session, sync };
        stepUp.confirm();
        enter(restored.value.session, 'restored');
        await (await before.sync)?.close();
        await before.session?.end({ everywhere: false });
        return ok(restored.value.kit);
      }),

    async stepUp(proof) {
      const confirmed = await unlocked().confirm(proof);
      if (confirmed.ok) stepUp.confirm();
      return confirmed;
    },
    steppedUp: () => Promise.resolve(isSteppedUp() ? ok() : err({ type: 'StepUpNeeded' })),
    ...complianceVerbs({
      open: complying,
      checking,
      erasing,
      rights,
      retaining,
      asJob,
      isSteppedUp,
    }),
    ...syncVerbs(
      () => sync,
      isSteppedUp,
      async () => {
        const complied = await complying();
        return (kind) => complied.hiddenOf(kind);
      },
    ),
    async joinWorkspace(request) {
      const { joinByLink } = await syncing();
      const joined = await joinByLink(workspaces, request);
      if (!joined.ok) return joined;
      stepUp.confirm();
      enter(joined.value, 'joined');
      return ok();
    },

    cancel(job) {
      jobs.get(job)?.abort();
    },
    listen(listener) {
      tell = listener;
    },
  };
  return telling(api, note);

  async function importing(): Promise<Importer> {
    const { Importer } = await import('#exchange/import.ts');
    const { vault } = unlocked();
    if (importer?.vault !== vault) {
      const of = new Importer(vault, {
        screen: maskCell,
        erased: async () => {
          const known = await (await erasing()).suppressions();
          return known === null ? null : (values) => known.find(values) !== null;
        },
      });
      importer = { vault, of };
    }
    return importer.of;
  }
}

const AFTER_UNLOCK = 500;
const UNWRITTEN_KEPT = 100;

/** What the checks hear of sync and of the host. */
async function outsideOf(contentPolicy: string | null, sync: Sync | null): Promise<Outside> {
  const status = sync?.status;
  const devices = (await sync?.devices()) ?? [];
  const store = status?.store ?? null;
  return {
    contentPolicy,
    store:
      store === null
        ? null
        : {
            endpoint: store.endpoint,
            refused: (status?.alarms.length ?? 0) + (status?.heldBack ?? 0),
          },
    clockOffsetMs: status?.clockOffsetMs ?? null,
    wiped: new Set(devices.filter(({ wiped }) => wiped).map(({ device }) => device)),
  };
}

/** Of a purpose that has ended or is gone nobody is let out. */
function exportLimits(
  vault: Vault,
  complied: Compliance,
  purpose: RecordId | undefined,
): ExportLimits {
  const state = purpose === undefined ? undefined : vault.workspace.get(purpose);
  const used = state === undefined ? null : purposeOf(state.id, valuesOf(state));
  return {
    letsOut: ({ customer, belongings }) => {
      if (purpose !== undefined && used === null) return false;
      const dossier = new Map([customer, ...belongings].map((each) => [each.id, each]));
      return barOf(summarise(dossier, customer.id), used) === null;
    },
    isHidden: (kind, field) => complied.hiddenOf(kind).has(field),
    screen: (kind, values) => withoutCards(vault.fieldsOf(kind), values),
  };
}

const DEFAULT_PREFERENCES: Preferences = { language: 'system', theme: 'system' };

function describe(open: OpenSession): Session {
  const { vault, lastBackup } = open;
  return {
    workspace: open.workspace,
    workspaceName: open.workspaceName,
    memberName: open.memberName,
    customers: vault.living,
    damage: vault.damage,
    settings: open.settings,
    customFields: vault.customFields,
    isJoining: open.joining !== null,
    passkeys: open.passkeys,
    ...(lastBackup === undefined ? {} : { lastBackup }),
  };
}

/** A progress report costs a message between threads: at most one in 50 ms. */
function seldom(onProgress: OnProgress): OnProgress {
  let last = 0;
  return (progress) => {
    const now = performance.now();
    if (now - last < 50 && progress.done !== progress.total) return;
    last = now;
    onProgress(progress);
  };
}

function counting(
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
  step: string,
  total: number,
): WorkOptions {
  return {
    signal,
    onProgress: (done) => {
      onProgress({ done, total, step });
    },
  };
}
