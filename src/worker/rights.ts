/** What people get in hand on their rights, from the open workspace: the receipt of a consent, and the file of all that is kept of them. */

import type { Clock } from '#base/clock.ts';
import { utf8Bytes } from '#base/bytes.ts';
import type { RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { isoDay } from '#compliance/calendar.ts';
import { withoutCards } from '#compliance/cards/screening.ts';
import type { ReceiptWords } from '#compliance/consent/receipt.ts';
import type { PersonalRoom } from '#compliance/personal-room.ts';
import type { SubjectContent } from '#compliance/subject-file/content.ts';
import type { SubjectWords } from '#compliance/subject-file/page.ts';
import type { Kind } from '#domain/catalogue.ts';
import { valuesOf } from '#domain/values.ts';
import type { Damaged } from '#vault/damage.ts';
import type { Session } from '#vault/session.ts';
import type { Cancelled, EditError, NotFound } from '#vault/vault.ts';
import type { Compliance } from './compliance.ts';
import type { FileResult, ReceiptFormat, SubjectFileRequest } from './vault-api.ts';
import { textFile, type Work } from './work.ts';

export interface RightsParts {
  readonly session: Pick<
    Session,
    'vault' | 'workspace' | 'workspaceName' | 'device' | 'deviceKeys'
  >;
  readonly clock: Clock;
  readonly compliance: Pick<Compliance, 'hiddenOf'>;
  readonly rooms: readonly PersonalRoom[];
}

export class Rights {
  readonly #parts: RightsParts;

  constructor(parts: RightsParts) {
    this.#parts = parts;
  }

  async receipt(
    customer: RecordId,
    consent: RecordId,
    format: ReceiptFormat,
    words: ReceiptWords,
  ): Promise<Result<FileResult, NotFound | Damaged>> {
    const { vault, workspace, workspaceName, device, deviceKeys } = this.#parts.session;
    const dossier = await vault.openDossier(customer);
    if (!dossier.ok) return dossier;
    const person = dossier.value.get(customer);
    const state = dossier.value.get(consent);
    if (person === undefined || state?.kind !== 'consent' || deviceKeys === null) {
      return err({ type: 'NotFound' });
    }
    const { purpose } = valuesOf(state);
    const parts = {
      consent: state,
      customer: person,
      purpose: vault.workspace.get(purpose as RecordId),
      workspace: { id: workspace, name: workspaceName },
      device,
      now: this.#parts.clock.now(),
    };
    const { receiptPage, signedReceipt } = await import('#compliance/consent/receipt.ts');
    const name = `consent-receipt-${this.#today}`;
    return ok(
      format === 'html'
        ? textFile(`${name}.html`, receiptPage(parts, words), 'text/html;charset=utf-8')
        : textFile(
            `${name}.jsonld`,
            await signedReceipt(parts, deviceKeys.signing),
            'application/ld+json;charset=utf-8',
          ),
    );
  }

  /** Of whoever sees all of it: what a role does not see it does not hand out either. */
  async subjectFile(
    customer: RecordId,
    { passphrase, words }: SubjectFileRequest,
    { signal, onProgress }: Work,
  ): Promise<Result<FileResult, NotFound | Damaged | Cancelled | EditError>> {
    const { session, compliance, rooms, clock } = this.#parts;
    const { vault } = session;
    const dossier = await vault.openDossier(customer);
    if (!dossier.ok) return dossier;
    const isMasked = [...dossier.value.values()].some(
      ({ kind }) => compliance.hiddenOf(kind).size > 0,
    );
    if (isMasked) return err({ type: 'NotPermitted' });
    onProgress({ done: 0, total: 0, step: 'writing' });
    const { subjectContent } = await import('#compliance/subject-file/content.ts');
    const content = subjectContent({
      dossier: dossier.value,
      customer,
      workspace: {
        id: session.workspace,
        name: session.workspaceName,
        dossier: vault.workspace,
      },
      rooms,
      now: clock.now(),
      fieldsOf: (kind) => vault.fieldsOf(kind),
      screen: (kind, values) => withoutCards(vault.fieldsOf(kind), values),
    });
    if (content === null) return err({ type: 'NotFound' });
    const packed = await this.#packed(content, words);
    const name = `subject-file-${this.#today}.zip`;
    const blob =
      passphrase === null
        ? new Blob([packed], { type: 'application/zip' })
        : await sealed(packed, passphrase);
    if (signal.aborted) return err({ type: 'Cancelled' });
    return ok({ name: passphrase === null ? name : `${name}.age`, blob });
  }

  async #packed(content: SubjectContent, words: SubjectWords): Promise<Uint8Array<ArrayBuffer>> {
    const { vault } = this.#parts.session;
    const [{ zipSync }, { subjectPage }, { subjectTable }, { subjectCards }] = await Promise.all([
      import('fflate'),
      import('#compliance/subject-file/page.ts'),
      import('#compliance/subject-file/table.ts'),
      import('#compliance/subject-file/card.ts'),
    ]);
    const fieldsOf = (kind: Kind) => vault.fieldsOf(kind);
    const nameOf = (id: string): string => {
      const state = vault.workspace.get(id as RecordId);
      const name = state === undefined ? undefined : valuesOf(state)['name'];
      return typeof name === 'string' ? name : id;
    };
    const all = [content.person, ...content.records];
    const tables = [...new Set(all.map(({ kind }) => kind))].map((kind) => {
      const records = all.filter((each) => each.kind === kind);
      const table = subjectTable(records, fieldsOf(kind), words.language, nameOf);
      return [`tables/${kind}.csv`, table] as const;
    });
    const files = [
      ['subject-file.html', subjectPage(content, words, fieldsOf, nameOf)],
      ['subject-file.json', `${JSON.stringify(content, null, 2)}\n`],
      ['contact.vcf', subjectCards(content)],
      ...tables,
    ] as const;
    const entries = files.map(([name, text]) => [name, utf8Bytes(text)] as const);
    return zipSync(Object.fromEntries(entries), { mtime: new Date(content.made) });
  }

  get #today(): string {
    return isoDay(this.#parts.clock.now());
  }
}

async function sealed(packed: Uint8Array<ArrayBuffer>, passphrase: string): Promise<Blob> {
  const { encryptToPassphrase } = await import('#crypto/age.ts');
  const bytes = await encryptToPassphrase(packed, passphrase);
  return new Blob([bytes], { type: 'application/octet-stream' });
}
