/** The page of the bench: hands the worker to whoever drives the browser. */

import * as Comlink from 'comlink';
import { trustedScriptAddress } from '#base/trusted-types.ts';
import type { Bench } from '../bench.worker.ts';
import workerAddress from '../bench.worker.ts?worker&url';

const worker = new Worker(trustedScriptAddress(workerAddress), { type: 'module' });

declare global {
  interface Window {
    bench: Comlink.Remote<Bench>;
  }
}

window.bench = Comlink.wrap<Bench>(worker);
