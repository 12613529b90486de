/**
 * Every screen under a finger, at three sizes, in both themes and languages: axe finds nothing, nothing is too wide or too small. Each
 * screen is seen six times, so that every size meets both themes and both languages, and every theme both languages.
 */

import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { en, type Texts } from '#texts/en.ts';
import { zhCN } from '#texts/zh-CN.ts';
import { expect, test } from './fixtures.ts';
import { Authenticator } from './pages/authenticator.ts';
import { choose, csvFile } from './pages/files.ts';
import { misfitsIn } from './pages/misfits.ts';
import { team } from './teams.ts';

const landscape = { width: 1180, height: 820 };
const portrait = { width: 820, height: 1180 };
const phone = { width: 390, height: 844 };

interface Look {
  readonly size: typeof landscape;
  readonly colorScheme: 'light' | 'dark';
}

interface Language {
  readonly locale: string;
  readonly texts: Texts;
  readonly looks: readonly Look[];
}

const languages: readonly Language[] = [
  {
    locale: 'en-GB',
    texts: en,
    looks: [
      { size: portrait, colorScheme: 'dark' },
      { size: phone, colorScheme: 'light' },
      { size: landscape, colorScheme: 'light' },
    ],
  },
  {
    locale: 'zh-CN',
    texts: zhCN,
    looks: [
      { size: portrait, colorScheme: 'light' },
      { size: phone, colorScheme: 'dark' },
      { size: landscape, colorScheme: 'dark' },
    ],
  },
];

const list = csvFile(
  'berths-of-the-northern-harbour-and-of-all-its-outlying-moorings.csv',
  'Name,Email,Berth\nBea Lund,bea@lund.example,C 3\nCleo Marsh,no address,D 4\nToo,few\n',
);

for (const { locale, texts, looks } of languages) {
  test.describe(locale, () => {
    test.use({ locale, hasTouch: true });

    test('every screen is accessible and fits @deep-only', async ({ page }) => {
      test.slow();
      const inspector = new Inspector(page, looks);
      const look = (screen: string) => inspector.look(screen);
      const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
      const field = (name: string): Locator => page.getByLabel(name, { exact: true });
      const heading = (name: string): Locator => page.getByRole('heading', { name, exact: true });
      const place = async (name: string) => {
        await page.getByRole('link', { name, exact: true }).click();
      };

      await page.goto('./');
      await heading(texts.welcome.title).waitFor();
      await look('welcome');
      await button(texts.welcome.restore).click();
      await button(texts.restore.check).click();
      await look('restore, outside');
      await button(texts.parts.back).click();

      const { create, joining, kit } = texts;
      await button(texts.welcome.join).click();
      await button(joining.submit).click();
      await look('join, with what is missing');
      await button(texts.parts.back).click();

      await button(texts.welcome.create).click();
      await button(create.submit).click();
      await look('create, with what is missing');
      await field(create.name).fill(team.workspace);
      await field(create.yourName).fill(team.member);
      await field(create.passphrase).fill(team.passphrase);
      await field(create.repeat).fill(team.passphrase);
      await button(create.submit).click();
      await heading(kit.title).waitFor();
      await look('kit');
      await page.getByRole('checkbox', { name: kit.stored }).check();
      await button(kit.continue).click();

      const { customers, customer } = texts;
      await button(customers.addExamples).waitFor();
      await look('customers, empty');
      await button(customers.addExamples).click();
      const rows = page.getByRole('list', { name: customers.list }).getByRole('link');
      await rows.first().waitFor();
      await button(customers.moreFilters).click();
      await look('customers');

      const { importing } = texts;
      const dialog = page.getByRole('dialog');
      await button(customers.import).click();
      await choose(page, button(importing.choose), csvFile('empty.csv', ''));
      await dialog.getByRole('alert').waitFor();
      await look('import: choose, after a refusal');
      await choose(page, button(importing.chooseOther), list);
      await heading(importing.match).waitFor();
      await dialog.locator('summary').click();
      await look('import: match columns');
      await button(importing.import(2)).click();
      await heading(importing.imported(2)).waitFor();
      await dialog.locator('summary').click();
      await look('import: done');
      await button(importing.done).click();

      await rows.nth(2).click();
      await button(customer.edit).waitFor();
      await look('customer');
      await button(customer.more).click();
      await look('customer, its menu');
      await page.keyboard.press('Escape');
      await button(customer.kinds.interaction.add).click();
      await dialog.waitFor();
      await look('log interaction');
      await page.keyboard.press('Escape');
      await page.getByRole('tab', { name: customer.privacy }).click();
      await button(customer.kinds.limit.add).click();
      await look('restriction');
      await button(texts.forms.save).click();
      await page.getByText(texts.privacy.restricted).waitFor();
      await look('customer, privacy');
      await button(texts.privacy.makeSubjectFile).click();
      await dialog.waitFor();
      await look('subject file');
      await page.keyboard.press('Escape');
      await button(texts.privacy.lift).click();
      await button(customer.edit).click();
      await button(texts.forms.save).waitFor();
      await look('edit');
      await button(texts.forms.cancel).click();
      await button(customer.edit).waitFor();

      await page.keyboard.press('Control+k');
      await dialog.getByRole('option').first().waitFor();
      await look('palette');
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await heading(texts.shortcuts.title).waitFor();
      await look('help sheet');
      await page.keyboard.press('Escape');

      await place(texts.app.today);
      await heading(texts.today.title).waitFor();
      await look('Today');

      await place(texts.app.backups);
      await look('backups, none yet');
      await button(texts.backups.backUpNow).click();
      await page.getByText(texts.backups.verified, { exact: true }).waitFor();
      await look('backups');
      await button(texts.backups.restore).click();
      await button(texts.restore.check).waitFor();
      await look('restore, inside');

      const { compliance, auditLog } = texts;
      const tab = (name: string): Locator => page.getByRole('tab', { name, exact: true });
      await place(texts.app.compliance);
      await button(texts.checks.run).click();
      const folded = page.locator('summary').filter({ hasText: 'G5' });
      await folded.click();
      await page
        .locator('details[open]')
        .getByText(texts.checks.evidence, { exact: true })
        .waitFor();
      await look('checks');
      await tab(compliance.tabs.registers).click();
      await button(texts.registers.kinds.request.add).click();
      await button(texts.forms.save).click();
      await look('a request, with what is missing');
      await page.keyboard.press('Escape');
      await tab(compliance.tabs.retention).click();
      await button(texts.retention.addRule).click();
      await look('a rule of retention');
      await page.keyboard.press('Escape');
      await look('retention');
      await tab(compliance.tabs.policies).click();
      await heading(texts.policies.values).waitFor();
      await look('policies');
      await tab(compliance.tabs.log).click();
      await page.getByRole('list', { name: auditLog.list }).waitFor();
      await button(auditLog.verify).click();
      await page.getByRole('alert').waitFor();
      await look('audit log');
      await tab(compliance.tabs.access).click();
      await heading(texts.access.masking).waitFor();
      await look('access');
      await tab(compliance.tabs.cards).click();
      await button(texts.cards.scan).click();
      await page.getByText(texts.cards.hits(0)).first().waitFor();
      await look('card numbers');

      const { devices } = texts;
      await place(texts.app.devices);
      await heading(devices.title).waitFor();
      await look('devices, without a store');
      await button(devices.connect).click();
      await dialog.getByText(devices.more, { exact: true }).click();
      await button(devices.testAndConnect).click();
      await look('connect a store, with what is missing');
      await page.keyboard.press('Escape');

      const { settings, unlock } = texts;
      await place(texts.app.settings);
      await heading(settings.title).waitFor();
      await Authenticator.plugIn(page);
      await button(settings.addPasskey).click();
      await dialog.waitFor();
      await look('add a passkey');
      await button(settings.makePasskey).click();
      await dialog.waitFor({ state: 'hidden' });
      await look('settings');
      await button(settings.removePasskey(settings.passkeyName)).click();
      await dialog.waitFor();
      await look('remove a passkey');
      await page.keyboard.press('Escape');
      await button(settings.changePassphrase).click();
      await dialog.waitFor();
      await look('change passphrase');
      await page.keyboard.press('Escape');

      await button(texts.app.lock).click();
      await heading(unlock.title).waitFor();
      await look('unlock');
      await field(unlock.passphrase).fill('these are not the right words');
      await button(unlock.submit).click();
      await page.getByRole('alert').waitFor();
      await look('unlock, after a wrong passphrase');
      await button(unlock.useRecoveryKey).click();
      await look('unlock by the recovery key');

      expect(inspector.findings).toEqual([]);
    });
  });
}

/** A finger's size, in pixels. */
const SMALLEST_TARGET = 44;

class Inspector {
  readonly findings: string[] = [];
  readonly #page: Page;
  readonly #looks: readonly Look[];
  #hasAxe = false;

  constructor(page: Page, looks: readonly Look[]) {
    this.#page = page;
    this.#looks = looks;
  }

  /** Leaves the page in landscape. */
  async look(screen: string): Promise<void> {
    for (const { size, colorScheme } of this.#looks) {
      await this.#page.setViewportSize(size);
      await this.#page.emulateMedia({ colorScheme });
      await this.#untilDrawn();
      const misfits = await this.#page.evaluate(misfitsIn, SMALLEST_TARGET);
      const found = [...misfits, ...(await this.#violations())];
      const where = `${screen}, ${size.width} wide, ${colorScheme}`;
      this.findings.push(...found.map((finding) => `${where}: ${finding}`));
    }
    await this.#page.setViewportSize(landscape);
  }

  async #violations(): Promise<string[]> {
    // The page is never reloaded: what was brought into it once is still there.
    const axeSource = this.#hasAxe ? { axeSource: 'void 0' } : {};
    this.#hasAxe = true;
    const { violations } = await new AxeBuilder({ page: this.#page, ...axeSource })
      .setLegacyMode()
      .options({ resultTypes: ['violations'] })
      .analyze();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary = '' }) => {
        return `${id} at ${target.join(' ')}: ${failureSummary.replaceAll(/\s+/g, ' ')}`;
      }),
    );
  }

  async #untilDrawn(): Promise<void> {
    await this.#page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
        }),
    );
  }
}
