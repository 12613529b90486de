/** A store that stories are told on instead of the one that comes with the app: named by whoever starts them. */

import type { StoreFields } from './pages/devices.ts';

const json = process.env['HOLDFAST_TEST_STORE'];

export const givenStore = json === undefined ? null : (JSON.parse(json) as StoreFields);
