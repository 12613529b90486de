import { beforeEach, describe, expect, test, vi } from 'vitest';

const host = 'https://crm.example.com';
let address: URL;
let states: { state: unknown; address: string }[];
let events: EventTarget;

async function freshPage(opened: string) {
  vi.resetModules();
  address = new URL(opened);
  states = [];
  events = new EventTarget();
  vi.stubGlobal('location', address);
  vi.stubGlobal('history', {
    state: 'as it was',
    replaceState(state: unknown, _title: string, next: string) {
      states.push({ state, address: next });
      address.href = new URL(next, address).href;
    },
  });
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  return import('#state/invite-link.ts');
}

describe('an invite in the address', () => {
  beforeEach(() => vi.unstubAllGlobals());

  test('leaves the address and its history entry at once', async () => {
    const { takeInvites, takenInvite } = await freshPage(`${host}/app/#/join/eyJlIjoi`);
    takeInvites();
    expect(address.href).toBe(`${host}/app/#/join`);
    expect(states).toEqual([{ state: 'as it was', address: '#/join' }]);
    expect(takenInvite()).toBe(`${host}/app/#/join/eyJlIjoi`);
  });

  test('is taken too where the link is opened while the app runs', async () => {
    const { takeInvites, takenInvite } = await freshPage(`${host}/#/customers`);
    takeInvites();
    expect(takenInvite()).toBe('');
    expect(states).toEqual([]);
    address.hash = '#/join/eyJlIjoi';
    events.dispatchEvent(new Event('hashchange'));
    expect(takenInvite()).toBe(`${host}/#/join/eyJlIjoi`);
    expect(address.hash).toBe('#/join');
  });

  test('is forgotten when a workspace is left', async () => {
    const { takeInvites, takenInvite } = await freshPage(`${host}/#/join/eyJlIjoi`);
    const { leaveWorkspace } = await import('#state/leave.ts');
    takeInvites();
    leaveWorkspace();
    expect(takenInvite()).toBe('');
  });
});
