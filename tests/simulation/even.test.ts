import { describe, expect, it } from 'vitest';
import { drawHistory, live } from './history.ts';
import { liveThrough } from './living.ts';

describe('devices and a store, the other half of the histories', () => {
  liveThrough(2, 2);
});

it('lives through a history again as it was', async () => {
  const history = drawHistory(14);
  const first = await live(history);
  expect((await live(history)).trace).toEqual(first.trace);
});
