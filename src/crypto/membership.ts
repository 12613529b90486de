/** The membership log as other rooms know it: reading it, asking it, writing to it. FORMAT.md section 8. */

export * from './membership-log.ts';
export * from './membership-state.ts';
export * from './membership-writing.ts';
export type { RootHash } from './workspace-keys.ts';
