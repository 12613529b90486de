/** The ways into a workspace on this device: what opens each of its slots, and slots for a new vault key. */

import { equalBytes } from '#base/bytes.ts';
import type { WorkspaceId } from '#base/ids.ts';
import { err, type Result } from '#base/result.ts';
import type { VaultKeyBytes } from '#crypto/byte-types.ts';
import type { DeriveKey } from '#crypto/key-derivation.ts';
import type { PasskeyAnswer, PasskeyQuestion, WrongPasskey } from '#crypto/passkey-slot.ts';
import { parseRecoveryKey, type NotARecoveryKey } from '#crypto/recovery.ts';
import {
  createPassphraseSlot,
  createRecoverySlot,
  openRecoverySlot,
  type WrongRecoveryKey,
} from '#crypto/slots.ts';
import type { WorkspaceStore } from '#storage/workspace-store.ts';
import { countFailure, forgiveAttempts, tryPassphrase, type TooManyAttempts } from './attempts.ts';
import type { Environment } from './environment.ts';
import type { Slots } from './meta.ts';

/** What somebody shows to be let in, or to be let go on. */
export type Proof =
  | { readonly by: 'passphrase'; readonly passphrase: string }
  | ({ readonly by: 'passkey' } & PasskeyAnswer)
  /** A kit, or a line of it. */
  | { readonly by: 'recoveryKey'; readonly text: string };

export type SlotError =
  | { readonly type: 'WrongPassphrase'; readonly waitMs: number }
  | { readonly type: 'TamperedSlot' }
  | { readonly type: 'WeakParameters' }
  | { readonly type: 'NewerFormat' };

export type ProofError =
  SlotError | TooManyAttempts | WrongPasskey | WrongRecoveryKey | NotARecoveryKey;

/** What only passkeys need comes with the first of them. */
const loadPasskeySlot = () => import('#crypto/passkey-slot.ts');

/** Only guesses at the passphrase cost time: nobody guesses the other two. Whoever has one of those is forgiven the guesses. */
export async function openSlot(
  store: WorkspaceStore,
  environment: Pick<Environment, 'clock' | 'derive'>,
  workspace: WorkspaceId,
  proof: Proof,
): Promise<Result<VaultKeyBytes, ProofError>> {
  const slots = (await store.readMeta('slots')) as Slots;
  if (proof.by === 'passphrase') {
    const lock = { workspace, slot: slots.passphrase };
    return tryPassphrase(store, environment, lock, proof.passphrase);
  }
  const opened =
    proof.by === 'passkey'
      ? await openWithPasskey(slots, workspace, proof)
      : await openWithRecoveryKey(slots, workspace, proof.text);
  if (opened.ok) await forgiveAttempts(store);
  else if (isFailedAttempt(opened.error)) await countFailure(store);
  return opened;
}

/** Whoever tried had not what opens; else the slot itself is at fault, or nothing was tried. */
export function isFailedAttempt({ type }: ProofError): boolean {
  return FAILED_ATTEMPTS.has(type);
}

const FAILED_ATTEMPTS: ReadonlySet<ProofError['type']> = new Set([
  'WrongPassphrase',
  'WrongPasskey',
  'WrongRecoveryKey',
  'NotARecoveryKey',
] as const);

async function openWithPasskey(
  { passkeys = [] }: Slots,
  workspace: WorkspaceId,
  { credential, output }: PasskeyAnswer,
): ReturnType<typeof openSlot> {
  const { openPasskeySlot, questionOf } = await loadPasskeySlot();
  for (const slot of passkeys) {
    const question = await questionOf(slot);
    if (!question.ok || !equalBytes(question.value.credential, credential)) continue;
    return openPasskeySlot({ workspace, slot, output });
  }
  return err({ type: 'WrongPasskey' });
}

async function openWithRecoveryKey(
  { recovery }: Slots,
  workspace: WorkspaceId,
  text: string,
): ReturnType<typeof openSlot> {
  const recoveryKey = await parseRecoveryKey(text);
  if (!recoveryKey.ok) return recoveryKey;
  return openRecoverySlot({ workspace, slot: recovery, recoveryKey: recoveryKey.value });
}

/** What the authenticators of a workspace are asked while it is locked. A slot that is damaged asks nothing. */
export async function passkeyQuestions({
  passkeys = [],
}: Slots): Promise<readonly PasskeyQuestion[]> {
  if (passkeys.length === 0) return [];
  const { questionOf } = await loadPasskeySlot();
  const questions = await Promise.all(passkeys.map(questionOf));
  return questions.flatMap((question) => (question.ok ? [question.value] : []));
}

export interface NewSlots {
  readonly workspace: WorkspaceId;
  readonly passphrase: string;
  /** `age1…`, of the recovery key. */
  readonly recipient: string;
  readonly vaultKey: VaultKeyBytes;
  readonly derive: DeriveKey;
  /** Slots of passkeys that open the vault key before it, and are to open this one. */
  readonly passkeys?: readonly Uint8Array[];
}

export async function createSlots(parts: NewSlots): Promise<Slots> {
  const { workspace, recipient, vaultKey, passkeys = [] } = parts;
  const slots = {
    passphrase: await createPassphraseSlot(parts),
    recovery: await createRecoverySlot({ workspace, recipient, vaultKey }),
  };
  if (passkeys.length === 0) return slots;
  const { resealPasskeySlot } = await loadPasskeySlot();
  const resealed = passkeys.map((slot) => resealPasskeySlot(slot, workspace, vaultKey));
  return { ...slots, passkeys: await Promise.all(resealed) };
}

export interface NewPasskey {
  readonly workspace: WorkspaceId;
  /** What the authenticator was asked with. */
  readonly salt: Uint8Array;
  readonly answer: PasskeyAnswer;
  readonly vaultKey: VaultKeyBytes;
}

/** With one more passkey: its slot's id, and those that it took the place of, since it is the same one. */
export async function withPasskey(
  slots: Slots,
  passkey: NewPasskey,
): Promise<{ readonly slots: Slots; readonly id: string; readonly replaced: ReadonlySet<string> }> {
  const { createPasskeySlot, questionOf, slotId } = await loadPasskeySlot();
  const others: Uint8Array[] = [];
  const replaced = new Set<string>();
  for (const slot of slots.passkeys ?? []) {
    const question = await questionOf(slot);
    const isSame = question.ok && equalBytes(question.value.credential, passkey.answer.credential);
    if (isSame) replaced.add(slotId(slot));
    else others.push(slot);
  }
  const slot = await createPasskeySlot(passkey);
  return { slots: { ...slots, passkeys: [...others, slot] }, id: slotId(slot), replaced };
}

/** Without the passkey of that id. */
export async function otherPasskeys(
  { passkeys = [] }: Slots,
  id: string,
): Promise<readonly Uint8Array[]> {
  const { slotId } = await loadPasskeySlot();
  return passkeys.filter((slot) => slotId(slot) !== id);
}
