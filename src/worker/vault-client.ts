/** The page's handle on the vault's worker: starts it, speaks to it through Comlink, and ends it with every lock. */

import { proxy, wrap, type Remote } from 'comlink';
import { err } from '#base/result.ts';
import { trustedScriptAddress } from '#base/trusted-types.ts';
import type { JobId, OnProgress, VaultApi, VaultEvent } from './vault-api.ts';
import vaultWorkerAddress from './vault.worker.ts?worker&url';

export interface WorkOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** A verb of the worker whose last two parameters are replaced by one of `WorkOptions`. */
type LongVerb<Verb> = Verb extends (
  ...parameters: [...infer Rest, OnProgress, JobId]
) => infer Answer
  ? (...parameters: [...Rest, work?: WorkOptions]) => Answer
  : never;

/** How many parameters each long verb has before those two. */
const LONG_VERBS = {
  undo: 1,
  previewImport: 2,
  runImport: 2,
  exportCustomers: 1,
  backUp: 0,
  verifyBackup: 2,
  checkRestore: 2,
  restore: 1,
  verifyLog: 0,
  scanCards: 0,
  runChecks: 0,
  acceptPack: 1,
  subjectFile: 2,
  runRetention: 0,
} as const;

type LongVerbs = keyof typeof LONG_VERBS;

export type VaultClient = Omit<VaultApi, LongVerbs | 'listen' | 'cancel'> & {
  readonly [Verb in LongVerbs]: LongVerb<VaultApi[Verb]>;
} & {
  /** Gives back how to stop listening. */
  listen(listener: (event: VaultEvent) => void): () => void;
};

export function createVaultClient(): VaultClient {
  const listeners = new Set<(event: VaultEvent) => void>();
  let connection = connect();
  let jobs = 0;

  function connect() {
    const worker = new Worker(trustedScriptAddress(vaultWorkerAddress), { type: 'module' });
    const remote = wrap<VaultApi>(worker);
    // Answers that a worker still owes when it ends never come: whoever waits for one waits for this too.
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    void remote.listen(
      proxy((event: VaultEvent) => {
        if (event.type === 'locked') restart(worker);
        for (const listener of listeners) listener(event);
      }),
    );
    return { worker, remote, ended, end };
  }

  /** Whatever the worker's memory still holds goes with it. */
  function restart(worker: Worker): void {
    if (connection.worker !== worker) return;
    worker.terminate();
    connection.end();
    connection = connect();
  }

  async function runJob(verb: LongVerbs, parameters: readonly unknown[]): Promise<unknown> {
    const own = parameters.slice(0, LONG_VERBS[verb]);
    const { signal, onProgress } = (parameters[LONG_VERBS[verb]] ?? {}) as WorkOptions;
    const job = ++jobs;
    const { remote, ended } = connection;
    const cancel = (): void => {
      void remote.cancel(job);
    };
    signal?.addEventListener('abort', cancel);
    try {
      const call = remote[verb] as unknown as (...all: unknown[]) => Promise<unknown>;
      const answer = call(...own, proxy(onProgress ?? (() => undefined)), job);
      if (signal?.aborted === true) cancel();
      return await Promise.race([answer, ended.then(() => err({ type: 'Cancelled' }))]);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  const own = {
    listen(listener: (event: VaultEvent) => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    async lock() {
      const { worker, remote, ended } = connection;
      await Promise.race([remote.lock(), ended]);
      restart(worker);
    },
  };

  return new Proxy(own as VaultClient, {
    get(target, verb: keyof VaultClient): unknown {
      if (verb in target) return Reflect.get(target, verb);
      if (!(verb in LONG_VERBS)) return connection.remote[verb as keyof Remote<VaultApi>];
      return (...parameters: unknown[]) => runJob(verb as LongVerbs, parameters);
    },
  });
}
