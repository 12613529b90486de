/** Errors of the worker as sentences that say what happened and what to do. */

import type {
  BackupError,
  BackupFileError,
  Cancelled,
  CreateError,
  EditError,
  ErasedBefore,
  ErasureListError,
  EraseError,
  ImportFileError,
  JoinError,
  MembershipError,
  OpenError,
  PassphraseError,
  ProofError,
  RestoreError,
  StepUpNeeded,
  StorageError,
  UnlockError,
} from '#worker/vault-api.ts';
import type { PasskeyProblem } from './passkeys.ts';
import { language } from './texts.svelte.ts';

export type {
  CreateError,
  MembershipError,
  PassphraseError,
  ProofError,
  StorageError,
  UnlockError,
};

export type VaultError =
  | CreateError
  | UnlockError
  | ProofError
  | PasskeyProblem
  | OpenError
  | EditError
  | ErasedBefore
  | ErasureListError
  | EraseError
  | ImportFileError
  | BackupError
  | BackupFileError
  | RestoreError
  | MembershipError
  | JoinError
  | StepUpNeeded
  | Cancelled;

/** One for each type of error: one that is missing in the texts does not compile here. */
type Sentences = {
  readonly [Type in VaultError['type']]: (error: Extract<VaultError, { type: Type }>) => string;
};

export function errorSentence(error: VaultError): string {
  const sentences: Sentences = language.texts.errors;
  const sentence = sentences[error.type] as (error: VaultError) => string;
  return sentence(error);
}
