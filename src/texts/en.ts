/**
 * Every sentence of the app in English, by screen. This file is the shape: another language that lacks
 * a sentence does not compile. What takes numbers or names is a function.
 */

import { number, plural, wait } from './en-amounts.ts';
import { enCompliance } from './en-compliance.ts';
import { enRights } from './en-rights.ts';
import { enSync } from './en-sync.ts';
import { enFront } from './en-front.ts';

const megabytes = (bytes: number): string => `${number(Math.round(bytes / 1e6))} MB`;

const { errors: errorsOfSync, ...screensOfSync } = enSync;
const { errors: errorsOfCompliance, ...screensOfCompliance } = enCompliance;
const { errors: errorsOfRights, ...screensOfRights } = enRights;

export const en = {
  ...enFront,
  ...screensOfSync,
  ...screensOfCompliance,
  ...screensOfRights,

  /** Steps of long work, by the names that the worker gives them. */
  steps: {
    reading: 'Reading',
    writing: 'Writing',
    verifying: 'Verifying',
    importing: 'Importing',
    exporting: 'Exporting',
    restoring: 'Restoring',
    undoing: 'Undoing',
    verifyingLog: 'Verifying the log',
    scanningCards: 'Looking for card numbers',
    erasing: 'Erasing',
  },

  /** By the type of the error: what happened, and what to do. */
  errors: {
    ...errorsOfSync,
    ...errorsOfCompliance,
    ...errorsOfRights,
    TooShort: ({ minimum }: { minimum: number }) =>
      `Use at least ${number(minimum)} characters. Four or five unrelated words work well.`,
    TooCommon: () =>
      'This passphrase is among the first that an attacker tries. Choose one that nobody else would think of.',
    StorageFull: () =>
      'There is no space left for Holdfast on this device. Nothing was written. Free some space, then try again.',
    StorageUnavailable: ({ reason }: { reason: string }) =>
      `The browser refused access to its storage (${reason}). Nothing was written. Leave private browsing, or close other tabs and reload.`,
    WrongPassphrase: () => 'That is not the passphrase of this workspace. Try again.',
    WrongRecoveryKey: () =>
      'This recovery key belongs to another workspace, or a newer recovery kit has replaced it.',
    WrongPasskey: () =>
      'This passkey doesn’t open this workspace on this device. It may have been removed. Use the passphrase or the recovery key.',
    NoPasskeys: () =>
      'This browser can’t use passkeys here. They need a current browser and an address with a name, such as localhost, not with numbers.',
    NoSecret: () =>
      'This passkey can’t unlock: where it is kept can’t derive keys (the PRF extension is missing). Delete it there, and try another place, such as a security key or another password manager.',
    PasskeyKnown: () => 'This passkey opens this workspace already.',
    NotARecoveryKey: () =>
      'This is not a recovery key. It is the line of the recovery kit that begins with AGE-SECRET-KEY-1.',
    TooManyAttempts: ({ waitMs }: { waitMs: number }) =>
      `Too many wrong passphrases. Wait ${wait(waitMs)}, or use a passkey or the recovery key.`,
    TamperedSlot: () =>
      'What protects this way to unlock was altered on the disk, so it can’t be trusted. Use another one, or restore from a backup.',
    WeakParameters: () =>
      'The protection of this passphrase was weakened on the disk, so Holdfast refuses it. Use the recovery key, or restore from a backup.',
    NewerFormat: () =>
      'This was written by a newer version of Holdfast. Reload to update the app, then try again.',
    NoSuchSlot: () =>
      'This workspace can’t be opened that way on this device. Try the passphrase, the recovery key, or a backup.',
    NotFound: () =>
      'This no longer exists. It may have been removed in another tab or on another device.',
    Damaged: () =>
      'Part of the data on this device can’t be read. Everything else still works. Restore from a backup to get it back.',
    NotPermitted: () =>
      'Your role in this workspace does not allow that. Ask an admin to do it, or to change your role.',
    Locked: () => 'The workspace was locked in another tab. Unlock it and try again.',
    Invalid: () => 'Some fields need attention.',
    Cancelled: () => 'Cancelled. Nothing was changed.',
    NotCsv: () =>
      'This file is not a CSV list. Save it as CSV (comma-separated) from your spreadsheet, then choose it again.',
    NoRows: () => 'This file has no rows below its headers.',
    UnbalancedQuote: ({ line }: { line: number }) =>
      `A quotation mark that opens in line ${number(line)} is never closed. Correct that line and choose the file again.`,
    NulByte: ({ line }: { line: number }) =>
      `Line ${number(line)} holds a character that text can’t contain. Choose another encoding, or save the file again as UTF-8.`,
    TooManyColumns: ({ columns, limit }: { columns: number; limit: number }) =>
      `The file has ${number(columns)} columns; at most ${number(limit)} can be imported. Remove those that you don’t need.`,
    CellTooLong: ({ line, column, limit }: { line: number; column: string; limit: number }) =>
      `The cell “${column}” in line ${number(line)} is longer than ${number(limit)} characters. Shorten it and choose the file again.`,
    FileTooLarge: ({ bytes, limit }: { bytes: number; limit: number }) =>
      `The file has ${megabytes(bytes)}; at most ${megabytes(limit)} can be imported at once. Split it into smaller files.`,
    TooManyRows: ({ limit }: { limit: number }) =>
      `The file has more than ${plural(limit, 'row', 'rows')}, the most that can be imported at once. Split it into smaller files.`,
    NotInEncoding: ({ encoding, line }: { encoding: string; line: number }) =>
      `Line ${number(line)} is not valid ${encoding}. Choose another encoding.`,
    NothingMapped: () =>
      'No column leads to a field. Match at least the column that holds the name or the company.',
    Unreadable: () =>
      'The file could not be read. If it lies on a drive or in a cloud folder, copy it to this device first.',
    VerificationFailed: () =>
      'The backup was written but did not pass its check, so it was thrown away. Try again; if it happens twice, check this device’s disk.',
    NotABackup: () =>
      'This is not a Holdfast backup. Choose a file whose name ends in .holdfast.tar.',
    Truncated: ({ entry }: { entry: string }) =>
      `The file ends too early, inside “${entry}”: it was not copied or downloaded completely. Get the file again.`,
    BadSignature: () =>
      'The signature does not fit the backup: it was altered after it was written. Don’t use it; take another copy.',
    WrongHash: ({ entry }: { entry: string }) =>
      `“${entry}” is not what was backed up: the file is damaged or was altered. Take another copy.`,
    BadMembership: () =>
      'The backup’s list of members does not hold together, so nobody vouches for it. Take another copy.',
    WrongKey: () =>
      'This recovery key does not open this backup. Use the kit of the workspace that wrote it.',
    BadRecord: ({ line }: { line: number }) =>
      `Record ${number(line)} in the backup can’t be read. Nothing was restored. Take another copy.`,
    WrongCount: ({ kind }: { kind: string }) =>
      `The backup does not hold as many records of “${kind}” as it says. Nothing was restored. Take another copy.`,
    RemovedSigner: ({ fingerprint }: { fingerprint: string }) =>
      `The device that signed this backup (${fingerprint}) has been removed from the workspace. Nothing was restored.`,
    UntrustedSigner: () =>
      'Nothing vouches for who signed this backup. Compare the fingerprint, then say that you trust it.',
    NothingChecked: () => 'Check the backup first.',
  },

  app: {
    offline: 'Offline',
    main: 'Main',
    today: 'Today',
    customers: 'Customers',
    backups: 'Backups',
    compliance: 'Compliance',
    devices: 'Devices',
    settings: 'Settings',
    lock: 'Lock',
    syncStatus: 'Sync status',
    onThisDeviceOnly: 'On this device only',
    notFound: 'There is nothing here',
    notFoundText: 'The address leads to no screen.',
    toCustomers: 'Go to customers',
  },

  damage: {
    title: (count: number) =>
      count === 1
        ? 'Part of the data on this device can’t be read'
        : `${number(count)} parts of the data on this device can’t be read`,
    hit: (customers: number) =>
      customers === 0
        ? 'No customer is missing because of it.'
        : `${plural(customers, 'customer', 'customers')} can’t be shown or opened. All others work as usual.`,
    details: 'What is hit',
    row: (table: string, row: string, reason: string) => `${table} ${row}: ${reason}`,
    tables: {
      summaries: 'List entries',
      bodies: 'Customer details',
      journal: 'Recent changes',
      marks: 'Index',
      meta: 'Settings of the workspace',
    },
    reasons: {
      missing: 'missing',
      notAuthentic: 'altered or damaged',
      wrongVersion: 'older than it should be',
      unreadable: 'unreadable',
    },
    restore: 'Restore from backup',
  },

  update: {
    ready: 'A new version of Holdfast is ready.',
    text: 'What you are typing is kept.',
    install: 'Update now',
    later: 'Later',
  },

  unsupported: {
    title: 'Holdfast can’t run here yet',
    insecure:
      'This page came over plain http from another machine. Browsers allow encryption only over https.',
    insecureHow:
      'Ask whoever hosts Holdfast to serve it over https: start it with TLS_CERT and TLS_KEY set to a certificate and its key. On the machine itself, http://localhost works too.',
    browser: 'This browser lacks something that Holdfast needs to keep your data encrypted:',
    browserHow:
      'Update the browser, or use a current Chrome, Edge, Firefox or Safari. In private windows some of this is switched off: open Holdfast in an ordinary window.',
    missing: {
      webCrypto: 'encryption (WebCrypto)',
      curves: 'signatures by Ed25519 and X25519 (WebCrypto)',
      webAssembly: 'WebAssembly',
      indexedDb: 'storage on this device (IndexedDB)',
      workers: 'background work (module workers)',
      compression: 'compression (CompressionStream)',
      locks: 'coordination of tabs (Web Locks, BroadcastChannel)',
    },
    reload: 'Try again',
  },

  create: {
    title: 'Create workspace',
    name: 'Workspace name',
    nameHint: 'Your company or team',
    yourName: 'Your name',
    yourNameHint: 'Stands beside what you write',
    passphrase: 'Passphrase',
    passphraseHint: 'At least 15 characters; four or five unrelated words work well',
    repeat: 'Repeat passphrase',
    submit: 'Create workspace',
    needed: 'This is needed.',
    different: 'The two passphrases differ.',
    noReset:
      'Nobody can reset this passphrase for you. The recovery kit, which comes next, is the only other way in.',
    working: 'Making keys…',
  },

  kit: {
    title: 'Recovery kit',
    text: 'If you forget the passphrase or lose this device, this kit is the only way back to your data. It is shown once.',
    keyLabel: 'Recovery key',
    download: 'Download recovery kit',
    print: 'Print',
    notHere:
      'Don’t keep it on this device: whoever finds both has everything. Print it, or move the file to a safe place, such as a USB stick in a locked drawer, then delete it here.',
    stored: 'I have stored the recovery kit',
    continue: 'Continue',
  },

  settings: {
    title: 'Settings',
    you: (member: string, workspace: string) => `${member} in ${workspace}`,
    locking: 'Locking',
    lockAfter: 'Lock after',
    minutes: (count: number) => plural(count, 'minute', 'minutes'),
    lockAfterHint: 'Without a touch or a key press',
    lockWhenHidden: 'Lock when the app is hidden',
    lockWhenHiddenHint: 'As soon as you switch to another app or tab',
    appearance: 'Appearance',
    theme: 'Theme',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    keys: 'Ways to unlock',
    keysText:
      'The passphrase, each passkey and the recovery key open this workspace, each by itself.',
    passkeys: 'Passkeys',
    passkeyAdded: (day: string) => `Passkey, added ${day}`,
    addPasskey: 'Add a passkey',
    addPasskeyText:
      'Unlock with a fingerprint, a face, a PIN or a security key instead of typing the passphrase. Whoever can use the passkey can open this workspace on this device.',
    passkeyCalled: 'Name of the passkey',
    passkeyName: 'This device',
    makePasskey: 'Make the passkey',
    passkeyWorks: 'The passkey opens this workspace now.',
    removePasskey: (name: string) => `Remove passkey ${name}`,
    removePasskeyText:
      'It opens this workspace no longer: everything here is sealed anew, and other tabs lock. Delete it where your passkeys are kept too.',
    removePasskeyFinal: 'Remove',
    passkeyRemoved: 'The passkey is removed.',
    changePassphrase: 'Change passphrase',
    currentPassphrase: 'Current passphrase',
    newPassphrase: 'New passphrase',
    repeatPassphrase: 'Repeat passphrase',
    savePassphrase: 'Save',
    passphraseChanged: 'The passphrase is changed.',
    newKit: 'New recovery kit',
    newKitText:
      'The kit that you have now stops working for this device. Backups that were written so far still open with it: keep it as long as you keep them.',
    makeKit: 'Make the kit',
    storage: 'Storage on this device',
    used: (used: string, available: string) => `${used} used, ${available} available to Holdfast.`,
    persisted: 'The browser keeps this data until you remove it.',
    notPersisted:
      'The browser may remove this data when space runs low. Back up often, install the app, or ask the browser to keep it.',
    persist: 'Ask to keep the data',
    persistRefused:
      'The browser did not agree. It usually does once Holdfast is installed or used more often.',
    install: 'Install the app',
    installText: 'Installed, Holdfast opens in its own window and starts without a network.',
    installButton: 'Install',
    installed: 'Holdfast runs as an installed app.',
    installIpad:
      'On iPad and iPhone: tap Share in Safari, then “Add to Home Screen”. Data entered in Safari does not move to the installed app: install first, or restore from a backup there.',
    installElsewhere:
      'If this browser can install apps, its menu has an entry such as “Install Holdfast” or “Add to Home screen”.',
    remove: 'Remove from this device',
    removeText:
      'Deletes everything of this workspace on this device. Without a backup and its recovery kit it is gone for good.',
    removeButton: 'Remove workspace',
    removeConfirm: (workspace: string) => `Type “${workspace}” to confirm`,
    removeName: 'Workspace name',
    removeWrongName: 'This is not the workspace’s name.',
    removeFinal: 'Remove for good',
  },

  backups: {
    expires: 'Not to be kept after',
    title: 'Backups',
    text: 'A backup is one encrypted, signed file with everything in this workspace. It opens with the recovery key: here, or with tools that every administrator has.',
    backUpNow: 'Back up now',
    backingUp: 'Backing up',
    last: 'Last backup',
    none: 'No backup yet. Until there is one, this device holds the only copy.',
    at: 'Written',
    file: 'File',
    holds: 'Holds',
    holdsCounts: (customers: number, records: number) =>
      `${plural(customers, 'customer', 'customers')}, ${plural(records, 'record', 'records')}`,
    size: 'Size',
    hash: 'SHA-256 of the manifest',
    verified: 'Backup verified',
    verifiedText: (file: string, customers: number) =>
      `${file} was downloaded, read again and checked: ${plural(customers, 'customer', 'customers')}. Move it off this device.`,
    downloadAgain: 'Download again',
    check: 'Verify a backup',
    checkTitle: 'Is a backup still good?',
    checkText:
      'Reads a backup file from end to end: signature, hashes, every record. Nothing is changed.',
    checking: 'Verifying',
    good: 'This backup is good',
    needsKey:
      'This device can’t open that backup by itself. Enter the recovery key that belongs to it.',
    recoveryKey: 'Recovery key',
    checkWithKey: 'Verify with this key',
    restoreTitle: 'Bring back a workspace',
    restoreText: 'From a backup file and its recovery key, as a new workspace beside this one.',
    restore: 'Restore',
  },

  restore: {
    title: 'Restore from backup',
    text: 'You need the backup file and the recovery kit of its workspace. First everything is checked; nothing is written until you say so.',
    file: 'Backup file',
    chooseFile: 'Choose file',
    chosen: (name: string, size: string) => `${name}, ${size}`,
    recoveryKey: 'Recovery key',
    recoveryKeyHint:
      'The line that begins with AGE-SECRET-KEY-1, or the whole text of the recovery kit',
    loadKit: 'Load recovery kit',
    check: 'Check backup',
    checking: 'Checking the backup',
    needFile: 'Choose the backup file first.',
    needKey: 'Enter the recovery key.',
    kitUnreadable: 'The file of the kit could not be read.',
    found: 'What is in it',
    workspace: 'Workspace',
    written: 'Written',
    signedBy: 'Signed by',
    fingerprint: 'Fingerprint',
    customers: (count: number) => plural(count, 'customer', 'customers'),
    trash: (count: number) => plural(count, 'deleted record', 'deleted records'),
    erasures: (count: number) => plural(count, 'erasure', 'erasures'),
    kinds: {
      customer: (count: number) => plural(count, 'customer', 'customers'),
      contact: (count: number) => plural(count, 'contact', 'contacts'),
      interaction: (count: number) => plural(count, 'interaction', 'interactions'),
      transaction: (count: number) => plural(count, 'transaction', 'transactions'),
      need: (count: number) => plural(count, 'need', 'needs'),
      feedback: (count: number) => plural(count, 'feedback entry', 'feedback entries'),
      task: (count: number) => plural(count, 'task', 'tasks'),
    },
    vouched: {
      kit: 'The recovery kit vouches for the signer.',
      workspace: 'This workspace’s own records vouch for the signer.',
      nothing:
        'Nothing here vouches for the signer. Compare the fingerprint with the one in the recovery kit, or ask the person who wrote the backup.',
    },
    trust: 'I trust this signer',
    alreadyHere:
      'The workspace of this backup is also on this device. It stays as it is; the backup becomes a second workspace beside it.',
    change:
      'Restoring makes a new workspace of it on this device. Nothing that is here now is changed.',
    ready: 'Make the new workspace',
    yourName: 'Your name',
    passphrase: 'Passphrase',
    passphraseHint: 'A new one, for this device; at least 15 characters',
    repeat: 'Repeat passphrase',
    submit: 'Restore',
    restoring: 'Restoring',
  },

  customers: {
    heading: 'Customers',
    search: 'Search customers',
    create: 'New customer',
    import: 'Import',
    export: 'Export list',
    list: 'Customers',
    count: (count: number) => plural(count, 'customer', 'customers'),
    countFiltered: (matched: number, total: number) =>
      `${number(matched)} of ${plural(total, 'customer', 'customers')}`,
    sort: 'Sort by',
    sorts: { changed: 'Recently changed', name: 'Name', company: 'Company', created: 'Newest' },
    everyone: 'All',
    mine: 'Mine',
    moreFilters: 'More filters',
    tag: 'Tag',
    owner: 'Owner',
    stage: 'Stage',
    everyTag: 'All tags',
    everyOwner: 'All owners',
    everyStage: 'All stages',
    showAll: 'Show all',
    overdue: 'Overdue',
    today: 'Today',
    emptyTitle: 'No customers yet',
    emptyText: 'Write down the first one, bring a list along, or look around with examples.',
    addExamples: 'Add example customers',
    addedExamples: 'Example customers added',
    noneTitle: 'No customer matches',
    noneText: 'Type less, or remove a filter.',
    nothingOpen: 'Choose a customer to see it here',
  },

  exporting: {
    purpose: 'What is it for?',
    otherUse: 'Another use',
    purposeHint:
      'Restricted customers are always left out; for a purpose, also those who objected or did not consent to it.',
    peopleLeftOut: (count: number) => `${plural(count, 'customer', 'customers')} left out.`,
    title: 'Export customers',
    titleOne: 'Export customer',
    which: 'Which',
    all: (count: string) => `All: ${count}`,
    shown: (count: string) => `Those in the list now: ${count}`,
    format: 'Format',
    formats: { csv: 'CSV, for spreadsheets', jsonl: 'JSON Lines, for programs' },
    hint: 'The file is not encrypted. Delete it when you no longer need it.',
    leaves: 'Whoever gets hold of this file can read what is in it:',
    leftOut: (fields: string) => `Your role does not see ${fields}: left out.`,
    save: 'Save file',
    working: 'Writing the file',
    done: (file: string) => `${file} was saved`,
  },

  customer: {
    back: 'Customers',
    create: 'New customer',
    editOf: (customer: string) => `Edit ${customer}`,
    edit: 'Edit',
    more: 'More',
    delete: 'Delete',
    export: 'Export',
    history: 'History',
    created: 'Customer added',
    saved: 'Customer saved',
    deleted: (customer: string) => `${customer} deleted`,
    gone: 'This customer can’t be shown',
    toList: 'Go to customers',
    done: 'Done',
    tomorrow: 'Tomorrow',
    taskDue: (title: string, day: string) => `${title}, due ${day}`,
    taskToday: (title: string) => `${title}, due today`,
    taskOverdue: (title: string, day: string) => `${title}, overdue since ${day}`,
    lastContact: 'Last contact',
    orders: 'Orders this year',
    revenue: 'Revenue this year',
    satisfaction: 'Satisfaction',
    outOf: (rating: string, best: string) => `${rating} of ${best}`,
    none: '–',
    yes: 'Yes',
    timeline: 'Timeline',
    transactions: 'Transactions',
    needs: 'Needs',
    feedback: 'Feedback',
    privacy: 'Privacy',
    noTimeline: 'Nothing logged yet',
    taskDone: 'Done',
    followedUp: (day: string) => `Follow up on ${day}`,
    followUpTitle: (customer: string) => `Follow up with ${customer}`,
    savedWithTask: 'Interaction logged, task added',
    tickOff: (title: string) => `Tick off: ${title}`,
    openAgain: (title: string) => `Open again: ${title}`,
    change: (entry: string) => `Change: ${entry}`,
    historyTitle: 'History',
    noHistory: 'Nothing was changed yet',
    emptied: '(emptied)',
    saidBy: (when: string, member: string) => `${when}, ${member}`,
    kinds: {
      interaction: {
        add: 'Log interaction',
        one: 'Interaction',
        saved: 'Interaction logged',
        deleted: 'Interaction deleted',
        none: 'Nothing logged yet',
      },
      transaction: {
        add: 'Add transaction',
        one: 'Transaction',
        saved: 'Transaction saved',
        deleted: 'Transaction deleted',
        none: 'No transactions yet',
      },
      need: {
        add: 'Add need',
        one: 'Need',
        saved: 'Need saved',
        deleted: 'Need deleted',
        none: 'No needs yet',
      },
      feedback: {
        add: 'Add feedback',
        one: 'Feedback',
        saved: 'Feedback saved',
        deleted: 'Feedback deleted',
        none: 'No feedback yet',
      },
      task: {
        add: 'Add task',
        one: 'Task',
        saved: 'Task saved',
        deleted: 'Task deleted',
        none: 'No tasks yet',
      },
      consent: {
        add: 'Add consent',
        one: 'Consent',
        saved: 'Consent saved',
        deleted: 'Consent deleted',
        none: 'No consents yet',
      },
      limit: {
        add: 'Add restriction or objection',
        one: 'Restriction or objection',
        saved: 'Saved',
        deleted: 'Deleted',
        none: 'Nothing is restricted, and nobody objected',
      },
      notice: {
        add: 'Mark as told',
        one: 'Notice',
        saved: 'Notice saved',
        deleted: 'Notice deleted',
        none: 'Not told yet',
      },
      hold: {
        add: 'Add hold',
        one: 'Hold',
        saved: 'Hold saved',
        deleted: 'Hold deleted',
        none: 'Nobody has to keep this data',
      },
    },
  },

  forms: {
    save: 'Save',
    cancel: 'Cancel',
    restored: (when: string) => `Unsaved text from ${when} restored`,
    discard: 'Discard',
    attention: (count: number) =>
      count === 1
        ? 'Nothing was saved yet: one field needs attention.'
        : `Nothing was saved yet: ${number(count)} fields need attention.`,
    tagsHint: 'Enter or a comma ends a tag',
    ratingHint: 'From 0 to 10, the best',
    lists: {
      emails: { add: 'Add e-mail', kind: 'Kind of e-mail' },
      phones: { add: 'Add number', kind: 'Kind of number' },
      addresses: { add: 'Add place', kind: 'Kind of place' },
    },
    removeElement: (position: number) => `Remove no. ${number(position)}`,
    problems: {
      'problems.required': 'This is needed.',
      'problems.nameOrCompany': 'Enter a name or a company.',
      'problems.identityFirst': 'Prove the person’s identity before you answer.',
      'problems.reasonFirst': 'An extension needs a reason.',
      'problems.tooLong': 'This is too long. Shorten it.',
      'problems.tooMany': 'These are too many. Remove some.',
      'problems.email':
        'This is not an e-mail address. It needs an @ with something on both sides.',
      'problems.phone': 'This is not a phone number. It needs digits.',
      'problems.url': 'This is not a web address, such as example.com.',
      'problems.option': 'Choose one of the list.',
      'problems.date': 'There is no such day.',
      'problems.dateTime': 'There is no such day or time.',
      'problems.money': 'This is not an amount. Write it with digits, such as 1234.50.',
      'problems.currency': 'This is not a currency, such as EUR.',
      'problems.number': 'This is not a number.',
      'problems.rating': 'Choose a number from 0 to 10.',
      'problems.notAllowed': 'This can’t be stored here.',
      'problems.cardNumber':
        'This holds a card number, which may not be kept here. Take it out and save again.',
      'problems.cardSecurity':
        'A card’s security code, PIN or stripe may never be kept. Take it out and save again.',
    },
  },

  tasks: {
    completed: 'Task done',
    reopened: 'Task open again',
    moved: 'Task moved to tomorrow',
  },

  today: {
    title: 'Today',
    overdue: 'Overdue',
    dueToday: 'Due today',
    since: (day: string) => `Since ${day}`,
    done: (title: string) => `Done: ${title}`,
    tomorrow: 'Tomorrow',
    tomorrowOf: (title: string) => `Tomorrow: ${title}`,
    emptyTitle: 'Nothing is due',
    emptyText: 'Tasks and follow-ups appear here on their day.',
  },

  importing: {
    thirdParty: 'These people did not give us their data themselves',
    thirdPartyHint:
      'They are to be told within a month; the checks watch over it. Notices stand with each customer, under Privacy.',
    fromWhom: 'From whom it came',
    title: 'Import',
    choose: 'Choose file',
    chooseOther: 'Choose another file',
    chooseText:
      'A CSV list from a spreadsheet, a mail program or another CRM. Choose it, or drop it here. You see what would happen before anything is written.',
    limits: 'At most 250 MB, 1,000,000 rows and 100 columns',
    reading: (file: string) => `Reading ${file}`,
    match: 'Match columns',
    willCreate: 'New',
    willUpdate: 'Updated',
    willSkip: 'Left out',
    fileHas: (file: string, rows: number) => `${file}: ${plural(rows, 'row', 'rows')}`,
    emptyWords: (words: readonly string[], rows: number) =>
      `${words.join(', ')} found in ${plural(rows, 'row', 'rows')}: treat as empty`,
    matchBy: 'Update those with the same',
    matchNone: 'None: all are new',
    matchEmail: 'E-mail address',
    matchPhone: 'Phone number',
    matchName: 'Name',
    matchCompany: 'Company',
    country: 'Country for phones',
    encoding: 'Encoding',
    delimiter: 'Columns are parted by',
    comma: 'Comma',
    semicolon: 'Semicolon',
    tab: 'Tab',
    columns: 'Columns',
    unnamed: (position: number) => `Column ${number(position)}`,
    goesTo: (column: string) => `${column} goes to`,
    leaveOut: 'Leave out',
    custom: 'New field of this name',
    emptyCell: '(empty)',
    import: (count: number) => `Import ${plural(count, 'customer', 'customers')}`,
    writing: (count: number) => `Importing ${plural(count, 'customer', 'customers')}`,
    imported: (count: number) => `Imported ${plural(count, 'customer', 'customers')}`,
    result: (created: number, updated: number) =>
      `${number(created)} new, ${number(updated)} updated.`,
    undo: 'Undo import',
    undoing: 'Undoing the import',
    undone: 'Import undone',
    undoneText: 'Everything is as it was before the import.',
    done: 'Done',
    notes: (count: number) => `${plural(count, 'note', 'notes')} on rows`,
    atLine: (line: string) => `Line ${line}`,
    andMore: (count: number) => `and ${number(count)} more in the report`,
    saveReport: 'Save report',
    reportName: (file: string) => `${file}-report.csv`,
    line: 'Line',
    column: 'Column',
    reason: 'Reason',
    skips: {
      'skips.tooFewCells': 'left out: fewer cells than the header has',
      'skips.tooManyCells': 'left out: more cells than the header has',
      'skips.noName': 'left out: neither a name nor a company',
      'skips.ambiguous': 'left out: several customers fit this row',
      'skips.repeated': 'left out: an earlier row is the same customer',
      'skips.restricted':
        'left out: processing of this customer’s data is restricted; lift that first',
      'skips.erased': 'left out: this person was erased; an admin can add them by hand',
      'skips.rejoined': 'the text was cut at a comma without quotes; it was put together again',
      'skips.ambiguousDate': 'day and month can’t be told apart; the text is in the notes',
      'skips.cardNumber': 'held a card number that could not be masked there; it was left out',
    },
    cells: {
      'problems.required': 'no value',
      'problems.nameOrCompany': 'neither a name nor a company',
      'problems.identityFirst': 'identity not proven',
      'problems.reasonFirst': 'no reason of the extension',
      'problems.tooLong': 'too long; the text is in the notes',
      'problems.tooMany': 'too many values; the text is in the notes',
      'problems.email': 'not an e-mail address; the text is in the notes',
      'problems.phone': 'not a phone number; the text is in the notes',
      'problems.url': 'not a web address; the text is in the notes',
      'problems.option': 'not one of the field’s choices; the text is in the notes',
      'problems.date': 'no such day; the text is in the notes',
      'problems.dateTime': 'no such day or time; the text is in the notes',
      'problems.money': 'not an amount; the text is in the notes',
      'problems.currency': 'not a currency; the text is in the notes',
      'problems.number': 'not a number; the text is in the notes',
      'problems.rating': 'not a number from 0 to 10; the text is in the notes',
      'problems.notAllowed': 'can’t be stored; the text is in the notes',
      'problems.cardNumber': 'held a card number that could not be masked there; it was left out',
      'problems.cardSecurity': 'held a card’s security code or PIN, which was put out',
    },
  },

  palette: {
    title: 'Command palette',
    search: 'Find a customer or a command',
    recent: 'Recently changed',
    found: 'Customers',
    commands: 'Commands',
    nothing: 'Nothing fits',
    log: 'Log interaction',
    create: 'New customer',
    import: 'Import customers',
    backUp: 'Back up now',
    today: 'Go to Today',
    customers: 'Go to Customers',
    backups: 'Go to Backups',
    compliance: 'Go to Compliance',
    devices: 'Go to Devices',
    settings: 'Go to Settings',
    lock: 'Lock',
    light: 'Theme: light',
    dark: 'Theme: dark',
    system: 'Theme: as the system',
    english: 'Language: English',
    chinese: 'Language: 简体中文',
    shortcuts: 'Keyboard shortcuts',
  },

  shortcuts: {
    title: 'Keyboard shortcuts',
    anywhere: 'Anywhere',
    places: 'Places',
    customer: 'On a customer',
    list: 'In the list',
    palette: 'Command palette',
    search: 'Search customers',
    create: 'New customer',
    undo: 'Undo',
    help: 'This sheet',
    today: 'Today',
    customers: 'Customers',
    backups: 'Backups',
    compliance: 'Compliance',
    devices: 'Devices',
    settings: 'Settings',
    edit: 'Edit',
    log: 'Log interaction',
    rows: 'Next and previous row',
    open: 'Open',
  },
};

export type Texts = typeof en;
