/**
 * What people said of the use of their data, as the checks read it: gathered from summaries, one person after the other. Where the register
 * has no purposes, or nobody said anything, the fact stays away, and what needs it is not run.
 */

import { consentState, purposeOf, type Purpose } from '#domain/consents.ts';
import type { Dossier } from '#domain/record-state.ts';
import type { Summary } from '#domain/summary.ts';
import { valuesOf } from '#domain/values.ts';
import type { Facts, Looked } from '../checks/facts.ts';
import { Looking } from '../checks/looking.ts';
import { monthsAfter } from '../calendar.ts';
import { entriesOf } from '../registers/registers.ts';
import { barOf } from './uses.ts';

type ConsentFacts = Pick<
  Facts,
  | 'peopleOfPurposes'
  | 'guardians'
  | 'consentBeforeUse'
  | 'useAfterWithdrawal'
  | 'consentVersions'
  | 'separateConsents'
  | 'notices'
  | 'restrictedUses'
  | 'optOuts'
>;

const DAY = 24 * 60 * 60 * 1000;

export class ConsentSurvey {
  readonly #purposes: readonly Purpose[];
  readonly #now: number;
  readonly #coversAll: boolean;
  readonly #people = new Looking();
  readonly #before = new Looking();
  readonly #after = new Looking();
  readonly #versions = new Looking();
  readonly #separate = new Looking();
  readonly #restricted = new Looking();
  readonly #optedOut = new Looking();
  readonly #minors: {
    readonly id: string;
    readonly born: number;
    readonly hasGuardian: boolean;
  }[] = [];
  readonly #notices: { id: string; importedAt: number; toldAt: number | null }[] = [];

  constructor(workspace: Dossier, now: number) {
    this.#purposes = entriesOf(workspace, 'purpose')
      .map((state) => purposeOf(state.id, valuesOf(state)))
      .filter(({ hasEnded }) => !hasEnded);
    this.#now = now;
    // What rests on a contract or a law is done for everybody who is here.
    this.#coversAll = this.#purposes.some(({ basis }) => basis !== '' && basis !== 'consent');
  }

  add(person: Summary): void {
    if (person.deleted === true) return;
    const { id, consents, limits } = person;
    if (this.#purposes.length > 0) this.#people.add(id, this.#coversAll || this.#isAsked(person));
    if (person.bornOn !== '') {
      const hasGuardian = consents.some((each) => each.isByGuardian && each.withdrawn === '');
      this.#minors.push({ id, born: Date.parse(person.bornOn), hasGuardian });
    }
    if (person.isFromOthers) {
      const toldAt = person.toldOn === '' ? null : Date.parse(person.toldOn);
      this.#notices.push({ id, importedAt: person.createdAt, toldAt });
    }
    if (consents.length > 0) this.#addConsents(person);
    if (limits.includes('restriction')) {
      this.#restricted.add(
        id,
        this.#areBarred(person, () => true),
      );
    }
    if (limits.includes('optOut')) {
      this.#optedOut.add(
        id,
        this.#areBarred(person, (each) => each.separate.includes('sharing')),
      );
    }
  }

  #isAsked({ consents }: Summary): boolean {
    return this.#purposes.some((purpose) => consentState(consents, purpose) === 'valid');
  }

  #addConsents(person: Summary): void {
    const { id, consents, createdAt } = person;
    const standing = consents.filter(({ withdrawn }) => withdrawn === '');
    if (standing.length > 0) {
      // Whoever is here by consent alone was not to be written down before it (a day for the clock and the paper).
      const first = Math.min(...consents.map(({ given }) => Date.parse(given)));
      const inTime = this.#coversAll || !(first > createdAt + DAY);
      this.#before.add(id, inTime && standing.every(({ hasNotice }) => hasNotice));
    }
    const own = this.#purposes.filter(({ id: purpose }) =>
      consents.some((consent) => consent.purpose === purpose),
    );
    for (const purpose of own) {
      const state = consentState(consents, purpose);
      if (state === 'withdrawn' && purpose.basis === 'consent') {
        this.#after.add(id, barOf(person, purpose) !== null);
      }
      if (state === 'valid' || state === 'outdated') this.#versions.add(id, state === 'valid');
      if (state === 'valid' && purpose.separate.length > 0) {
        const said = standing
          .filter((consent) => consent.purpose === purpose.id)
          .flatMap(({ separate }) => separate);
        this.#separate.add(
          id,
          purpose.separate.every((each) => said.includes(each)),
        );
      }
    }
  }

  /** Tried just now on each purpose, by the door that every use of many goes through. */
  #areBarred(person: Summary, concerns: (purpose: Purpose) => boolean): boolean {
    return this.#purposes.filter(concerns).every((purpose) => barOf(person, purpose) !== null);
  }

  get facts(): ConsentFacts {
    const facts = {
      peopleOfPurposes: this.#people.looked,
      consentBeforeUse: this.#before.looked,
      useAfterWithdrawal: this.#after.looked,
      consentVersions: this.#versions.looked,
      separateConsents: this.#separate.looked,
      restrictedUses: this.#restricted.looked,
      optOuts: this.#optedOut.looked,
    };
    // What there was nothing of to look at stays away.
    const told = Object.entries(facts).filter(([, { looked }]) => looked > 0);
    return {
      ...(Object.fromEntries(told) as ConsentFacts),
      ...(this.#minors.length > 0 && { guardians: (age: number) => this.#guarded(age) }),
      ...(this.#notices.length > 0 && { notices: this.#notices }),
    };
  }

  #guarded(age: number): Looked {
    const look = new Looking();
    for (const { id, born, hasGuardian } of this.#minors) {
      if (monthsAfter(born, age * 12) > this.#now) look.add(id, hasGuardian);
    }
    return look.looked;
  }
}
