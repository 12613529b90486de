/** Erasures of the open workspace as the worker carries them out: the dry run, the deed, its papers, and the doors that know the erased. */

import type { Clock } from '#base/clock.ts';
import type { RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { isoDay } from '#compliance/calendar.ts';
import { certifiedOf, erasureCertificate, erasureList } from '#compliance/erasure/certificate.ts';
import {
  erasePerson,
  erasuresIn,
  finishErasures,
  type Finishing,
} from '#compliance/erasure/erasing.ts';
import { planErasure } from '#compliance/erasure/plan.ts';
import { hasMarks, Suppressions } from '#compliance/erasure/suppression.ts';
import type {
  EraseError,
  EraseOrder,
  ErasurePlan,
  ErasureView,
  Suppressed,
} from '#compliance/messages.ts';
import type { PersonalRoom } from '#compliance/personal-room.ts';
import { createMarker, type Marker } from '#crypto/suppression.ts';
import { openEpochKeys, wipeEpochKeys } from '#crypto/workspace-keys.ts';
import { deviceOf } from '#domain/stamp.ts';
import { valuesOf } from '#domain/values.ts';
import type { Session } from '#vault/session.ts';
import type { Damaged } from '#vault/damage.ts';
import type { Edit, EditError, NotFound } from '#vault/vault.ts';
import type { FileResult } from './vault-api.ts';
import { textFile } from './work.ts';

export interface ErasingParts {
  readonly session: Session;
  readonly clock: Clock;
  readonly hasStore: () => Promise<boolean>;
  readonly rooms: readonly PersonalRoom[];
}

export class Erasing {
  readonly #parts: ErasingParts;
  #marker: Promise<Marker | null> | undefined;

  constructor(parts: ErasingParts) {
    this.#parts = parts;
  }

  get #session(): Session {
    return this.#parts.session;
  }

  async plan(customer: RecordId): Promise<Result<ErasurePlan, NotFound | Damaged>> {
    const { vault } = this.#session;
    const dossier = await vault.openDossier(customer);
    if (!dossier.ok) return dossier;
    const today = isoDay(this.#parts.clock.now());
    return ok(planErasure(dossier.value, vault.workspace, today));
  }

  async erase(order: EraseOrder): Promise<Result<RecordId, EraseError>> {
    const marker = await this.#markerOf();
    if (this.#session.role !== 'admin' || marker === null) return err({ type: 'NotPermitted' });
    return erasePerson(this.#session, order, { marker, ...(await this.#finishing()) });
  }

  /** What a crash, or an erasure from elsewhere, left to do. */
  async finish(): Promise<Result<void, EditError>> {
    return finishErasures(this.#session, await this.#finishing());
  }

  async #finishing(): Promise<Finishing> {
    const { clock, hasStore, rooms } = this.#parts;
    return { now: clock.now(), hasStore: await hasStore(), rooms };
  }

  view(): readonly ErasureView[] {
    return erasuresIn(this.#session.vault.workspace).map((state) => {
      const { reason, records, complete } = valuesOf(state);
      return {
        id: state.id,
        reason: reason === 'request' || reason === 'retention' ? reason : 'other',
        records: typeof records === 'number' ? records : 0,
        erasedAt: state.created.at,
        completeAt: typeof complete === 'string' ? Date.parse(complete) : null,
        memberName: this.#session.nameOf(deviceOf(state.created.stamp)),
      };
    });
  }

  async certificate(id: RecordId): Promise<Result<FileResult, NotFound>> {
    const { vault, workspace, deviceKeys } = this.#session;
    const state = vault.workspace.get(id);
    if (state?.kind !== 'erasure' || deviceKeys === null) return err({ type: 'NotFound' });
    const certified = certifiedOf(workspace, state, deviceOf(state.created.stamp));
    const text = await erasureCertificate(certified, deviceKeys.signing);
    const day = certified.erasedAt.slice(0, 10);
    return ok(textFile(`erasure-certificate-${day}-${id.slice(0, 6)}.txt`, text, PLAIN));
  }

  /** All erasures of people, of fields and of values, for a restore of a backup that knows nothing of them. */
  async list(): Promise<Result<FileResult, NotFound>> {
    const { vault, workspace, deviceKeys } = this.#session;
    if (deviceKeys === null) return err({ type: 'NotFound' });
    const now = this.#parts.clock.now();
    const erasures = [...vault.workspace.values()].flatMap(({ erases }) => erases ?? []);
    const text = await erasureList(workspace, now, erasures, deviceKeys.signing);
    return ok(textFile(`erasures-${isoDay(now)}.txt`, text, PLAIN));
  }

  // ---- Doors ----------------------------------------------------------------------------------------------------------

  /** Null: nobody was ever erased, and nobody is looked for. */
  async suppressions(): Promise<Suppressions | null> {
    const { workspace } = this.#session.vault;
    if (!hasMarks(workspace)) return null;
    const marker = await this.#markerOf();
    return marker === null ? null : new Suppressions(workspace, marker);
  }

  /** Whether an edit makes a customer or a contact anew that somebody asked to forget. */
  async suppressed(edits: readonly Edit[]): Promise<Suppressed | null> {
    const made = edits.filter(
      ({ kind, record }) => record === undefined && (kind === 'customer' || kind === 'contact'),
    );
    const suppressions = made.length === 0 ? null : await this.suppressions();
    if (suppressions === null) return null;
    for (const { values } of made) {
      const found = suppressions.find(values);
      if (found !== null) return found;
    }
    return null;
  }

  /** An admin lets somebody in again: why, stands with the erasure. */
  async overrule({ erasure }: Suppressed, reason: string): Promise<Result<void, EditError>> {
    if (this.#session.role !== 'admin') return err({ type: 'NotPermitted' });
    const { vault } = this.#session;
    const state = vault.workspace.get(erasure);
    const before = state === undefined ? null : valuesOf(state)['overruled'];
    const overruled = [...(typeof before === 'string' ? [before] : []), reason].join('\n');
    const saved = await vault.save([{ record: erasure, kind: 'erasure', values: { overruled } }]);
    return saved.ok ? ok() : saved;
  }

  #markerOf(): Promise<Marker | null> {
    this.#marker ??= this.#openMarker();
    return this.#marker;
  }

  async #openMarker(): Promise<Marker | null> {
    const { device, deviceKeys } = this.#session;
    const membership = await this.#session.membership();
    if (membership === null || deviceKeys === null) return null;
    const keys = await openEpochKeys(membership, device, deviceKeys.agreement);
    if (!keys.ok) return null;
    const marker = await createMarker(keys.value.fixedKey);
    wipeEpochKeys(keys.value);
    return marker;
  }
}

const PLAIN = 'text/plain;charset=utf-8';
