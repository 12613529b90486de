/** What the app says of people's rights over their data, in English. */

import { number, plural } from './en-amounts.ts';

export const enRights = {
  errors: {
    Held: () =>
      'Somebody has to keep this data: a hold stands on it. Lift the hold first, or wait for its end.',
    IdentityNotProven: () =>
      'Nobody has written down yet how the person’s identity was proven. Do that in the request first.',
    NotAnErasureList: () =>
      'This is not a list of erasures, or it was altered. Choose the file that Holdfast offered after the erasure.',
    OtherErasures: () => 'This list is of another workspace than the backup.',
    ErasedBefore: () =>
      'This person asked to be forgotten, and was erased. An admin can add them again, with a reason.',
  },

  erasing: {
    open: 'Erase for good…',
    title: (name: string) => `Erase ${name}`,
    text: 'Every value goes: from records and their history, lists, search, unfinished forms and, once every device has heard of it, from the store. It can’t be undone. The log keeps that something was erased, and not what.',
    goes: 'What goes',
    pastValues: (count: number) => plural(count, 'past value', 'past values'),
    records: (kind: string, count: number) => `${kind}: ${number(count)}`,
    held: 'Somebody has to keep this data',
    hold: (basis: string, until: string) => `${basis}, until ${until}`,
    reason: 'Reason',
    reasons: { request: 'Asked for by the person', other: 'Other' },
    request: 'Request',
    noRequest: 'None in the register',
    unproven: 'The identity is not proven yet: write down in the register how it was.',
    backups:
      'Backups that were made before still hold the data. Keep the list of erasures with the recovery kit: a restore takes it and leaves this person out.',
    sure: 'I understand that this can’t be undone',
    erase: 'Erase',
    working: 'Erasing',
    done: (name: string) => `${name} is erased`,
    doneText: 'Download both papers now, or later under Compliance, Registers.',
    certificate: 'Download certificate',
    list: 'Download list of erasures',
    many: 'Erasures',
    manyText: 'Who was erased stands nowhere: only that somebody was, when and why.',
    entry: (records: number, day: string) => `${plural(records, 'record', 'records')}, ${day}`,
    by: (member: string) => `By ${member}`,
    complete: (day: string) => `Complete on all devices since ${day}`,
    incomplete: 'Not complete: other devices or the store still have to hear of it',
    because: {
      request: 'Asked for by the person',
      retention: 'Past its time',
      other: 'Other reason',
    },
  },

  replaying: {
    title: 'Erasures since the backup',
    text: 'Whoever was erased after this backup is in it still. The list of erasures that was kept with the recovery kit takes them out again.',
    choose: 'Choose list of erasures',
    found: (count: number, day: string) => `${plural(count, 'erasure', 'erasures')}, up to ${day}`,
    otherSigner: (fingerprint: string) =>
      `Another device than that of the backup signed this list: ${fingerprint}. Compare it with whoever wrote the list.`,
    older: 'The list reaches no further than the backup: it takes out nobody who was erased later.',
  },

  losing: {
    open: 'Lost…',
    title: (name: string) => `“${name}” is lost`,
    text: 'It is revoked and the keys change at once. The register of incidents gets an entry that says what was on it and who could read it; the clocks of the regulations run from there.',
    aware: 'Known since',
    how: 'What happened',
    howHint: 'Where and when it was seen last, and by whom',
    lock: 'When it got lost',
    locks: {
      locked: 'It was locked',
      unlocked: 'It was unlocked',
      unknown: 'Nobody knows whether it was locked',
    },
    unreadable:
      'Everything on it is sealed with AES-256-GCM. The keys are not kept with the data: they come of a passphrase of at least 15 characters by Argon2id (64 MiB, 3 passes). Nobody who finds it can read it.',
    perhapsReadable:
      'Whoever has it may read what it shows until it locks itself. What is on it is sealed from then on. Rate the risk in the register.',
    storeKeys: 'It knows the store keys: replace them too, on this screen.',
    submit: 'Revoke and write down',
    reported: (name: string) => `“${name}” is revoked and written down`,
    incident: (name: string) => `Lost device: ${name}`,
    lastHeard: (moment: string) => `Last heard of ${moment}; it holds what it had by then.`,
    neverHeard: 'It was never heard of after it joined.',
    done: 'The device was removed from the workspace and the keys were changed. It erases itself as soon as it has a connection.',
  },

  overruling: {
    title: 'This person was erased',
    text: (day: string) =>
      `Somebody with these details asked to be forgotten and was erased on ${day}. Add them again only where they want it, or where you must.`,
    reason: 'Why they are added again',
    add: 'Add again',
  },
};
