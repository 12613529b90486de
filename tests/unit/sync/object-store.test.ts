import { describe, expect, it } from 'vitest';
import { err, ok } from '#base/result.ts';
import { listAll, type ObjectStore } from '#sync/object-store.ts';
import { inParallel } from '#sync/parallel.ts';

function storeOf(names: readonly string[], page: number): ObjectStore {
  const unused = () => Promise.resolve(err({ type: 'Denied' as const }));
  return {
    put: unused,
    get: unused,
    remove: unused,
    list: (prefix, after = '') => {
      const found = names.filter((name) => name.startsWith(prefix) && name > after);
      return Promise.resolve(ok({ names: found.slice(0, page), more: found.length > page }));
    },
  };
}

describe('a whole list', () => {
  const names = Array.from({ length: 25 }, (_, n) => `log/${String(n).padStart(3, '0')}`);

  it('is every page of it, from where somebody has read on', async () => {
    expect(await listAll(storeOf(names, 10), 'log/')).toEqual(ok(names));
    expect(await listAll(storeOf(names, 5), 'log/', 'log/021')).toEqual(ok(names.slice(22)));
    expect(await listAll(storeOf(names, 10), 'head/')).toEqual(ok([]));
  });

  it('is none where a page fails', async () => {
    let pages = 0;
    const store = {
      ...storeOf(names, 10),
      list: (prefix: string, after?: string) =>
        pages++ === 1
          ? Promise.resolve(err({ type: 'Busy' as const, status: 503 }))
          : storeOf(names, 10).list(prefix, after),
    };
    expect(await listAll(store, 'log/')).toEqual(err({ type: 'Busy', status: 503 }));
  });

  it('ends where a store says that there is more and gives nothing', async () => {
    const store = { ...storeOf([], 1), list: () => Promise.resolve(ok({ names: [], more: true })) };
    expect(await listAll(store, 'log/')).toEqual(ok([]));
  });
});

describe('several requests at once', () => {
  it('are so many and no more, and their answers stand in order', async () => {
    let underWay = 0;
    let most = 0;
    const answers = await inParallel([5, 1, 4, 2, 3], 2, async (item, index) => {
      most = Math.max(most, ++underWay);
      for (let turn = 0; turn < item; turn++) await Promise.resolve();
      underWay -= 1;
      return item * 10 + index;
    });
    expect(answers).toEqual([50, 11, 42, 23, 34]);
    expect(most).toBe(2);
    expect(await inParallel([], 2, () => Promise.resolve(1))).toEqual([]);
  });
});
