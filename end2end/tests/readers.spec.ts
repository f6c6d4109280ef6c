// Executive, auditor, administrator, contributor: what each reads and may do, and what they may not.
import type { Page } from '@playwright/test';
import { expect, test } from '../lib/test';
import { base, PASSWORD } from '../lib/people';
import { leads, QUESTIONS, Steps } from '../lib/steps';
import { addContributor, register, writeRisk } from '../lib/system';

/** A page of the site's own, asked for by the same person. */
async function get(page: Page, path: string): Promise<string> {
  const answer = await page.request.get(path);
  expect(answer.status(), path).toBe(200);
  return answer.text();
}

/** Sends a form as the site's own pages do, without having been shown it. */
async function post(page: Page, path: string, form: Record<string, string>): Promise<number> {
  const headers = { origin: base(), 'sec-fetch-site': 'same-origin' };
  const answer = await page.request.post(path, { form, headers, maxRedirects: 0 });
  expect(await answer.text(), 'refused for what it is, not for where it came from').not.toContain('own pages');
  return answer.status();
}

const number = (text: string) => Number(text.replace(/[^\d]/g, ''));

/** How many rows a list says or shows that it holds. */
async function rows(page: Page, path: string): Promise<number> {
  const html = await get(page, path);
  const pager = /class="pager"[^>]*>\s*<span class="muted">(?:[\d,]+ of )?([\d,]+) /.exec(html);
  if (pager) return number(pager[1]);
  // The queue counts nothing: its rows are those of its first table.
  const queue = /id="queue"[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/.exec(html);
  return queue ? queue[1].split('<tr').length - 1 : 0;
}

test('every number of the portfolio leads to as many rows', async ({ open }) => {
  const page = await open('eleanor');
  await page.goto('/reports');
  const units = await page.locator('select[name="unit"] option').evaluateAll((options) =>
    options.map((o) => ({ value: (o as HTMLOptionElement).value, label: o.textContent })),
  );
  // Units in which no other test writes; all numbers of a page are then of one moment.
  for (const name of ['Retail Banking', 'Customer Service']) {
    const unit = units.find((u) => u.label === name);
    await page.goto(`/reports?unit=${unit?.value}`);
    const links = await page.locator('.stats a, .heatmap td a, td.num a').evaluateAll((all) =>
      all.map((a) => ({
        path: a.getAttribute('href') ?? '',
        text: (a.querySelector('.stat-value, b.num') ?? a).textContent ?? '',
      })),
    );
    expect(links.length).toBeGreaterThan(15);
    for (const { path, text } of links) expect.soft(await rows(page, path), path).toBe(number(text));
  }
});

test('the executive gets from a cell of the heat map to a risk in two clicks', async ({ open }) => {
  const page = await open('eleanor');
  await page.goto('/reports');
  // A unit in which no other test moves a risk.
  await page.getByLabel('Business unit').selectOption('Retail Banking');
  await leads(page, () => page.getByRole('button', { name: 'Apply' }).click());
  await leads(page, () => page.locator('.heatmap td a').first().click());
  await leads(page, () => page.locator('main tbody a[href^="/risks/R-"]').first().click());
  await expect(page.locator('main')).toContainText('Residual');
  await expect(page.locator('main form[method="post"]')).toHaveCount(0);
});

test('the auditor reads and proves everything, and writes nothing', async ({ open }) => {
  const page = await open('felix');
  const steps = new Steps(page);
  await page.goto('/audit');
  await expect(page.locator('tr[id^="event-"]').first()).toBeVisible();
  await page.locator('select[name="action"]').selectOption({ index: 3 });
  const action = await page.locator('select[name="action"]').inputValue();
  await steps.press('Apply');
  const kinds = await page.locator('tr[id^="event-"] td:nth-child(4) > .cell-sub').allInnerTexts();
  expect(kinds.length).toBeGreaterThan(0);
  expect(new Set(kinds)).toEqual(new Set([action]));

  await steps.follow('Verify the chain');
  await steps.press('Verify the whole chain');
  await steps.says('The chain holds');
  await steps.says(/\d events checked/);

  await page.goto('/systems?status=approved');
  const system = new URL((await page.locator('main tbody a[href^="/systems/AIS-"]').first().getAttribute('href')) ?? '', base()).pathname;
  await page.goto(`${system}/risks`);
  const risk = (await page.locator('main tbody a[href^="/risks/R-"]').first().getAttribute('href')) ?? '';
  await page.goto('/committee');
  const review = (await page.locator('#queue tbody a[href^="/reviews/RV-"]').first().getAttribute('href')) ?? '';
  const decision = (await page.locator('#decided tbody a[href^="/decisions/D-"]').first().getAttribute('href')) ?? '';
  const pages = ['', '/triage', '/map', '/risks', '/mitigations', '/evidence', '/reviews', '/people', '/history'];
  for (const path of [...pages.map((p) => system + p), risk, review, decision]) {
    await page.goto(path);
    await expect(page.locator('main h1')).toBeVisible();
    await expect(page.locator('main form[method="post"]'), `forms on ${path}`).toHaveCount(0);
  }
  const once = crypto.randomUUID();
  const answers = Object.fromEntries(QUESTIONS.map((question) => [question, 'no']));
  const texts = { title: 'Another title', cause: 'a', event: 'b', consequence: 'c', characteristic: 'safe' };
  const refused = [
    await post(page, `${system}/triage`, { ...answers, once }),
    await post(page, `${system}/submit`, { declared: 'yes', once }),
    await post(page, `${risk}/edit`, { ...texts, version: '1', once }),
    await post(page, `${review}/recuse`, { reason: 'None of mine', once }),
    await post(page, `${review}/open`, {}),
    await post(page, `${decision}/revoke`, { reason: 'x', confirm: decision.split('/')[2], password: PASSWORD, once }),
    await post(page, '/admin/units', { name: 'Another unit', once }),
    await post(page, '/systems/new', { name: 'Mine', once }),
  ];
  for (const status of refused) expect([403, 404]).toContain(status);
  await page.goto(risk);
  await expect(page.locator('main')).not.toContainText('Another title');
});

test('an administrator invites, gives roles and takes access away at once', async ({ open }) => {
  const noor = await open('noor');
  const steps = new Steps(noor);
  const name = `Ola Newcomer ${Date.now()}`;
  const address = `ola${Date.now()}@halden.example`;
  const password = 'seven quiet lanterns downhill';
  await noor.goto('/admin/people');
  await steps.follow('Invite somebody');
  await steps.type('Name', name);
  await steps.type('E-mail address', address);
  await noor.locator('input[name="roles"][value="owner"]').check();
  await steps.press('Make the link');
  const link = new URL((await noor.locator('.one-time-link').innerText()).trim()).pathname;
  await steps.follow('Open their page');
  const person = new URL(noor.url()).pathname;

  const ola = await open(null);
  const joining = new Steps(ola);
  await ola.goto(link);
  await joining.type('Password', password);
  await joining.type('Password again', password);
  await joining.press('Join');
  await expect(ola.getByRole('link', { name: 'Register a system' }).first()).toBeVisible();
  const again = await open(null);
  await again.goto(link);
  await expect(again.locator('main')).toContainText('This link does not work');

  // Other roles: the session ends, the next one has them.
  await noor.goto(person);
  await noor.locator('input[name="roles"][value="owner"]').uncheck();
  await noor.locator('input[name="roles"][value="committee"]').check();
  await steps.press('Save the roles');
  await steps.says('The roles are changed.');
  await ola.goto('/work');
  await expect(ola).toHaveURL(/\/sign-in/);
  await joining.type('E-mail address', address);
  await joining.type('Password', password);
  await joining.press('Sign in');
  await ola.goto('/committee');
  await expect(ola.locator('#queue')).toBeVisible();
  expect((await ola.goto('/systems/new'))?.status()).toBe(404);

  await noor.goto(person);
  await steps.press(`Deactivate ${name}`);
  await steps.says('can no longer sign in');
  await ola.goto('/committee');
  await expect(ola).toHaveURL(/\/sign-in/);
  await joining.type('E-mail address', address);
  await joining.type('Password', password);
  await joining.press('Sign in');
  await joining.says('The address or the password is wrong');
});

test('a contributor writes, but does not submit', async ({ open }) => {
  const maya = await open('maya');
  const system = await register(maya, `Contributed ${Date.now()}`);
  await addContributor(maya, system, 'Jonas Weber');
  const risk = await writeRisk(maya, system, 'Wrong team');
  const jonas = await open('jonas');
  const steps = new Steps(jonas);
  await jonas.goto(`/risks/${risk}/edit`);
  await steps.type('Title', 'Wrong team, or none');
  await steps.press('Save');
  await steps.says('Wrong team, or none');
  await jonas.goto(`/systems/${system}/submit`);
  await expect(jonas.getByRole('button', { name: /submit/i })).toHaveCount(0);
  expect([403, 404]).toContain(await post(jonas, `/systems/${system}/submit`, { declared: 'yes', once: crypto.randomUUID() }));
  // Systems of others do not exist for him.
  const other = await open('tomas');
  expect((await other.goto(`/risks/${risk}`))?.status()).toBe(404);
  expect((await other.goto(`/systems/${system}`))?.status()).toBe(404);
});
