import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';
import { backupFile, csvFile } from './pages/files.ts';
import { team } from './teams.ts';

const CARD = '4111 1111 1111 1111';
const MASKED = 'Visa •••• 1111';

test('the audit log tells what was done, is whole, and is checked by a shell', async ({
  page,
  holdfast,
}) => {
  await holdfast.create(team);
  await holdfast.lock();
  await holdfast.locked.unlock('these are not the right words');
  await expect(page.getByRole('alert')).toBeVisible();
  await holdfast.unlock(team.passphrase);
  await holdfast.customers.add({ Name: 'Bea Lund' });
  await holdfast.customer.logInteraction({ notes: 'Talked about moorings' });

  await holdfast.go('Compliance');
  const { compliance } = holdfast;
  await compliance.tab('Audit log');
  for (const act of ['Failed to unlock', 'Locked', 'Viewed', 'Read the log']) {
    await expect(compliance.event(act).first()).toBeVisible();
  }
  await expect(compliance.event('Created').filter({ hasText: 'Bea Lund' })).toHaveCount(2);
  await compliance.filterBy('Locked');
  await expect(compliance.events).toHaveCount(1);
  await compliance.filterBy('Any');
  expect(await compliance.verify()).toMatch(/^The log is whole: \d+ events of 1 device\.$/);

  const chain = await compliance.export('Chain for checking');
  expect(chain.name).toBe('audit-chain.tsv');
  expect(chain.bytes.toString()).not.toContain('Bea');
  expect(checkInShell(chain.bytes)).toBe('');
  const altered = chain.bytes.toString().replace('"act":"viewed"', '"act":"locked"');
  expect(checkInShell(Buffer.from(altered))).toContain('broken');

  const table = await compliance.export('CSV');
  expect(table.bytes.toString()).toContain('Failed to unlock');
  await expect(compliance.event('Exported the log').first()).toBeHidden();
});

test('card numbers give way to their last digits on every way in, and codes are refused', async ({
  page,
  holdfast,
}) => {
  await holdfast.create(team);
  await holdfast.customers.add({ Name: 'Cleo Marsh', Notes: `Pays by ${CARD}` });
  await expect(page.getByText('Card number replaced by its last four digits.')).toBeVisible();
  await expect(page.getByText(`Pays by ${MASKED}`)).toBeVisible();
  await expect(page.getByText(CARD)).toHaveCount(0);

  await holdfast.customer.startEdit();
  await holdfast.customer.field('Notes').fill('CVV 123');
  await holdfast.customer.save.click();
  await expect(page.getByText('may never be kept')).toBeVisible();
  await holdfast.customer.field('Notes').fill('Pays in cash');
  await holdfast.customer.save.click();
  await expect(holdfast.customer.save).toBeHidden();

  await holdfast.go('Customers');
  const list = `Name,Notes\nDov Reed,Card ${CARD}\nEli Sand,cvc 123\nFay Tide,nothing\n`;
  await holdfast.importing.choose(csvFile('cards.csv', list));
  await holdfast.importing.start(3);
  await holdfast.importing.expectDone(3);
  const { dialog } = holdfast.importing;
  await expect(dialog.getByText('Card number replaced by its last four digits.')).toBeVisible();
  await page.getByRole('button', { name: 'Done', exact: true }).click();

  await page.getByRole('button', { name: 'Export list' }).click();
  const exporting = page.getByRole('dialog', { name: 'Export customers' });
  await expect(exporting.getByText('Financial: ')).toBeHidden();
  await exporting.getByLabel('Format').selectOption('jsonl');
  await expect(exporting.getByText('Financial: ')).toBeVisible();
  await page.keyboard.press('Escape');
  const file = await holdfast.customers.exportAs('csv');
  expect(file.bytes.toString()).toContain(MASKED);
  expect(file.bytes.toString()).not.toContain('4111');

  await holdfast.go('Compliance');
  await holdfast.compliance.tab('Card numbers');
  await page.getByRole('button', { name: 'Scan now' }).click();
  await expect(page.getByText('No card number found').first()).toBeVisible();
});

test('the checks show what holds, what fails and what nobody checked, with evidence and what mends it', async ({
  page,
  holdfast,
}) => {
  await holdfast.create(team);
  await holdfast.customers.add({ Name: 'Gil Moor' });
  await holdfast.go('Customers');
  await holdfast.customers.add({ Name: 'Hal Reed' });
  await holdfast.go('Compliance');
  const { compliance } = holdfast;
  await expect(page.getByText('The checks have not run yet')).toBeVisible();
  await compliance.runChecks();

  await expect(compliance.control('G5')).toContainText('Holds');
  const encryption = await compliance.unfold('G5');
  await expect(encryption.getByText('Looked through: journal')).toBeVisible();
  await expect(compliance.control('P16')).toContainText('Holds');
  const scripts = await compliance.unfold('P16');
  await expect(scripts.getByText("found 'self'")).toBeVisible();
  await expect(compliance.control('G10')).toContainText('Not checked');
  const requests = await compliance.unfold('G10');
  await expect(requests.getByText('Nobody could tell: the register of requests')).toBeVisible();
  await expect(compliance.control('H19')).toContainText('Proposed');
  await expect(compliance.control('G22')).toContainText('Fails');
  const restoring = await compliance.unfold('G22');
  await restoring.getByRole('link', { name: 'Go to backups' }).click();
  const backup = await holdfast.backups.backUp();
  await holdfast.backups.verify(backupFile(backup));
  await holdfast.backups.expectGood(2);

  await holdfast.go('Compliance');
  await compliance.runChecks();
  await expect(compliance.control('G22')).toContainText('Holds');
  await compliance.show('What changed');
  await expect(compliance.control('G22')).toContainText('Failed before');
  await expect(compliance.control('G5')).toBeHidden();
  await compliance.show('Everything');

  const attested = await compliance.unfold('H18');
  await attested.getByRole('button', { name: 'Attest' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Say what is in place.')).toBeVisible();
  await page.getByLabel('Statement').fill('Agreements with both hosts, in the safe');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('H18 is attested')).toBeVisible();
  await compliance.runChecks();
  await expect(compliance.control('H18')).toContainText('Holds');

  const results = await compliance.export('OSCAL assessment results');
  expect(results.name).toMatch(/^assessment-results-\d{4}-\d\d-\d\d\.json$/);
  expect(Object.keys(JSON.parse(results.bytes.toString()) as object)).toEqual([
    'assessment-results',
  ]);
  const table = await compliance.export('CSV');
  expect(table.bytes.toString()).toContain('GDPR,G5,Encryption at rest');
  const report = await compliance.export('Report to print');
  const printed = await page.context().newPage();
  await printed.setContent(report.bytes.toString());
  await expect(printed.getByRole('heading', { name: /^HIPAA 1\.0\.0$/ })).toBeVisible();
  await printed.close();

  await compliance.tab('Audit log');
  await expect(compliance.event('Ran the checks').first()).toBeVisible();
  await expect(compliance.event('Attested a control').first()).toBeVisible();
});

test('a newer policy pack is shown as a difference, accepted from a trusted publisher alone, and leaves tasks', async ({
  page,
  holdfast,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-policies-'));
  const shipped = readFileSync(
    join(import.meta.dirname, '../../public/policies/ccpa.json'),
    'utf8',
  );
  const signed = (name: string, change: (text: string) => string) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, change(shipped));
    execFileSync('npm', ['run', '--silent', 'policies:sign', '--', join(folder, 'key'), file]);
    return join(folder, `${name}.signed.json`);
  };
  try {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
    const newer = signed('newer', (text) =>
      text.replaceAll('"version": "1.0.0"', '"version": "1.1.0"').replace('"45"', '"40"'),
    );
    const same = signed('same', (text) => text);
    const altered = join(folder, 'altered.json');
    writeFileSync(altered, readFileSync(newer, 'utf8').replace('Know, delete', 'Sell, share'));

    await holdfast.create(team);
    await holdfast.go('Compliance');
    const { compliance } = holdfast;
    await compliance.tab('Policies');
    await compliance.regulation('PCI DSS 4.0.1').uncheck();
    await expect(page.getByText('The policy is changed')).toBeVisible();

    await compliance.choosePolicy(altered);
    await expect(page.getByText('The signature does not fit')).toBeVisible();
    await compliance.choosePolicy(same);
    await expect(page.getByText('Version 1.0.0 is not newer than version 1.0.0')).toBeVisible();
    await compliance.choosePolicy(join(folder, 'key.pub'));
    await expect(page.getByText('This is no policy file.')).toBeVisible();
    await compliance.choosePolicy(join(folder, 'newer.json'));
    await expect(page.getByText('Nobody has signed this policy file.')).toBeVisible();

    await compliance.choosePolicy(newer);
    const dialog = page.getByRole('dialog', { name: 'CCPA / CPRA, version 1.1.0' });
    await expect(dialog.getByText('45 becomes 40')).toBeVisible();
    await dialog.getByRole('button', { name: 'Accept', exact: true }).click();
    await expect(dialog.getByText('Compare the fingerprint first.')).toBeVisible();
    await dialog.getByRole('checkbox', { name: 'I trust this publisher' }).check();
    await dialog.getByRole('button', { name: 'Accept', exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByText('CCPA / CPRA is accepted. The checks ran anew.')).toBeVisible();
    await expect(page.getByRole('list', { name: 'Publishers' })).toContainText('SHA256:');
    const tasks = page.getByRole('list', { name: 'To do after a change' });
    await expect(tasks.getByText('C1 Know, delete, correct, limit')).toBeVisible();

    const third = signed('third', (text) =>
      text
        .replaceAll('"version": "1.0.0"', '"version": "1.2.0"')
        .replace('"45"', '"40"')
        .replace('"medium"', '"high"'),
    );
    await compliance.choosePolicy(third);
    const again = page.getByRole('dialog', { name: 'CCPA / CPRA, version 1.2.0' });
    await expect(again.getByText('severity, effective 14 Aug 2020')).toBeVisible();
    await expect(again.getByText('severity:')).toContainText('High');
    await again.getByRole('button', { name: 'Accept', exact: true }).click();
    await expect(again).toBeHidden();
    await expect(tasks.getByText('C3 Requests kept 24 months')).toBeVisible();
    const done = tasks.getByRole('button', { name: 'Done' });
    await expect(done).toHaveCount(2);
    await done.first().click();
    await expect(done).toHaveCount(1);
    await done.click();
    await expect(tasks).toBeHidden();

    await compliance.tab('Checks');
    await expect(page.getByRole('heading', { name: 'PCI DSS 4.0.1' })).toBeHidden();
    await expect(page.getByText('Version 1.2.0')).toBeVisible();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The command of compliance/FORMAT.md. */
function checkInShell(chain: Buffer): string {
  const format = readFileSync(join(import.meta.dirname, '../../src/compliance/FORMAT.md'), 'utf8');
  const command = /```sh\n([^`]+)```/.exec(format)?.[1] ?? 'echo broken';
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-log-'));
  try {
    writeFileSync(join(folder, 'audit-chain.tsv'), chain);
    return execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
