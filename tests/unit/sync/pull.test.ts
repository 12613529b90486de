import { beforeAll, describe, expect, it, vi } from 'vitest';
import { err } from '#base/result.ts';
import { valueOf } from '#domain/values.ts';
import { Shelf } from '#vault/shelf.ts';
import { must } from '../vault/fixture.ts';
import { textOf } from '../vault/exchange.ts';
import { addCustomer, alarmTypes, customersOf, idOf, namesOf, Team, type Device } from './team.ts';

let team: Team;
let admin: Device;
let tablet: Device;

beforeAll(async () => {
  ({
    team,
    devices: [admin, tablet],
  } = await Team.of('member'));
}, 120_000);

async function say(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await addCustomer(admin, `Customer ${String(n).padStart(2, '0')}`);
    await team.round(admin, false);
  }
}

const nameOf = (seq: number) => namesOf(admin).segment(idOf(admin), seq);
const positionOf = () => tablet.session.vault.vector.get(idOf(admin))?.seq ?? 0;

describe('pulling', () => {
  it('stops at a gap, applies what is before it, and goes on once it is filled', async () => {
    await team.round(tablet);
    const from = positionOf();
    await say(6);
    const gap = from + 4;
    team.lie = ({ device, verb, name }) =>
      device === tablet && verb === 'get' && name === nameOf(gap) ? null : undefined;
    await team.round(tablet, false);
    expect(positionOf()).toBe(gap - 1);
    expect(customersOf(tablet)).toHaveLength(3);
    team.lie = null;
    await team.round(tablet, false);
    expect(positionOf()).toBe(from + 6);
    expect(customersOf(tablet)).toEqual(customersOf(admin));
    expect(alarmTypes(tablet)).toEqual([]);
  });

  it('fetches several at once, each once, and applies many in one commit', async () => {
    await say(20);
    const from = positionOf();
    team.requests.length = 0;
    await team.round(tablet, false);
    expect(positionOf()).toBe(from + 20);
    const fetched = team.requests.filter(
      ({ verb, name }) => verb === 'get' && name.includes('/log/'),
    );
    expect(fetched.map(({ name }) => name).sort()).toEqual(
      Array.from({ length: 20 }, (_, index) => nameOf(from + 1 + index)),
    );
  });

  it('is one request where nothing is new', async () => {
    await team.agree(admin, tablet);
    await team.round(tablet, false);
    team.requests.length = 0;
    await team.round(tablet, false);
    expect(team.requests.map(({ verb, name }) => `${verb} ${name}`)).toEqual([
      `list ${namesOf(tablet).heads}`,
    ]);
  });

  it('applied once more alters nothing', async () => {
    const before = await textOf(tablet.session.vault);
    const changes = [];
    for await (const outgoing of admin.session.vault.outgoing(0)) {
      changes.push(...must(outgoing).changes);
    }
    const lead = await tablet.session.takeLead();
    must(await tablet.session.vault.receive({ changes, positions: new Map(), lead }));
    expect(await textOf(tablet.session.vault)).toEqual(before);
  });

  it('by a tab that has lost the lead takes no effect', async () => {
    const before = positionOf();
    const old = await tablet.session.takeLead();
    await tablet.session.takeLead();
    const positions = new Map([[idOf(admin), { seq: before + 1, hash: 'a'.repeat(64) }]]);
    expect(await tablet.session.vault.receive({ changes: [], positions, lead: old })).toEqual(
      err({ type: 'LeadLost' }),
    );
    expect(positionOf()).toBe(before);
  });
});

describe('changes whose author knew all that is here', () => {
  async function withCustomers() {
    const { team, devices } = await Team.of('member');
    const [writer, reader] = devices;
    team.turnTo(writer);
    const edits = Array.from({ length: 20 }, (_, n) => ({
      kind: 'customer' as const,
      values: { name: `Customer ${n}` },
    }));
    const { records } = must(await writer.session.vault.save(edits));
    await team.agree(writer, reader);
    for (const device of devices) {
      team.turnTo(device);
      must(await device.session.vault.roll());
    }
    const retitle = async (title: string) => {
      team.turnTo(writer);
      const values = { title };
      must(
        await writer.session.vault.save(
          records.map((record) => ({ record, kind: 'customer' as const, values })),
        ),
      );
      await team.round(writer);
    };
    return { team, reader, records, retitle };
  }

  it('are in the list without a leaf being read, and in the record once it is opened', async () => {
    const { team, reader, records, retitle } = await withCustomers();
    await retitle('Owner');
    const spies = [vi.spyOn(Shelf.prototype, 'scanBodies'), vi.spyOn(Shelf.prototype, 'body')];
    await team.round(reader);
    expect(spies.map((spy) => spy.mock.calls.length)).toEqual([0, 0]);
    for (const spy of spies) spy.mockRestore();
    const { vault } = reader.session;
    for (const record of records) {
      expect(vault.summary(record)?.title).toBe('Owner');
      const dossier = must(await vault.openDossier(record));
      expect(valueOf(dossier.get(record)!, 'title')).toBe('Owner');
    }
    expect(await vault.conflicts()).toEqual([]);
  });

  it('are read where something of this device is not sent yet, so that a conflict is found', async () => {
    const { team, reader, records, retitle } = await withCustomers();
    team.turnTo(reader);
    const values = { title: 'Skipper' };
    must(await reader.session.vault.save([{ record: records[0]!, kind: 'customer', values }]));
    await retitle('Owner');
    await team.round(reader);
    expect(await reader.session.vault.conflicts()).toMatchObject([
      { record: records[0], field: 'title' },
    ]);
  });
});
