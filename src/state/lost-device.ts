/** A device that is lost: it is revoked, the keys change, and the register says why nobody can read what is on it (Art. 34(3)(a) GDPR; 45 CFR 164.402). */

import type { Result } from '#base/result.ts';
import type { EditError, ErasedBefore, MembershipError, StepUpNeeded } from '#worker/vault-api.ts';
import type { Devices, DeviceView } from './devices.svelte.ts';
import { formatDateTime } from './format.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

/** How it was when it got lost, as far as anybody knows. */
export type LockState = 'locked' | 'unlocked' | 'unknown';

export interface Loss {
  readonly device: DeviceView;
  /** ISO, without a zone. */
  readonly aware: string;
  readonly how: string;
  readonly lock: LockState;
}

/** In this order, so that a break in between leaves the keys changed. Done again, it goes on. */
export async function reportLoss(
  devices: Devices,
  loss: Loss,
): Promise<Result<void, MembershipError | StepUpNeeded | EditError | ErasedBefore>> {
  const { device, name, removed } = loss.device;
  const revoked = removed ? ({ ok: true } as const) : await devices.revoke(device);
  if (!revoked.ok) return revoked;
  const saved = await vault.save([
    { kind: 'incident', values: incidentOf(loss) },
    {
      kind: 'disposal',
      values: {
        device: `${name} (${device.slice(0, 6)})`,
        date: loss.aware.slice(0, 10),
        method: 'lost',
      },
    },
  ]);
  return saved.ok ? { ok: true, value: undefined } : saved;
}

function incidentOf({ device, aware, how, lock }: Loss) {
  const t = language.texts.losing;
  const heard =
    device.lastHeardAt === null ? t.neverHeard : t.lastHeard(formatDateTime(device.lastHeardAt));
  return {
    title: t.incident(device.name),
    aware,
    device: device.device,
    rating: lock === 'locked' ? 'none' : 'some',
    facts: [how.trim(), t.locks[lock], heard].filter((line) => line !== '').join('\n'),
    effects: lock === 'locked' ? t.unreadable : t.perhapsReadable,
    actions: t.done,
  };
}
