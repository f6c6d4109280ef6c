// From a result file to the scorecard, the report and the gate; and what the committee sees of a failing criterion.
import { flaws } from '../lib/access';
import { leads, Steps } from '../lib/steps';
import { register, writeRisk } from '../lib/system';
import { expect, test } from '../lib/test';

/** As lm-evaluation-harness writes it. */
const run = (right: number, mark: string) =>
  JSON.stringify({
    results: { letters: { alias: mark, 'acc,none': right, 'acc_stderr,none': Math.sqrt((right * (1 - right)) / 999) } },
    group_subtasks: { letters: [] }, configs: { letters: { task: 'letters' } }, versions: { letters: 1 },
    'n-shot': { letters: 0 }, higher_is_better: { letters: { acc: true } },
    'n-samples': { letters: { original: 1000, effective: 1000 } },
    config: { model: 'dummy', model_args: '', limit: null }, model_name: 'sorter-1', total_evaluation_time_seconds: '1.5',
  });

for (const script of [true, false]) {
  test(`a result is held against a criterion, ${script ? 'with script' : 'without script'}`, async ({ open }) => {
    const page = await open('maya', { javaScriptEnabled: script });
    const steps = new Steps(page);
    const system = await register(page, `Measured ${script} ${Date.now()}`);
    const risk = await writeRisk(page, system, 'Letters go astray');
    await page.goto(`/risks/${risk}/rate`);
    const scorecard = `/systems/${system}/scorecard`;

    await page.goto(scorecard);
    await expect(page.locator('.empty-title')).toHaveText('No criteria yet');
    await steps.follow('Add a criterion');
    await page.getByLabel('Metric').selectOption('accuracy');
    // A limit that says nothing is refused, and nothing typed is lost.
    await page.getByLabel('The limit').fill('quite good');
    await leads(page, () => page.getByRole('button', { name: 'Add the criterion' }).click());
    await expect(page.locator('#f-fail-error, .field-error').first()).toContainText('Enter a number');
    await expect(page.getByLabel('Metric')).toHaveValue('accuracy');
    await page.getByLabel('The limit').fill('90 %');
    await page.getByLabel('Fewest samples').fill('500');
    await leads(page, () => page.getByRole('button', { name: 'Add the criterion' }).click());
    await expect(page.locator('main tbody th a')).toHaveText('Accuracy at least 90 %, of at least 500 samples');
    await expect(page.locator('main tbody .badge')).toHaveText('Not measured');

    const upload = async (right: number, name: string) => {
      await page.goto(`/systems/${system}/evidence/new`);
      await page.getByLabel('What it shows').selectOption('evaluation');
      await page.getByLabel('Date that it speaks of').fill('2026-01-15');
      const buffer = Buffer.from(run(right, system));
      await page.getByLabel('File', { exact: true }).setInputFiles({ name, mimeType: 'application/json', buffer });
      await leads(page, () => page.getByRole('button', { name: 'Save and continue' }).click());
    };
    await upload(0.62, 'first.json');
    await page.goto(scorecard);
    const row = page.locator('main tbody tr');
    await expect(row).toContainText('Fail');
    await expect(row).toContainText('62 %');
    await expect(row).toContainText('1,000');
    if (script) expect(await flaws(page)).toEqual([]);

    // The same file again is the same piece of evidence.
    await upload(0.62, 'again.json');
    await page.goto(`/systems/${system}/evidence`);
    await expect(page.locator('main tbody tr')).toHaveCount(1);

    await upload(0.97, 'second.json');
    await page.goto(`/systems/${system}/compare`);
    await page.getByLabel('From', { exact: true }).selectOption({ index: 2 });
    await page.getByLabel('To', { exact: true }).selectOption({ index: 1 });
    await leads(page, () => page.getByRole('button', { name: 'Compare' }).click());
    await expect(page.locator('main tbody')).toContainText(/Better|Worse/);

    await page.goto(`/systems/${system}/tevv`);
    await expect(page.locator('main')).toContainText('What was not tested');
    await expect(page.locator('main')).toContainText('sorter-1');
    for (const [end, type] of [['md', 'text/markdown'], ['pdf', 'application/pdf']]) {
      const file = await page.request.get(`/systems/${system}/tevv.${end}`);
      expect(file.headers()['content-type']).toContain(type);
      expect(file.headers()['content-disposition']).toContain(`${system}-tevv.${end}`);
      const again = await page.request.get(`/systems/${system}/tevv.${end}`);
      expect(await again.body()).toEqual(await file.body());
    }

    await page.goto(`/systems/${system}/gate`);
    await expect(page.locator('.callout-title').first()).toHaveText('The gate is shut');
    await expect(page.locator('main')).toContainText(`countersign gate ${system}`);
  });
}

test('the committee sees a criterion that fails', async ({ open }) => {
  const page = await open('samuel');
  await page.goto('/committee');
  const links = await page.locator('#queue tbody th a[href^="/reviews/RV-"]').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).pathname));
  let told = 0;
  for (const link of links) {
    await page.goto(link);
    const part = page.locator('section', { has: page.locator('h2', { hasText: 'Criteria, and what the evidence says' }) });
    told += await part.locator('.criteria .badge').count();
    const first = part.locator('.criteria .badge').first();
    const bad = part.locator('.criteria .badge', { hasText: /^(Fail|Out of date|Not measured|Warning)$/ });
    // What falls short stands on top.
    if (await bad.count()) await expect(first).not.toHaveText('Pass');
  }
  expect(told).toBeGreaterThan(0);
});
