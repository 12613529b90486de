/** The policy packs: which regulations apply, what a newer version would change, and the tasks that a change leaves. */

import { createSubscriber } from 'svelte/reactivity';
import type { RecordId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type {
  Cancelled,
  EditError,
  PackError,
  PackOffer,
  PoliciesView,
  PolicyView,
  StepUpNeeded,
  UnreadPack,
} from '#worker/vault-api.ts';
import { errorSentence, type VaultError } from './errors.ts';
import { Job } from './jobs.svelte.ts';
import { stepUp } from './step-up.svelte.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

export type { PackChange, PackOffer, PackView, UnreadPack } from '#worker/vault-api.ts';

export class Policies {
  readonly accepting = new Job();
  readonly #watch: () => void;
  #view = $state.raw<PoliciesView>();

  constructor() {
    this.#watch = createSubscriber(() => {
      void this.#read();
      return vault.listen((event) => {
        if (event.type === 'changed') void this.#read();
      });
    });
  }

  /** Undefined until it has been read. */
  get view(): PoliciesView | undefined {
    this.#watch();
    return this.#view;
  }

  /** Whether the pack's controls are asked. */
  ask(key: string, isAsked: boolean): Promise<Result<void, EditError | StepUpNeeded>> {
    const others = this.#asked.filter((each) => each !== key);
    return this.#change({ packs: isAsked ? [...others, key] : others });
  }

  dropPublisher(fingerprint: string): Promise<Result<void, EditError | StepUpNeeded>> {
    const publishers = this.#view?.publishers ?? [];
    return this.#change({ publishers: publishers.filter((each) => each !== fingerprint) });
  }

  look(key: string): Promise<Result<PackOffer, PackError>> {
    return vault.offerShipped(key);
  }

  open(file: File): Promise<Result<PackOffer, PackError>> {
    return vault.offerPack(file);
  }

  async accept(
    trusts: boolean,
  ): Promise<Result<void, PackError | EditError | Cancelled | StepUpNeeded>> {
    const accepted = await stepUp.guard(() =>
      this.accepting.run((work) => vault.acceptPack(trusts, work)),
    );
    await this.#read();
    return accepted;
  }

  async finish(task: RecordId): Promise<Result<void, EditError>> {
    const finished = await vault.finishPolicyTask(task);
    await this.#read();
    return finished;
  }

  get #asked(): readonly string[] {
    return (this.#view?.packs ?? []).filter(({ isAsked }) => isAsked).map(({ key }) => key);
  }

  async #change(policy: Partial<PolicyView>): Promise<Result<void, EditError | StepUpNeeded>> {
    const changed = await stepUp.guard(() => vault.changePolicy(policy));
    await this.#read();
    return changed;
  }

  async #read(): Promise<void> {
    this.#view = await vault.policies();
  }
}

/** Why a pack was not taken, and what to do. */
export function packSentence(error: PackError | VaultError): string {
  const t = language.texts.policies;
  switch (error.type) {
    case 'MalformedPack':
      return t.errors.MalformedPack(error.reason);
    case 'OlderVersion':
      return t.errors.OlderVersion(error.have, error.got);
    case 'UnknownPublisher':
      return t.mustTrust;
    case 'NotAPack':
    case 'NewerFormat':
    case 'NotPinned':
    case 'Unsigned':
    case 'BadSignature':
    case 'TooLarge':
    case 'Unreachable':
      return t.errors[error.type];
    default:
      return errorSentence(error);
  }
}

/** Which pack can't be read, why, and what is asked instead. */
export function unreadSentence({ key, standsIn, error }: UnreadPack): string {
  const t = language.texts.policies;
  const reason =
    error.type === 'UnreadAcceptance' ? t.unreadAcceptance(error.version) : packSentence(error);
  const instead = standsIn === null ? t.notAsked : t.standsIn(standsIn);
  return t.unread(key.toUpperCase(), reason, instead);
}
