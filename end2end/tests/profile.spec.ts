// The AI RMF profile: filled from top to bottom without leaving the page, saved as it is typed, by two people at once, and
// with the connection gone.
import { flaws } from '../lib/access';
import { leads } from '../lib/steps';
import { addContributor, register } from '../lib/system';
import { expect, test } from '../lib/test';

const status = (page: import('@playwright/test').Page, id: string) => page.locator(`#${id} [data-status]`);

test('a profile is filled by keyboard and saves itself', async ({ open }) => {
  const page = await open('maya');
  const system = await register(page, `Profiled ${Date.now()}`);
  await page.goto(`/systems/${system}/profile`);
  await expect(page.locator('.autosave[data-ready]')).toHaveCount(1);
  expect(await flaws(page)).toEqual([]);
  // All of MAP, MEASURE and MANAGE is there, and 2.10 is not 2.1.
  await expect(page.locator('article.answer')).toHaveCount(53);
  await page.locator('#MEASURE-2\\.10-state').focus();
  await page.keyboard.type('Partly');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Names are cut out; addresses are not yet.');
  await expect(page.locator('#MEASURE-2\\.10 [data-status]')).toHaveText('Saved');
  await expect(page.locator('#MEASURE-2\\.10 [data-state]')).toHaveText('Partly in place');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('#MEASURE-2\\.10-owner').fill('Nobody of that name');
  await page.locator('#MEASURE-2\\.10-due').focus();
  await expect(page.locator('#MEASURE-2\\.10-owner-error')).toContainText('Choose a person of the list');
  await page.locator('#MEASURE-2\\.10-owner').fill('');
  await page.locator('#MEASURE-2\\.10-due').fill('2031-03-01');
  await expect(page.locator('#MEASURE-2\\.10 [data-status]')).toHaveText('Saved');
  await page.reload();
  await expect(page.locator('#MEASURE-2\\.10-says')).toHaveValue('Names are cut out; addresses are not yet.');
  await expect(page.locator('#MEASURE-2\\.10-due')).toHaveValue('2031-03-01');
  await expect(page.locator('#MEASURE-2\\.1-says')).toHaveValue('');
});

test('nothing typed is lost when the connection drops', async ({ open }) => {
  const page = await open('maya');
  const system = await register(page, `Offline ${Date.now()}`);
  await page.goto(`/systems/${system}/profile`);
  await expect(page.locator('.autosave[data-ready]')).toHaveCount(1);
  await page.context().setOffline(true);
  await page.locator('#MAP-1\\.2-state').selectOption('partial');
  await page.locator('#MAP-1\\.2-says').fill('Typed in a tunnel.');
  await expect(page.locator('#MAP-1\\.2 [data-status]')).toContainText('No connection');
  await page.context().setOffline(false);
  await expect(page.locator('#MAP-1\\.2 [data-status]')).toHaveText('Saved');
  // Also when the page is closed before it comes back.
  await page.context().setOffline(true);
  await page.locator('#MAP-1\\.3-state').selectOption('partial');
  await page.locator('#MAP-1\\.3-says').fill('Typed before the lid was shut.');
  await expect(page.locator('#MAP-1\\.3 [data-status]')).toContainText('No connection');
  const later = await page.context().newPage();
  await page.close();
  await later.context().setOffline(false);
  await later.goto(`/systems/${system}/profile`);
  await expect(later.locator('#MAP-1\\.3-says')).toHaveValue('Typed before the lid was shut.');
  await expect(later.locator('#MAP-1\\.3 [data-status]')).toHaveText('Saved');
});

test('two people fill it at once', async ({ open }) => {
  const maya = await open('maya');
  const system = await register(maya, `Shared ${Date.now()}`);
  await addContributor(maya, system, 'Jonas Weber');
  const jonas = await open('jonas');
  for (const page of [maya, jonas]) {
    await page.goto(`/systems/${system}/profile`);
    await expect(page.locator('.autosave[data-ready]')).toHaveCount(1);
  }
  // Different questions: both stand.
  await maya.locator('#MANAGE-1\\.1-state').selectOption('partial');
  await maya.locator('#MANAGE-1\\.1-says').fill('By Maya.');
  await jonas.locator('#MANAGE-1\\.2-state').selectOption('partial');
  await jonas.locator('#MANAGE-1\\.2-says').fill('By Jonas.');
  await expect(status(maya, 'MANAGE-1\\.1')).toHaveText('Saved');
  await expect(status(jonas, 'MANAGE-1\\.2')).toHaveText('Saved');
  // The same question: the second sees the first, and chooses.
  await jonas.locator('#MANAGE-1\\.1-state').selectOption('partial');
  await jonas.locator('#MANAGE-1\\.1-says').fill('By Jonas too.');
  const theirs = jonas.locator('#MANAGE-1\\.1 [data-theirs]');
  await expect(theirs).toContainText('Maya Lindqvist changed this meanwhile');
  await expect(theirs).toContainText('By Maya.');
  await theirs.getByRole('button', { name: 'Keep mine' }).click();
  await expect(status(jonas, 'MANAGE-1\\.1')).toHaveText('Saved');
  await maya.reload();
  await expect(maya.locator('#MANAGE-1\\.1-says')).toHaveValue('By Jonas too.');
  await expect(maya.locator('#MANAGE-1\\.2-says')).toHaveValue('By Jonas.');
});

test('without script each answer has its button', async ({ open }) => {
  const page = await open('maya', { javaScriptEnabled: false });
  const system = await register(page, `Plain ${Date.now()}`);
  await page.goto(`/systems/${system}/profile`);
  const one = page.locator('#MEASURE-1\\.1');
  await one.locator('select[name=state]').selectOption('not_applicable');
  await leads(page, () => one.getByRole('button', { name: 'Save MEASURE 1.1' }).click());
  await expect(page.locator('main')).toContainText('Say why it does not apply');
  await page.locator('textarea[name=says]').fill('It has no users.');
  await leads(page, () => page.getByRole('button', { name: 'Save MEASURE 1.1' }).click());
  await expect(page).toHaveURL(/\/profile.*#MEASURE-1\.1$/);
  await expect(one).toContainText('Not applicable');
});

for (const script of [true, false]) {
  test(`screening against the EU AI Act, ${script ? 'with script' : 'without script'}`, async ({ open }) => {
    const page = await open('maya', { javaScriptEnabled: script });
    const system = await register(page, `Screened ${script} ${Date.now()}`);
    await page.goto(`/systems/${system}/ai-act`);
    await leads(page, () => page.getByRole('link', { name: 'Begin the screening' }).click());
    const go = () => leads(page, () => page.getByRole('button', { name: 'Save and continue' }).click());
    // Nothing chosen is said beside the field.
    await go();
    await expect(page.locator('main')).toContainText('There is a problem');
    await page.locator('input[value=system]').check();
    await go();
    await page.locator('input[value=market]').check();
    await go();
    await page.locator('input[value=provider]').check();
    await page.locator('input[value=deployer]').check();
    await go();
    // A tool that screens candidates: no exclusion, no prohibited practice, no product, but Annex III, point 4(a).
    for (;;) {
      const at = new URL(page.url()).pathname.split('/').pop();
      if (at === 'ai-act') break;
      if (script) expect(await flaws(page)).toEqual([]);
      if (at === 'areas') await page.locator('input[value="4a"]').check();
      else if (at === 'model-origin') await page.locator('input[type=radio]').last().check();
      else if (at === 'released-on') await page.locator('input[value=not_yet]').check();
      else if (at === 'profiling') await page.locator('input[value=yes]').check();
      else if (await page.locator('input[type=radio][value=no]').count()) await page.locator('input[value=no]').check();
      else if (await page.locator('input[type=radio]').count()) await page.locator('input[type=radio]').first().check();
      await go();
    }
    await leads(page, () => page.getByRole('button', { name: 'Make the result' }).click());
    await expect(page.locator('main')).toContainText('High-risk by area of use');
    await expect(page.locator('main')).toContainText('2 Dec 2027');
    if (script) expect(await flaws(page)).toEqual([]);
    const file = await page.request.get(`/systems/${system}/ai-act/answers.json`);
    expect((await file.json()).areas).toEqual(['4a']);
  });
}
