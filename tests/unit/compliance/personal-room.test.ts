import { NOBODYS_TABLES, recordRoom, storeRoom } from '#compliance/personal-room.ts';
import { belongsTo, KINDS } from '#domain/catalogue.ts';
import { WorkspaceDatabase } from '#storage/workspace-database.ts';
import { expect, it } from 'vitest';
import { createSession } from '../vault/fixture.ts';

it('every kind of a customer and every table of the database is reached by a room, or is nobody’s', async () => {
  const { session } = await createSession();
  const rooms = [recordRoom(session), storeRoom(() => Promise.resolve())];
  const kinds = KINDS.filter((kind) => belongsTo(kind) !== 'workspace');
  expect(rooms.flatMap((room) => room.kinds).sort()).toEqual([...kinds].sort());
  const database = new WorkspaceDatabase(session.workspace);
  const reached = [...rooms.flatMap((room) => room.tables), ...NOBODYS_TABLES];
  expect(reached.sort()).toEqual(database.tables.map(({ name }) => name).sort());
});

it('a room of the store is swept by a round of sync', async () => {
  let rounds = 0;
  const room = storeRoom(() => {
    rounds += 1;
    return Promise.resolve();
  });
  expect((await room.sweep()).ok).toBe(true);
  expect(rounds).toBe(1);
  expect(room.collect(new Map())).toEqual([]);
});
