// What script adds, and what it costs.
import { flaws } from '../lib/access';
import { expect, test } from '../lib/test';
import { leads } from '../lib/steps';
import { register, writeRisk } from '../lib/system';

test('search and palette by keyboard', async ({ open }) => {
  const page = await open('samuel');
  await page.goto('/work');
  await expect(async () => {
    await page.keyboard.press('/');
    await expect(page.locator('#bar-q')).toBeFocused({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await page.keyboard.type('Loan default');
  await leads(page, () => page.keyboard.press('Enter'));
  await expect(page.locator('main').getByRole('link', { name: 'Loan default scoring' })).toBeVisible();

  const palette = page.locator('dialog.palette');
  await expect(async () => {
    await page.keyboard.press('Control+k');
    await expect(palette).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await page.keyboard.type('ris');
  await expect(palette.getByRole('option').first()).toHaveText('Risks');
  expect(await flaws(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('com');
  await expect(palette.getByRole('option').first()).toHaveText('Committee');
  await leads(page, () => page.keyboard.press('Enter'));
  await expect(page).toHaveURL(/\/committee$/);

  // What the register has for the words stands in the palette too.
  await expect(async () => {
    await page.keyboard.press('Control+k');
    await expect(palette).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await page.keyboard.type('Loan default');
  await expect(palette.getByRole('option', { name: 'Loan default scoring' }).first()).toBeVisible();
  await leads(page, () => page.keyboard.press('Enter'));
  await expect(page.locator('h1')).toHaveText('Loan default scoring');
});

test('a rating shows its level while it is chosen', async ({ open }) => {
  const page = await open('maya');
  const system = await register(page, `Rated ${Date.now()}`);
  const risk = await writeRisk(page, system, 'To be rated');
  await page.goto(`/risks/${risk}/rate`);
  const residual = page.locator('fieldset.rate-card', { hasText: 'With the mitigations that are in place' });
  await residual.getByLabel('Likelihood').selectOption('5');
  await residual.getByLabel('Impact').selectOption('5');
  await expect(residual.locator('output')).toHaveText(/^Critical, above appetite$/);
  await residual.getByLabel('Impact').selectOption('1');
  await expect(residual.locator('output')).toHaveText(/^Medium$/);
  await expect(residual.locator('output')).toHaveAttribute('data-level', /./);
});

test('an upload shows how far it is', async ({ open }) => {
  const page = await open('maya');
  const system = await register(page, `Uploaded ${Date.now()}`);
  await page.goto(`/systems/${system}/evidence/new`);
  await expect(page.locator('.upload[data-ready]')).toBeVisible();
  await page.getByLabel('What it shows').selectOption('test');
  await page.getByLabel('Date that it speaks of').fill('2026-01-15');
  const buffer = Buffer.alloc(3_000_000, 'measured, ');
  await page.getByLabel('File', { exact: true }).setInputFiles({ name: 'measured.txt', mimeType: 'text/plain', buffer });
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 1_500_000 });
  await page.getByRole('button', { name: 'Save and continue' }).click();
  await expect(page.locator('.upload-progress')).toBeVisible();
  await expect(page.locator('.upload-progress [role="status"]')).toHaveText(/^[1-9]\d? % sent|Checking/);
  await expect(page).toHaveURL(new RegExp(`/systems/${system}/evidence`));
  await expect(page.locator('main tbody')).toContainText('measured.txt');
});

test('times stand in the reader’s zone, and say it; without script in UTC', async ({ open }) => {
  const seen: Record<string, string[]> = {};
  for (const [zone, javaScriptEnabled, said] of [
    ['UTC', true, 'Times are in UTC'],
    ['America/New_York', true, 'Times are in E[SD]T \\(America/New_York\\)'],
    ['Asia/Kathmandu', true, 'Times are in GMT\\+5:45 \\(Asia/Kath?mandu\\)'],
    ['Asia/Kathmandu', false, 'Times are in UTC'],
  ] as const) {
    const page = await open('maya', { timezoneId: zone, javaScriptEnabled });
    await page.goto('/mitigations');
    await page.goto(new URL((await page.locator('main a[href^="/mitigations/M-"]').first().getAttribute('href')) ?? '', page.url()).href + '/history');
    await expect(page.locator('footer')).toContainText(new RegExp(said));
    const times = page.locator('main time[datetime$="Z"]');
    for (const time of await times.all()) {
      const at = new Date((await time.getAttribute('datetime')) ?? '');
      const shown = javaScriptEnabled ? zone : 'UTC';
      const parts = new Intl.DateTimeFormat('en-US', {
        timeZone: shown, day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short',
      }).formatToParts(at);
      const part = (type: string) => parts.find((p) => p.type === type)?.value ?? '';
      await expect(time).toHaveText(
        `${part('day')} ${part('month')} ${part('year')}, ${part('hour')}:${part('minute')} ${part('timeZoneName')}`,
      );
    }
    expect(await times.count()).toBeGreaterThan(0);
    // A day on which something is due is the same everywhere.
    await page.goto('/mitigations');
    const key = `${zone} ${javaScriptEnabled}`;
    seen[key] = await page.locator('main tbody time:not([datetime$="Z"])').allInnerTexts();
    expect(seen[key].length).toBeGreaterThan(0);
    expect(seen[key]).toEqual(seen['UTC true']);
  }
});

test('names like the one that is typed are shown', async ({ open }) => {
  const page = await open('maya');
  await page.goto('/systems/new');
  const name = page.getByLabel('Name', { exact: true });
  await expect(async () => {
    await name.fill('');
    await name.pressSequentially('Loan default scorin');
    await expect(page.locator('main')).toContainText('AIS-', { timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
});

test('nobody is sent a script before signing in', async ({ open }) => {
  const page = await open(null);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto('/sign-in', { waitUntil: 'networkidle' });
  expect(asked.filter((path) => /\.(js|wasm)$/.test(path))).toEqual([]);
  await expect(page.locator('script')).toHaveCount(0);
});

const LIMIT = 250 * 1024;
test('a first visit costs at most 250 KB', async ({ open }) => {
  for (const [person, path] of [
    [null, '/sign-in'],
    ['maya', '/work'],
    ['maya', '/systems/new'],
    ['samuel', '/committee'],
    ['eleanor', '/reports'],
    ['eleanor', '/systems'],
    ['eleanor', '/risks'],
    ['felix', '/audit'],
  ] as const) {
    const page = await open(person);
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    let bytes = 0;
    network.on('Network.loadingFinished', (event) => (bytes += event.encodedDataLength));
    await page.goto(path, { waitUntil: 'networkidle' });
    expect.soft(bytes, `${path} for ${person}`).toBeLessThanOrEqual(LIMIT);
    expect(bytes).toBeGreaterThan(1_000);
    await page.context().close();
  }
});
