/** Who belongs to the workspace, who asks to, and what waits to be decided: read again whenever sync tells of something new. */

import { createSubscriber } from 'svelte/reactivity';
import type { DeviceId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type {
  ConflictView,
  DeviceView,
  EditError,
  HeldBackView,
  InviteRequest,
  InviteView,
  JoinRequestView,
  MembershipError,
  NewInvite,
  Role,
  StepUpNeeded,
} from '#worker/vault-api.ts';
import { commit } from './commit.ts';
import { errorSentence } from './errors.ts';
import { status } from './status.svelte.ts';
import { stepUp } from './step-up.svelte.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

export type {
  ConflictView,
  DeviceView,
  HeldBackView,
  InviteView,
  JoinRequestView,
  NewInvite,
  Role,
};
export type { Alarm, ConflictSide } from '#worker/vault-api.ts';

interface Lists {
  readonly devices: readonly DeviceView[];
  readonly invites: readonly InviteView[];
  readonly requests: readonly JoinRequestView[];
  readonly conflicts: readonly ConflictView[];
  readonly heldBack: readonly HeldBackView[];
}

const NOTHING: Lists = { devices: [], invites: [], requests: [], conflicts: [], heldBack: [] };

export class Devices {
  readonly #watch: () => void;
  #lists = $state.raw(NOTHING);
  #reading = false;
  #readAgain = false;

  constructor() {
    this.#watch = createSubscriber(() => {
      void this.#read();
      return vault.listen((event) => {
        if (event.type === 'sync' || event.type === 'changed') void this.#read();
      });
    });
  }

  get lists(): Lists {
    this.#watch();
    return this.#lists;
  }

  async invite(request: InviteRequest): Promise<Result<NewInvite, MembershipError | StepUpNeeded>> {
    const made = await stepUp.guard(() => vault.invite(request));
    void this.#read();
    return made;
  }

  withdraw({ invite }: InviteView): Promise<boolean> {
    return this.#decide(vault.withdrawInvite(invite), language.texts.devices.withdrawn);
  }

  approve(request: JoinRequestView): Promise<boolean> {
    return this.#decide(
      stepUp.guard(() => vault.approve(request)),
      language.texts.devices.approved(request.name),
    );
  }

  reject(request: JoinRequestView): Promise<boolean> {
    return this.#decide(vault.reject(request), language.texts.devices.rejected(request.name));
  }

  async revoke(device: DeviceId): Promise<Result<void, MembershipError | StepUpNeeded>> {
    const revoked = await stepUp.guard(() => vault.revoke(device));
    void this.#read();
    return revoked;
  }

  changeRole({ device, name }: DeviceView, role: Role): Promise<boolean> {
    const t = language.texts.devices;
    return this.#decide(
      stepUp.guard(() => vault.changeRole(device, role)),
      t.roleChanged(name, t.roles[role]),
    );
  }

  async settle(conflict: ConflictView, choice: 'keep' | 'other'): Promise<void> {
    const { kept, usedOther } = language.texts.devices;
    const settled = stepUp.guard(() => vault.settleConflict(conflict, choice));
    await commit(settled, choice === 'keep' ? kept : usedOther);
    await this.#read();
  }

  settleHeldBack({ id }: HeldBackView, choice: 'apply' | 'discard'): Promise<boolean> {
    const { applied, discarded } = language.texts.devices;
    const said = choice === 'apply' ? applied : discarded;
    return this.#decide(
      stepUp.guard(() => vault.settleHeldBack(id, choice)),
      said,
    );
  }

  /** Says what came of a decision. */
  async #decide(
    work: Promise<Result<void, MembershipError | EditError | StepUpNeeded>>,
    text: string,
  ): Promise<boolean> {
    const decided = await work;
    status.say(decided.ok ? text : errorSentence(decided.error));
    await this.#read();
    return decided.ok;
  }

  /** One reading at a time; what was told meanwhile is read next. */
  async #read(): Promise<void> {
    this.#readAgain = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#takeTurn()) {
      const [devices, invites, requests, conflicts, heldBack] = await Promise.all([
        vault.devices(),
        vault.invites(),
        vault.joinRequests(),
        vault.conflicts(),
        vault.heldBack(),
      ]);
      this.#lists = { devices, invites, requests, conflicts, heldBack };
    }
    this.#reading = false;
  }

  #takeTurn(): boolean {
    const again = this.#readAgain;
    this.#readAgain = false;
    return again;
  }
}
