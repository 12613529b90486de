/** What the app says of people's rights over their data, in English. */

import { number, plural } from './en-amounts.ts';

export const enRights = {
  errors: {
    Restricted: () =>
      'Processing of this customer’s data is restricted, so that nothing of it may be changed or handed out. Lift the restriction under Privacy first.',
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

  privacy: {
    restricted:
      'Processing is restricted: the data is kept, and nothing of it may be changed or used until that is lifted.',
    chips: { restriction: 'Restricted', objection: 'Objected', optOut: 'No sale or sharing' },
    consents: 'Consents',
    consentsText:
      'What the person agreed to, purpose by purpose. Withdrawing is one tap, and holds at once.',
    toAsk: (purposes: readonly string[]) =>
      `No consent as things are now: ${[...purposes].join(', ')}. These purposes leave this person out until they agree.`,
    noPurposes:
      'No purposes yet. An admin writes them down under Compliance, Registers, Processing activities.',
    endedPurpose: 'A purpose that has ended',
    states: {
      valid: 'In force',
      outdated: 'Ask again: the purpose has changed',
      withdrawn: 'Withdrawn',
      missing: 'Not given',
    },
    given: (when: string) => `Given ${when}`,
    version: (version: number) => `Version ${number(version)}`,
    guardian: (name: string) => `By guardian ${name}`,
    withdrawn: (when: string) => `Withdrawn ${when}`,
    withdraw: 'Withdraw',
    withdrawnSaid: 'Consent withdrawn',
    receipt: 'Receipt',
    receiptPage: 'Page to print',
    receiptSigned: 'Signed file (JSON-LD)',
    limits: 'Restrictions and objections',
    limitsText:
      'A restriction keeps the data and stops all else. An objection keeps it out of marketing and profiling.',
    inForce: 'In force',
    since: (day: string) => `Since ${day}`,
    until: (day: string) => `Until ${day}`,
    lifted: (day: string) => `Lifted ${day}`,
    lift: 'Lift',
    liftedSaid: 'Lifted',
    notices: 'Notices',
    noticesText:
      'When the person was told what is done with their data. Where it came from somebody else, within a month.',
    told: (day: string) => `Told on ${day}`,
    holds: 'Holds',
    holdsText: 'Who has to keep this data, by which law, and until when. Nothing is erased before.',
    subjectFileText:
      'A copy of everything that is kept of this person, to be handed to them: readable, and for machines.',
    makeSubjectFile: 'Make subject file…',
  },

  receipt: {
    title: 'Receipt of a consent',
    text: 'This is your copy of what you agreed to.',
    controller: 'Responsible',
    person: 'Given by',
    why: 'Purpose',
    made: 'Receipt made',
    withdrawing:
      'You can withdraw this consent at any time, as simply as you gave it: tell whoever is responsible. What was done until then stays lawful.',
  },

  subjectFile: {
    open: 'Subject file…',
    title: (name: string) => `Subject file of ${name}`,
    text: 'Everything that is kept of this person, with purposes, sources, recipients and how long it is kept: a page to read, JSON, tables and a vCard, in one ZIP file.',
    passphrase: 'Passphrase (optional)',
    passphraseHint:
      'The file is then encrypted (age), and can only be opened with it. Tell it to the person by another way.',
    repeat: 'Repeat passphrase',
    different: 'The two are not the same.',
    make: 'Make subject file',
    making: 'Making the subject file',
    done: (file: string) => `Saved as ${file}`,
    page: {
      title: 'Your data',
      text: 'A copy of all that is kept of you, and what you have a right to know of its use.',
      controller: 'Responsible',
      made: 'Written',
      purposes: 'What it is used for, on which basis, and who receives it',
      processors: 'Who processes it on behalf of the responsible',
      disclosures: 'To whom it was disclosed',
      requests: 'Your requests',
      retention: 'How long it is kept',
      none: 'Nothing is written down.',
      automated: 'No decision about you is made by a machine alone.',
      rights: 'Your rights',
      rightsList: [
        'You can have what is wrong corrected, and what is no longer needed erased.',
        'You can have the processing restricted, and you can object to it.',
        'You can take your data along: the JSON file, the tables and the vCard are for machines.',
        'A consent can be withdrawn at any time.',
        'You can complain to the authority for data protection where you live.',
      ],
      past: 'until',
    },
  },

  retention: {
    backups: 'Backups',
    backupsText:
      'A backup holds whoever was erased since. Each says in its manifest from when on it should no longer be kept.',
    backupDays: 'Keep backups for',
    days: (days: number) => plural(days, 'day', 'days'),
    text: 'How long records are kept, and what happens then. What somebody has to keep stays, and is counted.',
    rules: 'Rules',
    addRule: 'Add rule',
    rule: 'Retention rule',
    saved: 'Rule saved',
    deleted: 'Rule deleted',
    none: 'No rules yet',
    noneText: 'Without a rule everything is kept until somebody erases it.',
    months: (months: number) => plural(months, 'month', 'months'),
    off: 'Off',
    due: 'Past their time today',
    nothing: 'Nothing is past its time.',
    erase: (count: number) => `${plural(count, 'customer', 'customers')} to erase`,
    anonymise: (count: number) => `${plural(count, 'customer', 'customers')} to anonymise`,
    review: (count: number) => `${plural(count, 'customer', 'customers')} to decide on`,
    entries: (kind: string, count: number) =>
      `${kind}: of ${plural(count, 'customer', 'customers')}`,
    heldBack: (count: number) =>
      `${plural(count, 'customer', 'customers')} past their time and held or restricted`,
    run: 'Erase and anonymise now…',
    runTitle: 'Erase and anonymise what is past its time',
    runText:
      'It goes for good, from this device at once and from all others with the next round. It can’t be undone.',
    sure: 'I understand that this can’t be undone',
    go: 'Erase and anonymise',
    running: 'Erasing and anonymising',
    ran: (erased: number, anonymised: number, entries: number) =>
      `Erased: ${number(erased)}. Anonymised: ${number(anonymised)}. Entries erased: ${number(entries)}.`,
    daily: 'Carry the rules out every day',
    dailyHint: 'On an admin’s device, after the unlock. Otherwise they are only counted.',
    toReview: 'To decide on',
    toReviewText: 'Open each: erase it, or add a hold under Privacy.',
    held: 'Held',
    heldText: 'Customers whose data somebody has to keep.',
    until: (day: string) => `Until ${day}`,
    anonymous: 'Anonymised customer',
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
