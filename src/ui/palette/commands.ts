/** What the command palette can do, in the words of the current language. */

import Archive from '@lucide/svelte/icons/archive';
import CalendarCheck from '@lucide/svelte/icons/calendar-check';
import Download from '@lucide/svelte/icons/download';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Languages from '@lucide/svelte/icons/languages';
import Lock from '@lucide/svelte/icons/lock';
import Monitor from '@lucide/svelte/icons/monitor';
import MonitorSmartphone from '@lucide/svelte/icons/monitor-smartphone';
import Moon from '@lucide/svelte/icons/moon';
import PenLine from '@lucide/svelte/icons/pen-line';
import Plus from '@lucide/svelte/icons/plus';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Settings from '@lucide/svelte/icons/settings';
import Sun from '@lucide/svelte/icons/sun';
import Users from '@lucide/svelte/icons/users';
import type { LucideIcon } from '@lucide/svelte';
import { foldText } from '#domain/summary.ts';
import { backups } from '#state/backups.svelte.ts';
import { importing } from '#state/import.svelte.ts';
import { preferences } from '#state/preferences.svelte.ts';
import { router } from '#state/router.svelte.ts';
import { session } from '#state/session.svelte.ts';
import { shortcuts } from '#state/shortcuts.svelte.ts';
import { sync } from '#state/sync.svelte.ts';
import { language } from '#state/texts.svelte.ts';

export interface Command {
  readonly label: string;
  readonly icon: LucideIcon;
  /** The key that does the same. */
  readonly keys?: string;
  readonly run: () => void;
}

/** All of them, or those whose every typed word occurs in the label. */
export function findCommands(text: string): readonly Command[] {
  const words = foldText(text).split(/\s+/).filter(Boolean);
  return commands().filter(({ label }) => words.every((word) => foldText(label).includes(word)));
}

function commands(): readonly Command[] {
  const t = language.texts.palette;
  const onCustomer: readonly Command[] = shortcuts.offers('log')
    ? [{ label: t.log, icon: PenLine, keys: 'L', run: () => shortcuts.run('log') }]
    : [];
  const writing: readonly Command[] = sync.readOnly
    ? []
    : [
        { label: t.create, icon: Plus, keys: 'N', run: () => router.go('/customers/new') },
        { label: t.import, icon: Download, run: openImport },
      ];
  return [
    ...onCustomer,
    ...writing,
    { label: t.backUp, icon: Archive, run: backUp },
    { label: t.today, icon: CalendarCheck, keys: 'G T', run: () => router.go('/today') },
    { label: t.customers, icon: Users, keys: 'G C', run: () => router.go('/customers') },
    { label: t.backups, icon: Archive, keys: 'G B', run: () => router.go('/backups') },
    { label: t.compliance, icon: ShieldCheck, keys: 'G P', run: () => router.go('/compliance') },
    { label: t.devices, icon: MonitorSmartphone, keys: 'G D', run: () => router.go('/devices') },
    { label: t.settings, icon: Settings, keys: 'G S', run: () => router.go('/settings') },
    { label: t.lock, icon: Lock, run: () => void session.lock('manual') },
    { label: t.light, icon: Sun, run: () => void preferences.change({ theme: 'light' }) },
    { label: t.dark, icon: Moon, run: () => void preferences.change({ theme: 'dark' }) },
    { label: t.system, icon: Monitor, run: () => void preferences.change({ theme: 'system' }) },
    { label: t.english, icon: Languages, run: () => void preferences.change({ language: 'en' }) },
    {
      label: t.chinese,
      icon: Languages,
      run: () => void preferences.change({ language: 'zh-CN' }),
    },
    { label: t.shortcuts, icon: Keyboard, keys: '?', run: () => shortcuts.showHelp() },
  ];
}

function openImport(): void {
  router.go('/customers');
  importing.open();
}

function backUp(): void {
  router.go('/backups');
  if (!backups.writing.running) void backups.backUp();
}
