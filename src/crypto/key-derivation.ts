/** What turning a passphrase into a key may cost. The derivation itself is handed in, so that it can run in a worker of its own. FORMAT.md section 5.1. */

/** The cost of Argon2id (RFC 9106), as a slot stores it. */
export interface Argon2idParameters {
  readonly memoryKib: number;
  readonly iterations: number;
  readonly parallelism: number;
}

export interface DeriveKeyRequest extends Argon2idParameters {
  /** In NFKC. */
  readonly passphrase: string;
  readonly salt: Uint8Array;
}

/** Argon2id to 32 bytes. */
export type DeriveKey = (request: DeriveKeyRequest) => Promise<Uint8Array>;

/** What new slots use, and the least that is accepted. */
export const ARGON2ID_FLOOR: Argon2idParameters = {
  memoryKib: 64 * 1024,
  iterations: 3,
  parallelism: 1,
};

/** Beyond this a slot would exhaust a tablet's memory or hang it; no version of Holdfast writes it. */
export const ARGON2ID_CEILING: Argon2idParameters = {
  memoryKib: 256 * 1024,
  iterations: 12,
  parallelism: 4,
};

export function isWeakerThanFloor(parameters: Argon2idParameters): boolean {
  return (
    parameters.memoryKib < ARGON2ID_FLOOR.memoryKib ||
    parameters.iterations < ARGON2ID_FLOOR.iterations ||
    parameters.parallelism < ARGON2ID_FLOOR.parallelism
  );
}

export function isBeyondCeiling(parameters: Argon2idParameters): boolean {
  return (
    parameters.memoryKib > ARGON2ID_CEILING.memoryKib ||
    parameters.iterations > ARGON2ID_CEILING.iterations ||
    parameters.parallelism > ARGON2ID_CEILING.parallelism
  );
}
