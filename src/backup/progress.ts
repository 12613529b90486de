/** How long work in this room reports itself and ends early. The shapes are those that cross the worker's boundary. */

export interface Progress {
  readonly done: number;
  /** In the unit of `done`; 0: not known yet. */
  readonly total: number;
  readonly step: 'writing' | 'verifying' | 'restoring';
}

export type OnProgress = (progress: Progress) => void;

/** The caller's signal was aborted. Nothing was kept. */
export interface Cancelled {
  readonly type: 'Cancelled';
}
