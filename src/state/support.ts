/** What Holdfast needs of a browser and does not find. */

export type Missing =
  | 'insecure'
  | 'webCrypto'
  | 'curves'
  | 'webAssembly'
  | 'indexedDb'
  | 'workers'
  | 'compression'
  | 'locks';

export async function findMissing(): Promise<readonly Missing[]> {
  // Over plain http from another machine most of the rest is hidden too: naming it would only confuse.
  if (!isSecureContext) return ['insecure'];
  const found: Record<Exclude<Missing, 'insecure' | 'curves'>, boolean> = {
    webCrypto: 'crypto' in globalThis && 'subtle' in crypto,
    webAssembly: 'WebAssembly' in globalThis,
    indexedDb: 'indexedDB' in globalThis,
    workers: 'Worker' in globalThis,
    compression: 'CompressionStream' in globalThis && 'DecompressionStream' in globalThis,
    locks: 'locks' in navigator && 'BroadcastChannel' in globalThis,
  };
  const missing = Object.entries(found)
    .filter(([, present]) => !present)
    .map(([feature]) => feature as Missing);
  if (found.webCrypto && !(await hasCurves())) missing.push('curves');
  return missing;
}

async function hasCurves(): Promise<boolean> {
  try {
    await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
    await crypto.subtle.generateKey({ name: 'X25519' }, false, ['deriveBits']);
    return true;
  } catch {
    return false;
  }
}
