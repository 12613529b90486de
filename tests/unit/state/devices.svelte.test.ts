import { flushSync } from 'svelte';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { err, ok } from '#base/result.ts';
import type { DeviceView, VaultEvent } from '#worker/vault-api.ts';

const here: DeviceView = {
  device: 'a'.repeat(26) as DeviceView['device'],
  name: 'Laptop',
  role: 'admin',
  isThis: true,
  lastHeardAt: 1,
  removed: false,
  wiped: false,
};
let listener: (event: VaultEvent) => void = () => undefined;
let asked: ((devices: readonly DeviceView[]) => void)[] = [];
const vault = {
  listen(heard: (event: VaultEvent) => void) {
    listener = heard;
    return () => undefined;
  },
  devices: () => new Promise((answer) => asked.push(answer)),
  invites: () => Promise.resolve([]),
  joinRequests: () => Promise.resolve([]),
  conflicts: () => Promise.resolve([]),
  heldBack: () => Promise.resolve([]),
  changeRole: vi.fn(),
};
vi.mock('#state/vault.ts', () => ({ vault }));

const { Devices } = await import('#state/devices.svelte.ts');
const { language } = await import('#state/texts.svelte.ts');
const { status } = await import('#state/status.svelte.ts');

async function answerNext(devices: readonly DeviceView[]): Promise<void> {
  asked.shift()?.(devices);
  await new Promise((resolve) => setTimeout(resolve));
}

/** Looks at the lists as a screen does, until the returned function is called. */
function watch(devices: InstanceType<typeof Devices>): () => void {
  const stop = $effect.root(() => {
    $effect(() => {
      expect(devices.lists).toBeDefined();
    });
  });
  flushSync();
  return stop;
}

describe('the devices of a workspace', () => {
  beforeEach(async () => {
    asked = [];
    vi.stubGlobal('document', { documentElement: {} });
    await language.use('en');
    await language.complete();
  });

  test('are read once more, however often sync tells of something meanwhile', async () => {
    const devices = new Devices();
    const stop = watch(devices);
    expect(asked).toHaveLength(1);
    for (let told = 0; told < 5; told++) listener({ type: 'changed', customers: 'any' });
    expect(asked).toHaveLength(1);
    await answerNext([]);
    expect(asked).toHaveLength(1);
    await answerNext([here]);
    expect(asked).toEqual([]);
    expect(devices.lists.devices).toEqual([here]);
    stop();
  });

  test('a decision is said, and so is why there was none', async () => {
    const devices = new Devices();
    const stop = watch(devices);
    await answerNext([here]);
    vault.changeRole.mockResolvedValueOnce(ok());
    const changed = devices.changeRole(here, 'viewer');
    await answerNext([here]);
    await answerNext([here]);
    expect(await changed).toBe(true);
    expect(status.message?.text).toBe('Laptop: Viewer');
    vault.changeRole.mockResolvedValueOnce(err({ type: 'LastAdmin' }));
    const refused = devices.changeRole(here, 'viewer');
    await new Promise((resolve) => setTimeout(resolve));
    await answerNext([here]);
    expect(await refused).toBe(false);
    expect(status.message?.text).toContain('last admin');
    stop();
  });
});
