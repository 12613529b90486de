/** Who the browser tests are. */

import type { Team } from './pages/first-run.ts';

export const team: Team = {
  workspace: 'Kelp & Sons',
  member: 'Ines Marrow',
  passphrase: 'nine gulls over the harbour wall',
};

export const anotherPassphrase = 'quite another harbour wall';
