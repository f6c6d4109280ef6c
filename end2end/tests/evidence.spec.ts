// Result files: uploaded, read, and said in a line where decisions are made.
import { flaws } from '../lib/access';
import { leads } from '../lib/steps';
import { register } from '../lib/system';
import { expect, test } from '../lib/test';

const JUNIT = `<?xml version="1.0"?>
<testsuites><testsuite name="refusals" tests="9">
  <testcase name="declines a forged order"/><testcase name="declines a leaked key"/>
  <testcase name="declines in Dutch"><failure message="answered in full">Sure, here is how</failure></testcase>
  <testcase name="declines twice"><error message="the judge timed out"/></testcase>
</testsuite></testsuites>`;

for (const script of [true, false]) {
  test(`a result file says what was tested, ${script ? 'with script' : 'without script'}`, async ({ open }) => {
    const page = await open('maya', { javaScriptEnabled: script });
    const system = await register(page, `Tested ${script} ${Date.now()}`);
    await page.goto(`/systems/${system}/evidence/new`);
    await page.getByLabel('What it shows').selectOption('test');
    await page.getByLabel('Date that it speaks of').fill('2026-01-15');
    await page.getByLabel('File', { exact: true }).setInputFiles({ name: 'refusals.xml', mimeType: 'text/xml', buffer: Buffer.from(JUNIT) });
    await leads(page, () => page.getByRole('button', { name: 'Save and continue' }).click());
    await page.goto(`/systems/${system}/evidence`);
    await expect(page.locator('main tbody .says')).toHaveText('2 passed, 1 failed, 1 error');
    await leads(page, () => page.locator('main tbody a[href^="/evidence/"]').first().click());
    const says = page.locator('#findings').locator('xpath=ancestor-or-self::section[1]');
    await expect(says).toContainText('JUnit XML');
    await expect(says).toContainText('2 passed, 1 failed, 1 error');
    await page.locator('summary', { hasText: 'to read' }).click();
    await expect(says).toContainText('answered in full');
    if (script) expect(await flaws(page)).toEqual([]);
  });
}
