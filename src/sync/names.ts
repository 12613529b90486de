/** Names of objects in the store. PROTOCOL.md section 2. */

import { isId, type DeviceId, type WorkspaceId } from '#base/ids.ts';

/** What a head's name says of a device: its newest segment, the first half of that segment's hash, and which of its heads this is. */
export interface HeadName {
  readonly device: DeviceId;
  readonly seq: number;
  /** 16 hexadecimal digits; zeros before the first segment. */
  readonly hash: string;
  readonly k: number;
}

export const NO_HASH_HEX = '0'.repeat(64);

export class Names {
  readonly #base: string;

  constructor(workspace: WorkspaceId) {
    this.#base = `v1/${workspace}/`;
  }

  get root(): string {
    return `${this.#base}root`;
  }

  membership(n: number): string {
    return `${this.#base}acl/${padded(n, 8)}`;
  }

  get membershipRecords(): string {
    return `${this.#base}acl/`;
  }

  segment(device: DeviceId, seq: number): string {
    return `${this.segmentsOf(device)}${padded(seq, 10)}`;
  }

  segmentsOf(device: DeviceId): string {
    return `${this.#base}log/${device}/`;
  }

  head({ device, seq, hash, k }: HeadName): string {
    return `${this.#base}head/${device}/${padded(seq, 10)}-${hash.slice(0, 16)}-${padded(k, 6)}`;
  }

  get heads(): string {
    return `${this.#base}head/`;
  }

  parseHead(name: string): HeadName | null {
    if (!name.startsWith(this.heads)) return null;
    const match = /^([a-z2-7]{26})\/(\d{10})-([0-9a-f]{16})-(\d{6})$/.exec(
      name.slice(this.heads.length),
    );
    const [, device, seq, hash, k] = match ?? [];
    if (device === undefined || hash === undefined) return null;
    return { device: device as DeviceId, seq: Number(seq), hash, k: Number(k) };
  }

  manifest(generation: number): string {
    return `${this.manifests}${padded(generation, 6)}`;
  }

  get manifests(): string {
    return `${this.#base}snapm/`;
  }

  parseManifest(name: string): number | null {
    const digits = name.startsWith(this.manifests) ? name.slice(this.manifests.length) : '';
    return /^\d{6}$/.test(digits) ? Number(digits) : null;
  }

  part(generation: number, attempt: string, part: number): string {
    return `${this.partsOf(generation)}${attempt}/${padded(part, 5)}`;
  }

  partsOf(generation: number): string {
    return `${this.#base}snap/${padded(generation, 6)}/`;
  }

  attestation(generation: number, device: DeviceId): string {
    return `${this.attestationsOf(generation)}${device}`;
  }

  attestationsOf(generation: number): string {
    return `${this.#base}att/${padded(generation, 6)}/`;
  }

  blobPart(name: string, part: number): string {
    return `${this.#base}blob/${name}/${padded(part, 5)}`;
  }

  request(invite: string, device: DeviceId): string {
    return `${this.requestsFor(invite)}${device}`;
  }

  requestsFor(invite: string): string {
    return `${this.#base}join/${invite}/`;
  }

  wiped(device: DeviceId): string {
    return `${this.wipedDevices}${device}`;
  }

  get wipedDevices(): string {
    return `${this.#base}join/wiped/`;
  }

  collection(n: number): string {
    return `${this.collections}${padded(n, 8)}`;
  }

  get collections(): string {
    return `${this.#base}gc/`;
  }

  /** The last part of a name, where it is an id. */
  static idAtEnd(name: string): string | null {
    const last = name.slice(name.lastIndexOf('/') + 1);
    return isId(last) ? last : null;
  }
}

/** Which of two heads of one device is the newer: negative where `a` is older. */
export function compareHeads(
  a: Pick<HeadName, 'seq' | 'k'>,
  b: Pick<HeadName, 'seq' | 'k'>,
): number {
  return a.seq - b.seq || a.k - b.k;
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
