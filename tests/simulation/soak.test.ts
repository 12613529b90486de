import { expect, it } from 'vitest';
import { ok } from '#base/result.ts';
import type { ObjectStore } from '#sync/object-store.ts';
import { soak } from './soak.ts';
import { VirtualStore } from './virtual-store.ts';

it('four devices write to one store at once, which is away for a while', async () => {
  const kept = new VirtualStore(() => 0);
  let isAway = false;
  const answer = async <T>(serve: () => T) =>
    isAway ? ({ ok: false, error: { type: 'Busy', status: 503 } } as const) : ok(serve());
  const store: ObjectStore = {
    put: (name, bytes) => answer(() => kept.put(name, bytes)),
    get: (name) => answer(() => kept.get(name)),
    list: (prefix, after = '') => answer(() => kept.list(prefix, after, 0)),
    remove: (name) => answer(() => kept.remove(name)),
  };
  const soaked = await soak({
    stores: [store, store],
    segments: process.env['SLOW'] ? 1000 : 60,
    async onHalf() {
      isAway = true;
      await new Promise((resolve) => setTimeout(resolve, 300));
      isAway = false;
    },
  });
  expect(soaked.failures).toBeGreaterThan(0);
}, 600_000);
