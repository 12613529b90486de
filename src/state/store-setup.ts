/** What whoever runs a store or hosts the app must paste, so that the two may speak to each other. */

export { corsJson } from '#sync/cors-rules.ts';

/** The environment of `npm start`. */
export function hostLine(origin: string): string {
  return `HOLDFAST_STORES=${origin}`;
}

/** The part of the header on any other host. */
export function headerLine(origin: string): string {
  return `connect-src 'self' ${origin}`;
}
