// What several tests need: a system of their own, so that they don't meet on the demonstration's.
import { expect, type Page } from '@playwright/test';
import { leads, Steps } from './steps';

export const UNIT = 'Marketing';

/** Registers a system; its reference. */
export async function register(page: Page, name: string): Promise<string> {
  const steps = new Steps(page);
  await page.goto('/systems/new');
  await steps.type('Name', name);
  await steps.type('Purpose', 'Sorts incoming letters by topic, so that the right team answers them.');
  await steps.choose('Business unit', UNIT);
  await steps.tick('Pilot');
  await steps.press('Register and continue');
  return /\/systems\/(AIS-\d+)\/triage/.exec(page.url())?.[1] ?? expect(page.url()).toContain('/triage') ?? '';
}

/** Writes a risk of one's own; its reference. */
export async function writeRisk(page: Page, system: string, title: string): Promise<string> {
  const steps = new Steps(page);
  await page.goto(`/systems/${system}/risks/write`);
  await steps.type('Title', title);
  await steps.type('Cause', 'Letters of a new kind arrive.');
  await steps.type('Event', 'They are sorted to the wrong team.');
  await steps.type('Consequence', 'People wait longer for an answer.');
  await page.getByLabel('Characteristic it threatens').selectOption({ index: 1 });
  await steps.choose('Likelihood', '3');
  await steps.choose('Impact', '2');
  await steps.choose('Treatment', 'mitigate');
  await steps.press('Add the risk');
  return new URL(page.url()).pathname.split('/')[2];
}

/** Makes somebody a contributor. */
export async function addContributor(page: Page, system: string, name: string) {
  await page.goto(`/systems/${system}/people`);
  await page.getByLabel('Person', { exact: true }).selectOption({ label: name });
  await leads(page, () => page.getByRole('button', { name: 'Add', exact: true }).click());
}
