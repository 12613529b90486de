import { barOf } from '#compliance/consent/uses.ts';
import { summarise } from '#domain/summary.ts';
import { exportCustomers } from '#exchange/export.ts';
import { expect, it } from 'vitest';
import { must, NEVER } from '../vault/fixture.ts';
import { Team, type Device } from './team.ts';

async function exported({ session }: Device): Promise<string> {
  const file = must(
    await exportCustomers(
      { format: 'jsonl' },
      session.vault,
      { signal: NEVER, onProgress: () => undefined },
      {
        isHidden: () => false,
        screen: (_, values) => values,
        letsOut: ({ customer, belongings }) => {
          const dossier = new Map([customer, ...belongings].map((each) => [each.id, each]));
          return barOf(summarise(dossier, customer.id), null) === null;
        },
      },
    ),
  );
  return file.blob.text();
}

it('a restriction set offline holds everywhere once it is known, and keeps what others did meanwhile', async () => {
  const { team, devices } = await Team.of('member');
  const [office, tablet] = devices;
  team.turnTo(office);
  const values = { name: 'Bea Lund' };
  const made = must(await office.session.vault.save([{ kind: 'customer', values }]));
  const customer = made.records[0]!;
  await team.agree(office, tablet);

  team.turnTo(tablet);
  const limit = { type: 'restriction', since: '2026-11-21' };
  must(await tablet.session.vault.save([{ kind: 'limit', customer, values: limit }]));
  expect(await exported(tablet)).toBe('');

  // The office has not heard of it, hands the data out and writes on.
  team.turnTo(office);
  expect(await exported(office)).toContain('Bea Lund');
  const title = { title: 'Owner' };
  must(await office.session.vault.save([{ record: customer, kind: 'customer', values: title }]));
  await team.agree(office, tablet);

  for (const device of devices) {
    team.turnTo(device);
    expect(device.session.vault.summary(customer)).toMatchObject({
      title: 'Owner',
      limits: ['restriction'],
    });
    expect(await exported(device)).toBe('');
  }
});
