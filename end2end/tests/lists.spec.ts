// Lists taken away as files, changed many rows at once, and kept as views: with script and without.
import { readFileSync } from 'node:fs';
import { flaws } from '../lib/access';
import { leads } from '../lib/steps';
import { register, writeRisk } from '../lib/system';
import { expect, test } from '../lib/test';

for (const script of [true, false]) {
  const how = script ? 'with script' : 'without script';

  test(`a list goes out as CSV and as a workbook, ${how}`, async ({ open }) => {
    const page = await open('maya', { javaScriptEnabled: script });
    await page.goto('/risks?sort=ref');
    await page.locator('summary', { hasText: 'Export' }).click();
    for (const [name, start] of [['CSV', '\u{feff}Reference,Risk,System'], ['XLSX', 'PK']] as const) {
      const coming = page.waitForEvent('download');
      await page.getByRole('link', { name: new RegExp(`^${name}`) }).click();
      const file = await coming;
      expect(file.suggestedFilename()).toMatch(new RegExp(`^risks-\\d{4}-\\d\\d-\\d\\d\\.${name.toLowerCase()}$`));
      expect(readFileSync(await file.path(), 'utf8').startsWith(start)).toBe(true);
    }
  });

  test(`many risks change at once, ${how}`, async ({ open }) => {
    const page = await open('maya', { javaScriptEnabled: script });
    const system = await register(page, `Bulk ${script} ${Date.now()}`);
    await writeRisk(page, system, 'First of two');
    await writeRisk(page, system, 'Second of two');
    await page.goto(`/risks?system=${system}`);
    const bar = page.getByRole('group', { name: 'Change the ticked rows' });
    await expect(bar).toBeHidden();
    // One step ticks every row of the page.
    await leads(page, () => page.getByRole('link', { name: 'All: tick every row of this page' }).click());
    await expect(bar).toBeVisible();
    if (script) expect(await flaws(page)).toEqual([]);
    await bar.getByLabel('New status').selectOption('accepted');
    await leads(page, () => bar.getByRole('button', { name: 'Preview the change' }).click());
    await expect(page.locator('.page-lead')).toHaveText('2 risks would change. Nothing has changed yet.');
    if (script) expect(await flaws(page)).toEqual([]);
    await leads(page, () => page.getByRole('button', { name: 'Change 2 risks' }).click());
    await expect(page.locator('.error-summary')).toContainText('Say why');
    await page.getByLabel('Why').fill('Board of March');
    await leads(page, () => page.getByRole('button', { name: 'Change 2 risks' }).click());
    await expect(page).toHaveURL(new RegExp(`/risks\\?system=${system}&notice=bulk-changed$`));
    await expect(page.locator('tbody').getByText('Accepted')).toHaveCount(2);
  });

  test(`a view is saved, sent and deleted, ${how}`, async ({ open }) => {
    const page = await open('maya', { javaScriptEnabled: script });
    const name = `Late ones ${script} ${Date.now()}`;
    await page.goto('/mitigations?due=overdue');
    await page.locator('summary', { hasText: 'Save this view' }).click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Show it to everybody').check();
    await leads(page, () => page.getByRole('button', { name: 'Save', exact: true }).click());
    await expect(page.getByRole('link', { name: new RegExp(`^${name}`) })).toHaveAttribute('aria-current', 'page');
    const other = await open('samuel', { javaScriptEnabled: script });
    await other.goto('/mitigations');
    await leads(other, () => other.getByRole('link', { name: new RegExp(`^${name}`) }).click());
    await expect(other).toHaveURL(/\/mitigations\?due=overdue$/);
    await leads(page, () => page.getByRole('button', { name: 'Delete this view' }).click());
    await expect(page.getByRole('link', { name: new RegExp(`^${name}`) })).toHaveCount(0);
  });
}

test('rows are reached and ticked by single keys', async ({ open }) => {
  const page = await open('maya');
  await page.goto('/risks?sort=ref');
  const rows = page.locator('main table > tbody > tr');
  // From nowhere J leads to the first row, however often a slow machine needs it pressed.
  await expect(async () => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press('j');
    await expect(rows.nth(0).locator('a').first()).toBeFocused({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await page.keyboard.press('j');
  await expect(rows.nth(1).locator('a').first()).toBeFocused();
  await page.keyboard.press('x');
  await expect(rows.nth(1).locator('input[name=pick]')).toBeChecked();
  await expect(page.getByRole('group', { name: 'Change the ticked rows' })).toBeVisible();
  await page.keyboard.press('k');
  await expect(rows.nth(0).locator('a').first()).toBeFocused();
  // Switched off, they are letters again.
  await page.keyboard.press('Control+k');
  await page.locator('dialog.palette').getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await expect(page.locator('input[name=pick]:checked')).toHaveCount(1);
});
