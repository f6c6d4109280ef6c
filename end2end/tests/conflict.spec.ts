// Nothing that somebody typed is lost: two editors, a double press, a session that ended.
import { expect, test } from '../lib/test';
import { base, email, PASSWORD } from '../lib/people';
import { leads, Steps } from '../lib/steps';
import { addContributor, register, UNIT, writeRisk } from '../lib/system';

for (const javaScriptEnabled of [true, false]) {
  test(`the second of two editors sees both versions, ${javaScriptEnabled ? 'with' : 'without'} script`, async ({ open }) => {
    const maya = await open('maya', { javaScriptEnabled });
    const system = await register(maya, `Edited by two ${Date.now()}`);
    await addContributor(maya, system, 'Jonas Weber');
    const risk = await writeRisk(maya, system, 'Letters go astray');
    const jonas = await open('jonas', { javaScriptEnabled });
    const [first, second] = [new Steps(maya), new Steps(jonas)];
    await maya.goto(`/risks/${risk}/edit`);
    await jonas.goto(`/risks/${risk}/edit`);
    await first.type('Cause', 'Nobody told the model about new forms.');
    await first.press('Save');
    await second.type('Cause', 'The forms changed in spring.');
    await second.type('Event', 'Letters reach a team that can\u2019t answer them.');
    await second.press('Save');

    const conflict = jonas.locator('.conflict');
    await expect(conflict).toContainText('Maya Lindqvist changed this while you were editing');
    await expect(conflict).toContainText('Nobody told the model about new forms.');
    await expect(conflict).toContainText('The forms changed in spring.');
    await expect(jonas.getByLabel('Cause', { exact: true })).toHaveValue('The forms changed in spring.');
    await expect(jonas.getByLabel('Event', { exact: true })).toHaveValue('Letters reach a team that can\u2019t answer them.');
    await second.type('Cause', 'Nobody told the model about new forms. The forms changed in spring.');
    await second.press('Save');
    await second.says('Nobody told the model about new forms. The forms changed in spring.');
    // What stood there before is kept in the history.
    await jonas.goto(`/risks/${risk}/history`).then((answer) => expect(answer?.status()).toBe(200));
  });
}

test('a form that is sent twice counts once', async ({ open }) => {
  const page = await open('maya');
  const name = `Pressed twice ${Date.now()}`;
  const steps = new Steps(page);
  await page.goto('/systems/new');
  await steps.type('Name', name);
  await steps.type('Purpose', 'Shows that impatience does no harm.');
  await steps.choose('Business unit', UNIT);
  await steps.tick('Pilot');
  const form = await page.locator('main form[method="post"]').evaluate((form) =>
    Object.fromEntries([...new FormData(form as HTMLFormElement)].map(([key, value]) => [key, String(value)])),
  );
  await leads(page, () => page.getByRole('button', { name: 'Register and continue' }).dblclick());
  await page.waitForURL(/\/systems\/AIS-\d+\/triage/);
  const system = new URL(page.url()).pathname;
  // The same form once more, as a reload of its answer sends it.
  const again = await page.request.post('/systems/new', { form, headers: { origin: base() }, maxRedirects: 0 });
  expect(again.status()).toBe(303);
  expect(again.headers().location).toContain(system.replace('/triage', ''));
  await page.goto(again.headers().location);
  await steps.says('This was sent before. It counted once, and this is it.');
  await page.goto(`/systems?q=${encodeURIComponent(name)}`);
  await expect(page.locator('main tbody tr')).toHaveCount(1);
});

for (const javaScriptEnabled of [true, false]) {
  test(`a session that ends while somebody types loses nothing, ${javaScriptEnabled ? 'with' : 'without'} script`, async ({ open }) => {
    const page = await open(null, { javaScriptEnabled });
    const steps = new Steps(page);
    const name = `Kept while away ${Date.now()}`;
    const signIn = async () => {
      await steps.type('E-mail address', email('ingrid'));
      await steps.type('Password', PASSWORD);
      await steps.press('Sign in');
    };
    await page.goto('/systems/new');
    await signIn();
    await steps.type('Name', name);
    await steps.type('Purpose', 'A long text\nof two lines, with <b>signs</b> & an \u201cumlaut\u201d: \u00fc.');
    await steps.choose('Business unit', UNIT);
    await steps.tick('Pilot');

    // Signed out in another tab.
    const tab = await page.context().newPage();
    await tab.goto('/account');
    await tab.locator('details.account > summary').click();
    await leads(tab, () => tab.getByRole('button', { name: 'Sign out', exact: true }).click());

    await steps.press('Register and continue');
    await steps.says('Your session had ended. What you typed is kept');
    await signIn();
    await steps.says('Nothing was sent yet.');
    await steps.says(name);
    await steps.press('Send it now');
    await expect(page).toHaveURL(/\/systems\/AIS-\d+\/triage/);
    await steps.follow('Overview', page.getByRole('navigation', { name: 'Sections of this system' }));
    await steps.says('of two lines, with <b>signs</b> & an \u201cumlaut\u201d: \u00fc.');
  });
}
