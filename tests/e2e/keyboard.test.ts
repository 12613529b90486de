/** Everything by the keyboard alone: no test here touches the pointer once the workspace stands. */

import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { team } from './teams.ts';

test('a customer is written, found, changed and followed up without a pointer', async ({
  holdfast,
}) => {
  const { page, rail, customers, customer, today, backups, settings, locked } = holdfast;
  const { keyboard } = page;
  const dialog = (name: string): Locator => page.getByRole('dialog', { name });
  await holdfast.create(team);

  // Written by N, Tab and Enter. What is typed into a field is no shortcut.
  await keyboard.press('n');
  await expect(customer.field('Name')).toBeFocused();
  await keyboard.type('Nell Gracey');
  await keyboard.press('Tab');
  await expect(customer.field('Company')).toBeFocused();
  await keyboard.type('Gale & Tern? /');
  await tabTo(page, customer.save);
  await keyboard.press('Enter');
  await expect(customer.heading('Nell Gracey')).toBeVisible();

  // Without a name, the form says so where the name goes.
  await keyboard.press('n');
  await expect(customer.field('Name')).toBeFocused();
  await keyboard.press('Enter');
  await expect(customer.field('Name')).toHaveAttribute('aria-invalid', 'true');
  await expect(customer.field('Name')).toBeFocused();
  await keyboard.type('Adela Corvin');
  await keyboard.press('Enter');
  await expect(customer.heading('Adela Corvin')).toBeVisible();

  // Changed by E, taken back by Ctrl+Z.
  await keyboard.press('e');
  await expect(customer.field('Name')).toBeFocused();
  await tabTo(page, customer.field('Job title'));
  await keyboard.type('Harbour master');
  await keyboard.press('Enter');
  await expect(page.getByText('Harbour master').first()).toBeVisible();
  // It is taken back once the form has closed and offers it.
  await expect(customer.field('Job title')).toBeHidden();
  await keyboard.press('Control+z');
  await expect(page.getByText('Harbour master')).toHaveCount(0);

  // Logged by L, with a follow-up for today.
  await keyboard.press('l');
  await expect(customer.field('Type')).toBeFocused();
  await tabTo(page, customer.field('Notes'));
  await keyboard.type('Asked for a new line.');
  await tabTo(page, customer.save);
  await keyboard.press('Enter');
  await expect(dialog('Log interaction')).toBeHidden();
  await expect(page.getByText('Asked for a new line.')).toBeVisible();

  // Places by G and a letter.
  await keyboard.press('g');
  await keyboard.press('t');
  await expect(page.getByRole('heading', { name: 'Today', exact: true })).toBeVisible();
  await expect(today.overdue).toBeHidden();
  await keyboard.press('g');
  await keyboard.press('b');
  await expect(backups.button).toBeVisible();
  await keyboard.press('g');
  await keyboard.press('s');
  await expect(settings.lockAfter).toBeVisible();
  await keyboard.press('g');
  await keyboard.press('c');
  await expect(customers.searchbox).toBeVisible();

  // Found by / and the arrows.
  await keyboard.press('/');
  await expect(customers.searchbox).toBeFocused();
  await keyboard.type('gracey');
  await customers.expectMatches(1, 2);
  await keyboard.press('ArrowDown');
  await expect(customers.row('Nell Gracey')).toBeFocused();
  await keyboard.press('Enter');
  await expect(customer.heading('Nell Gracey')).toBeVisible();

  // The palette finds customers and commands.
  await keyboard.press('Control+k');
  const palette = page.getByRole('combobox', { name: 'Find a customer or a command' });
  await expect(palette).toBeFocused();
  await keyboard.type('corv');
  await expect(page.getByRole('option', { name: 'Adela Corvin', selected: true })).toBeVisible();
  await keyboard.press('Enter');
  await expect(palette).toBeHidden();
  await expect(customer.heading('Adela Corvin')).toBeVisible();
  await keyboard.press('Control+k');
  await keyboard.type('theme');
  const option = (name: string): Locator => page.getByRole('option', { name, selected: true });
  await expect(option('Theme: light')).toBeVisible();
  await keyboard.press('ArrowDown');
  await expect(option('Theme: dark')).toBeVisible();
  await keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

  // Locked from the palette, unlocked by typing at once.
  await keyboard.press('Control+k');
  await keyboard.type('lock');
  await expect(option('Lock')).toBeVisible();
  await keyboard.press('Enter');
  await expect(locked.passphrase).toBeFocused();
  await keyboard.type(team.passphrase);
  await keyboard.press('Enter');
  await expect(rail).toBeVisible();
});

test('Esc and Back close what is open, and the focus returns', async ({ holdfast }) => {
  const { page, customers, customer, importing } = holdfast;
  const { keyboard } = page;
  const palette = page.getByRole('dialog', { name: 'Command palette' });
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  const logging = page.getByRole('dialog', { name: 'Log interaction' });
  const menu = page.getByRole('menu');
  const more = page.getByRole('button', { name: 'More', exact: true });
  const log = page.getByRole('button', { name: 'Log interaction' });
  const importButton = page.getByRole('button', { name: 'Import', exact: true });
  await holdfast.create(team);
  await holdfast.go('Customers');
  await customers.add({ Name: 'Adela Corvin' });
  const place = page.url();

  const openings: readonly { opener: Locator; keys: string; opened: Locator }[] = [
    { opener: importButton, keys: 'Enter', opened: importing.dialog },
    { opener: more, keys: 'Enter', opened: menu },
    { opener: log, keys: 'Enter', opened: logging },
    { opener: more, keys: 'Control+k', opened: palette },
    { opener: log, keys: '?', opened: help },
  ];
  for (const { opener, keys, opened } of openings) {
    await tabTo(page, opener);
    await keyboard.press(keys);
    await expect(opened).toBeVisible();
    await keyboard.press('Escape');
    await expect(opened).toBeHidden();
    await expect(opener).toBeFocused();

    await keyboard.press(keys);
    await expect(opened).toBeVisible();
    await page.goBack();
    await expect(opened).toBeHidden();
    await expect(opener).toBeFocused();
    await expect(page).toHaveURL(place);
  }
  await expect(customer.heading('Adela Corvin')).toBeVisible();

  // What the menu opens gives the focus back to the menu's button.
  await tabTo(page, more);
  await keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'History' })).toBeFocused();
  await keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'History' })).toBeVisible();
  await keyboard.press('Escape');
  await expect(more).toBeFocused();

  // Deleted and brought back.
  await keyboard.press('ArrowUp');
  await expect(page.getByRole('menuitem', { name: 'Erase for good…' })).toBeFocused();
  await keyboard.press('ArrowUp');
  await expect(page.getByRole('menuitem', { name: 'Delete' })).toBeFocused();
  await keyboard.press('Enter');
  await customers.expectCount(0);
  await keyboard.press('Control+z');
  await customers.expectCount(1);
});

/** By Tab, as far as it takes; once around the page at most. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  await expect(target).toBeFocused();
}
