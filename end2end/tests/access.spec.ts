// Every page of the route table holds WCAG 2.2 AA (as far as axe can tell) in light and dark, and fits 320 pixels.
import type { Page } from '@playwright/test';
import { flaws } from '../lib/access';
import { expect, opener, test } from '../lib/test';
import type { Persona } from '../lib/people';
import { places, routes, type Place } from '../lib/places';

// Two halves, for the two workers.
test.describe.configure({ mode: 'parallel' });
test.use({ screenshot: 'off' });
const HALVES = [0, 1];

for (const half of HALVES) {
  test(`pages are accessible, half ${half + 1}`, async ({ browser }) => {
    test.setTimeout(420_000);
    const problems: string[] = [];
    const { open, close } = opener(browser, problems);
    const all = await places(open);
    const missing = routes().filter((route) => !all.some((place) => place.route === route));
    expect(missing, 'pages that nobody looks at').toEqual([]);
    const pages = new Map<Persona | null, Page>();
    for (const place of all.filter((_, n) => n % HALVES.length === half)) {
      const page = pages.get(place.person) ?? (await open(place.person));
      pages.set(place.person, page);
      expect.soft(await look(place, page), `${place.path} for ${place.person}`).toEqual([]);
    }
    await close();
    expect(problems, 'what the pages logged').toEqual([]);
  });
}

async function look(place: Place, page: Page): Promise<string[]> {
  const answer = await page.goto(place.path);
  if (answer?.status() !== 200 || new URL(page.url()).pathname !== place.path.split('?')[0])
    return [`answered ${answer?.status()} at ${page.url()}`];
  return flaws(page);
}

test('a refused form and an error page are accessible', async ({ open }) => {
  const page = await open('maya');
  await page.goto('/systems/new');
  await page.getByRole('button', { name: 'Register and continue' }).click();
  await expect(page.locator('.error-summary')).toBeFocused();
  await expect(page.locator('.error-summary a').first()).toHaveAttribute('href', '#f-name');
  expect(await flaws(page)).toEqual([]);
  await page.goto('/systems/AIS-99999');
  expect(await flaws(page)).toEqual([]);
});
