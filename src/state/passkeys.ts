/**
 * Passkeys, as the page asks for them: the ceremonies of WebAuthn (level 3, sections 5.1.3 and 5.1.4) with the PRF extension (section 10.1.4). Nobody
 * checks an assertion's signature: what the authenticator derives is the proof, and the worker alone can tell. Nothing is kept here.
 */

import { bytesToBase64Url, randomBytes } from '#base/bytes.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { Proof, WorkspaceEntry } from '#worker/vault-api.ts';

export type PasskeyQuestion = WorkspaceEntry['passkeys'][number];

export type PasskeyProblem =
  /** Closed, or nobody answered in time. */
  | { readonly type: 'Cancelled' }
  /** Not at this address, or not in this browser. */
  | { readonly type: 'NoPasskeys' }
  /** It has no PRF, so nothing can be sealed to it. */
  | { readonly type: 'NoSecret' }
  | { readonly type: 'PasskeyKnown' };

export interface PasskeyMade {
  readonly salt: Uint8Array;
  readonly credential: Uint8Array;
  readonly output: Uint8Array;
}

const TIMEOUT_MS = 120_000;
const SALT_LENGTH = 32;
/** Ed25519, ES256, RS256: authenticators have one of them, and which is the same here. */
const ALGORITHMS = [-8, -7, -257] as const;

export function canUsePasskeys(): boolean {
  return 'PublicKeyCredential' in globalThis && 'credentials' in navigator;
}

/** Shows the browser's own dialog, until `signal` takes it away. */
export async function askPasskey(
  questions: readonly PasskeyQuestion[],
  signal?: AbortSignal,
): Promise<Result<Extract<Proof, { by: 'passkey' }>, PasskeyProblem>> {
  const answered = await ceremony(() =>
    navigator.credentials.get({
      ...(signal && { signal }),
      publicKey: {
        challenge: randomBytes(32),
        allowCredentials: questions.map(({ credential }) => described(credential)),
        userVerification: 'required',
        timeout: TIMEOUT_MS,
        extensions: {
          prf: {
            evalByCredential: Object.fromEntries(
              questions.map(({ credential, salt }) => [
                bytesToBase64Url(credential),
                { first: bufferOf(salt) },
              ]),
            ),
          },
        },
      },
    }),
  );
  if (!answered.ok) return answered;
  const output = outputOf(answered.value);
  if (output === null) return err({ type: 'NoSecret' });
  return ok({ by: 'passkey', credential: new Uint8Array(answered.value.rawId), output });
}

/** Shows the browser's own dialog, and a second time where the authenticator does not derive while it makes. */
export async function makePasskey(
  called: { readonly workspace: string; readonly member: string },
  known: readonly PasskeyQuestion[],
): Promise<Result<PasskeyMade, PasskeyProblem>> {
  const salt = randomBytes(SALT_LENGTH);
  const made = await ceremony(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: randomBytes(32),
        rp: { name: 'Holdfast' },
        // A name of its own for each, so that none takes the place of another on the same authenticator.
        user: { id: randomBytes(32), name: called.workspace, displayName: called.member },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: known.map(({ credential }) => described(credential)),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none',
        timeout: TIMEOUT_MS,
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  if (!made.ok) return made;
  if (made.value.getClientExtensionResults().prf?.enabled !== true)
    return err({ type: 'NoSecret' });
  const credential = new Uint8Array(made.value.rawId);
  const output = outputOf(made.value);
  if (output !== null) return ok({ salt, credential, output });
  const asked = await askPasskey([{ credential, salt }]);
  return asked.ok ? ok({ salt, credential, output: asked.value.output }) : asked;
}

async function ceremony(
  ask: () => Promise<Credential | null>,
): Promise<Result<PublicKeyCredential, PasskeyProblem>> {
  if (!canUsePasskeys()) return err({ type: 'NoPasskeys' });
  try {
    const credential = await ask();
    return credential === null ? err({ type: 'Cancelled' }) : ok(credential as PublicKeyCredential);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const type = PROBLEMS[error.name];
    if (type === undefined) throw error;
    return err({ type });
  }
}

const PROBLEMS: Readonly<Record<string, PasskeyProblem['type']>> = {
  AbortError: 'Cancelled',
  ConstraintError: 'NoSecret',
  InvalidStateError: 'PasskeyKnown',
  NotAllowedError: 'Cancelled',
  NotSupportedError: 'NoPasskeys',
  SecurityError: 'NoPasskeys',
};

function outputOf(credential: PublicKeyCredential): Uint8Array | null {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  if (first === undefined) return null;
  return ArrayBuffer.isView(first)
    ? new Uint8Array(first.buffer, first.byteOffset, first.byteLength)
    : new Uint8Array(first);
}

function described(credential: Uint8Array): PublicKeyCredentialDescriptor {
  return { type: 'public-key', id: bufferOf(credential) };
}

function bufferOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes);
}
