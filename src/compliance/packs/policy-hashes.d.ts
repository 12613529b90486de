/** Written by vite.config.ts when the app is built. */
declare module 'virtual:policy-hashes' {
  /** By file name, such as `gdpr.json`: SHA-256, hex. */
  export const policyHashes: Readonly<Record<string, string>>;
}
