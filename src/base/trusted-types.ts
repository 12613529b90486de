/**
 * The one Trusted Types policy for the addresses of scripts that Holdfast starts: its workers and its
 * service worker. The content security policy allows each policy name once in a document or worker.
 */

let policy: Pick<TrustedTypePolicy, 'createScriptURL'> | undefined;

/**
 * An address that `new Worker` and `serviceWorker.register` accept under `require-trusted-types-for`.
 * Throws where the address is not of Holdfast's own origin. Call with what `?worker&url` gave.
 *
 * Typed as a string because TypeScript's `Worker` does not know trusted addresses; it is one where
 * the browser has Trusted Types, and a plain string elsewhere.
 */
export function trustedScriptAddress(address: string): string {
  policy ??= createPolicy();
  return policy.createScriptURL(address) as unknown as string;
}

function createPolicy(): Pick<TrustedTypePolicy, 'createScriptURL'> {
  const rules = { createScriptURL: ownAddress };
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypePolicyFactory };
  if (trustedTypes) return trustedTypes.createPolicy('holdfast-worker', rules);
  return rules as unknown as Pick<TrustedTypePolicy, 'createScriptURL'>;
}

function ownAddress(address: string): string {
  const { href, origin } = new URL(address, location.href);
  if (origin !== location.origin) throw new TypeError('A script of another origin is not started.');
  return href;
}
