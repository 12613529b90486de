import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { createWorkspaceId } from '#base/ids.ts';
import { Directory } from '#storage/directory.ts';

describe('the directory', () => {
  it('lists the workspaces of this browser, the one opened last first, and forgets one', async () => {
    const directory = new Directory();
    const [first, second] = [createWorkspaceId(), createWorkspaceId()];
    await directory.note({ id: first, name: 'First', openedAt: 1 });
    await directory.note({ id: second, name: 'Second', openedAt: 2 });
    expect((await directory.workspaces()).map(({ name }) => name)).toEqual(['Second', 'First']);
    await directory.note({ id: first, name: 'First again', openedAt: 3 });
    expect((await directory.workspaces()).map(({ name }) => name)).toEqual([
      'First again',
      'Second',
    ]);
    await directory.forget(first);
    expect((await directory.workspaces()).map(({ id }) => id)).toEqual([second]);
    directory.close();
  });

  it('keeps the preferences', async () => {
    const directory = new Directory();
    expect(await directory.readPreferences()).toBeUndefined();
    await directory.writePreferences({ theme: 'dark' });
    expect(await directory.readPreferences()).toEqual({ theme: 'dark' });
    directory.close();
  });
});
