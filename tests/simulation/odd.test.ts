import { describe } from 'vitest';
import { liveThrough } from './living.ts';

describe('devices and a store, half of the histories', () => {
  liveThrough(1, 2);
});
