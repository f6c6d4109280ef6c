// The way of a system from its registration to its decision, with and without JavaScript. It is counted.
import { createHash } from 'node:crypto';
import { flaws } from '../lib/access';
import { expect, test } from '../lib/test';
import { PASSWORD } from '../lib/people';
import { day, leads, QUESTIONS, Steps, total } from '../lib/steps';
import { UNIT } from '../lib/system';

/** What each step may cost at most. Required fields that are filled in already cost nothing. */
const LIMITS = {
  register: { fields: 5, clicks: 2 },
  triage: { fields: 8, clicks: 1 },
  map: { fields: 6, clicks: 1 },
  risks: { fields: 9, clicks: 5 },
  mitigations: { fields: 12, clicks: 4 },
  evidence: { fields: 6, clicks: 4 },
  submit: { fields: 1, clicks: 2 },
};
/** What the whole way costs as it is; 47 and 19 were promised. */
const OWNER_TOTAL = { fields: 45, clicks: 12 };

const YES = new Set(['rights', 'personal']);

for (const javaScriptEnabled of [true, false]) {
  const script = javaScriptEnabled ? 'with script' : 'without script';
  test.describe.serial(script, () => {
    const name = `Letter sorting ${script} ${Date.now()}`;
    let review = '';

    test(`an owner brings a system to the committee, ${script}`, async ({ open }) => {
      const page = await open('maya', { javaScriptEnabled });
      const steps = new Steps(page);
      await page.goto('/work');

      steps.step('register');
      await steps.follow('Register a system');
      await expect(page.getByLabel('Owner', { exact: true }).locator('option:checked')).toHaveText('Maya Lindqvist');
      await steps.type('Name', name);
      await steps.type('Purpose', 'Sorts applications for aid by urgency, before a person reads them.');
      await steps.choose('Business unit', UNIT);
      await steps.tick('Pilot');
      await steps.press('Register and continue');
      const system = new URL(page.url()).pathname.split('/')[2];
      expect(system).toMatch(/^AIS-\d+$/);

      steps.step('triage');
      for (const question of QUESTIONS) await steps.answer(question, YES.has(question));
      await steps.press('Save and continue');
      const tier = page.locator('.card', { hasText: 'What it asks for' });
      await expect(tier).toContainText('High');
      await expect(tier).toContainText('Because of a yes to:');
      await expect(tier).toContainText('strongly influence, what a person gets');

      steps.step('map');
      await expect(page.getByLabel('Personal data', { exact: true })).toBeChecked();
      await expect(page.getByLabel('Recommends; a person confirms each case')).toBeChecked();
      await steps.tick('Predictive');
      await steps.tick('Built in-house');
      await steps.type('Intended users', 'Case workers');
      await steps.type('Where it runs', 'Own data centre');
      await steps.type('Affected groups', 'People who apply for aid');
      await steps.type('Human oversight', 'A case worker reads every application and sets the order.');
      await steps.press('Save and continue');

      steps.step('risks');
      const typical = page.locator('details.library-group[open]').first().getByRole('checkbox');
      for (const n of [0, 1, 2]) await typical.nth(n).check();
      await steps.press('Rate the ticked risks');
      const cards = page.locator('fieldset.rate-card');
      await expect(cards).toHaveCount(3);
      for (const card of await cards.all()) {
        await steps.choose('Likelihood', '4', card);
        await steps.choose('Impact', '3', card);
        await steps.choose('Treatment', { label: 'Mitigate' }, card);
      }
      await steps.press('Add 3 risks');

      steps.step('mitigations');
      for (const [n, button] of ['Save and add the next', 'Save and add the next', 'Save and continue'].entries()) {
        await steps.type('Title', `Sample cases of group ${n + 1} each month`);
        await steps.type('Due', day(60 + n));
        const risk = page.locator('details.acts-on-row[open]');
        await expect(risk).toHaveCount(1);
        await steps.choose('Likelihood', '2', risk);
        await steps.choose('Impact', '2', risk);
        await steps.press(button);
      }

      steps.step('evidence');
      // "Save and continue" led here, and leads on until nothing is missing; what is asked for is chosen already.
      for (const [kind, button] of [['Test', 'Save and add another'], ['Validation', 'Save and continue']]) {
        expect(new URL(page.url()).pathname).toBe(`/systems/${system}/evidence/new`);
        if (kind === 'Test') await expect(page.getByLabel('What it shows').locator('option:checked')).toHaveText(kind);
        else await steps.choose('What it shows', kind);
        await steps.type('Date that it speaks of', day(-7));
        await steps.attach('File', `${kind}.txt`, `${kind} of ${name}: 412 cases, 9 in the wrong order.\n`);
        await steps.press(button);
      }

      steps.step('submit');
      expect(new URL(page.url()).pathname).toBe(`/systems/${system}/submit`);
      for (const part of ['Sample cases of group 2 each month', 'Validation.txt', 'Case workers']) await steps.says(part);
      await page.getByLabel('I have checked these answers', { exact: false }).check();
      steps.costs.submit.fields += 1;
      await steps.press('Freeze and submit');
      await steps.says('Submitted');
      review = new URL(page.url()).pathname;
      expect(review).toMatch(/^\/reviews\/RV-\d+$/);

      for (const [step, limit] of Object.entries(LIMITS)) {
        expect.soft(steps.costs[step].fields, `fields of ${step}`).toBeLessThanOrEqual(limit.fields);
        expect.soft(steps.costs[step].clicks, `clicks of ${step}`).toBeLessThanOrEqual(limit.clicks);
      }
      expect(total(steps.costs).fields).toBeLessThanOrEqual(OWNER_TOTAL.fields);
      expect(total(steps.costs).clicks).toBeLessThanOrEqual(OWNER_TOTAL.clicks);
    });

    test(`the committee reads, comments, votes and decides, ${script}`, async ({ open }) => {
      const samuel = await open('samuel', { javaScriptEnabled });
      const steps = new Steps(samuel);
      await samuel.goto('/committee');
      await toReview(steps, name);
      expect(new URL(samuel.url()).pathname).toBe(review);

      // What is read is ticked: the six parts, since nothing was decided on before.
      await expect(samuel.locator('main')).toContainText('0 of 8 parts viewed');
      await steps.press('Viewed Context');
      await expect(samuel.locator('main')).toContainText('1 of 8 parts viewed');
      const ticked = samuel.getByRole('button', { name: 'Viewed Context', exact: true });
      await expect(ticked).toHaveAttribute('aria-pressed', 'true');
      await expect(samuel.locator('#context')).toBeInViewport();
      await leads(samuel, () => ticked.click());
      await expect(samuel.locator('main')).toContainText('0 of 8 parts viewed');

      // A comment beside the risks.
      const risks = samuel.locator('#risks');
      await risks.locator('summary', { hasText: 'Comment' }).click();
      await steps.type('Comment on: Risks against appetite', 'Which *groups* were sampled?', risks);
      await steps.press('Comment', risks);
      await expect(risks.locator('.comment')).toContainText('Which groups were sampled?');

      // A wrong password signs nothing and loses nothing.
      await steps.follow('Vote and sign');
      await steps.tick('Approve with conditions');
      await steps.type('Why', 'Sound, once the order is watched.');
      await expect(samuel.locator('.conditions')).toBeVisible();
      const condition = samuel.locator('fieldset.condition').first();
      await condition.getByLabel('What must be done').fill('Report the order by group each month');
      await condition.getByLabel('Who takes care of it').selectOption({ label: 'Maya Lindqvist' });
      await condition.getByLabel('Until when').fill(day(30));
      await steps.type('Your password', 'not my password at all');
      await steps.press('Sign and vote');
      await steps.says('This is not your password');
      await expect(samuel.getByLabel('Why', { exact: true })).toHaveValue('Sound, once the order is watched.');
      await expect(condition.getByLabel('What must be done')).toHaveValue('Report the order by group each month');
      await expect(samuel.getByLabel('Approve with conditions', { exact: true })).toBeChecked();
      await expect(samuel.getByLabel('Your password', { exact: true })).toHaveValue('');
      await steps.type('Your password', PASSWORD);
      await steps.press('Sign and vote');
      await steps.says('Your vote is signed.');

      for (const member of ['claire', 'rafael'] as const) {
        const page = await open(member, { javaScriptEnabled });
        const voting = new Steps(page);
        await page.goto(`${review}/vote`);
        await voting.tick('Approve');
        await voting.type('Why', `${member} finds the risks named and treated.`);
        await voting.type('Your password', PASSWORD);
        await voting.press('Sign and vote');
        await voting.says('Your vote is signed.');
      }

      // The chair closes what the votes amount to.
      const chair = await open('margaret', { javaScriptEnabled });
      const closing = new Steps(chair);
      await chair.goto('/committee');
      await toReview(closing, name);
      await closing.follow('Close the review');
      // The page that the table of access leaves to this journey.
      if (javaScriptEnabled) expect(await flaws(chair)).toEqual([]);
      await closing.says('Approved with conditions');
      await closing.type('Your password', PASSWORD);
      await closing.press('Sign and close');
      const decision = new URL(chair.url()).pathname;
      expect(decision).toMatch(/^\/decisions\/D-\d+$/);

      const signatures = chair.locator('#votes .vote');
      await expect(signatures).toHaveCount(3);
      for (const signer of ['Samuel Adeyemi', 'Claire Dubois', 'Rafael Costa'])
        await expect(signatures.filter({ hasText: signer })).toContainText('I have read the dossier of');

      // The hash on the page is that of the text in the file, and every signature names it.
      const shown = (await chair.locator('code.hash').first().innerText()).trim();
      const bundle = await (await chair.request.get(`${decision}.json`)).json();
      expect(createHash('sha256').update(bundle.dossier.text, 'utf8').digest('hex')).toBe(bundle.dossier.sha256);
      expect(shown).toBe(bundle.dossier.sha256);
      expect(bundle.votes.map((v: { dossier_sha256: string }) => v.dossier_sha256)).toEqual(Array(3).fill(shown));
      await expect(signatures.first()).toContainText(shown);
      expect(bundle.dossier.text).toContain(name);

      // The condition is a mitigation now, with its words, its assignee and its date.
      await leads(chair, () => chair.locator('#conditions').getByRole('link', { name: 'Report the order' }).click());
      await closing.says('A condition of the committee');
      await closing.says('Maya Lindqvist');
      const owner = await open('maya', { javaScriptEnabled });
      await owner.goto('/work');
      await expect(owner.locator('main')).toContainText('Report the order by group each month');
    });
  });
}

/** Opens a system's review from the queue, on whichever of its pages it stands. */
async function toReview(steps: Steps, name: string) {
  const queue = steps.page.locator('#queue');
  const row = queue.getByRole('link', { name, exact: true });
  while (!(await row.count())) await steps.follow('Next page', queue);
  await steps.follow(name, queue);
}
