// Every page of the route table with somebody who may see it. A page that is new in app/src/routes.rs and missing here
// fails the test of access.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Open } from './test';
import type { Persona } from './people';
import { leads } from './steps';

export type Place = { route: string; person: Persona | null; path: string };

/** Answers that are no pages: files, and what scripts ask for. */
const NO_PAGES = [
  '/', '/systems/similar', '/search/suggest',
  '/evidence/{reference}/download', '/reviews/{reference}/dossier',
];
/** Files by their ending. */
const FILE = /\.(csv|xlsx|json|md|pdf)$/;

/** Needs votes that the demonstration lacks; the journey of the committee looks at it. */
export const IN_THE_JOURNEY = ['/reviews/{reference}/decide'];

/** The pages that the program serves, as its own table says. */
export function routes(): string[] {
  const source = readFileSync(join(__dirname, '../../app/src/routes.rs'), 'utf8');
  const all = [...source.matchAll(/^\s+GET "([^"]+)"/gm)].map((match) => match[1]);
  return all.filter((route) => !FILE.test(route) && !NO_PAGES.includes(route) && !IN_THE_JOURNEY.includes(route));
}

/** A service account of its own: the demonstration has none. */
async function service(page: Page): Promise<string> {
  await page.goto('/admin/services');
  await page.locator('form[action="/admin/services"] input[name="name"]').fill(`Pipeline ${Math.random()}`);
  await page.locator('form[action="/admin/services"] button[type="submit"]').last().click();
  await page.waitForURL(/\/admin\/services\/[0-9a-f-]{36}/);
  return new URL(page.url()).pathname;
}

async function first(page: Page, list: string, link: string): Promise<string> {
  await page.goto(list);
  const href = await page.locator(`main ${link}`).first().getAttribute('href');
  return new URL(href ?? '', page.url()).pathname;
}

/** The pages, on what the demonstration holds. */
export async function places(open: Open): Promise<Place[]> {
  const owner = await open('maya');
  const named = async (name: string) => first(owner, `/systems?q=${encodeURIComponent(name)}`, 'tbody a[href^="/systems/AIS-"]');
  const [approved, draft, waiting] = [await named('Loan default scoring'), await named('Early arrears outreach'), await named('Savings nudges')];
  const risk = await first(owner, `${approved}/risks`, 'a[href^="/risks/R-"]');
  const draftRisk = await first(owner, `${await named('Radiology second reader')}/risks`, 'a[href^="/risks/R-"]');
  const mitigation = await first(owner, `${approved}/mitigations`, 'a[href^="/mitigations/M-"]');
  const evidence = await first(owner, `${approved}/evidence`, 'a[href^="/evidence/E-"]');
  const table = await first(owner, `${approved}/evidence?q=csv`, 'a[href^="/evidence/E-"]');
  const criterion = await first(owner, `${approved}/scorecard`, 'th a[href^="/criteria/C-"]');
  const submitted = await first(owner, `${waiting}/reviews`, 'a[href^="/reviews/RV-"]');

  const member = await open('samuel');
  const toVote = (await first(member, '/committee', '#queue a[href$="/vote"]')).replace(/\/vote$/, '');
  const toReturn = await first(member, '/committee', '#queue tbody th a[href^="/reviews/RV-"]');
  const decision = await first(member, '/committee', '#decided a[href^="/decisions/D-"]');

  const admin = await open('noor');
  const person = await first(admin, '/admin/people?q=jonas', 'a[href^="/admin/people/"]:not([href$="/invite"]):not(nav a)');
  const unit = await first(admin, '/admin/units', 'a[href^="/admin/units/"]');
  const { stage, run } = await imports(admin);
  const invitation = await invite(admin);

  const by = (person: Persona | null, paths: Record<string, string>) =>
    Object.entries(paths).map(([route, path]) => ({ route, person, path }));
  const same = (person: Persona | null, ...list: string[]) => list.map((route) => ({ route, person, path: route }));
  const under = (person: Persona, at: string, group: string, ...ends: string[]) =>
    ends.map((end) => ({ route: `/${group}/{reference}${end}`, person, path: at + end }));
  return [
    ...same(null, '/sign-in'),
    ...by(null, { '/invite/{secret}': invitation }),
    ...same('maya', '/work', '/systems', '/systems/new', '/risks', '/mitigations', '/evidence', '/search', '/account', '/account/password', '/account/tokens', '/account/tokens/new', '/api'),
    ...under('maya', approved, 'systems', '', '/edit', '/triage', '/map', '/people', '/retire', '/risks', '/mitigations',
      '/mitigations/new', '/evidence', '/evidence/new', '/scorecard', '/criteria/new', '/compare', '/tevv', '/gate',
      '/reviews', '/history', '/profile', '/ai-act'),
    { route: '/systems/{reference}/profile/{control}', person: 'maya', path: `${approved}/profile/MEASURE-2.10` },
    { route: '/systems/{reference}/profile/coverage', person: 'maya', path: `${approved}/profile/coverage?through=eu-ai-act` },
    { route: '/systems/{reference}/ai-act/{question}', person: 'maya', path: `${approved}/ai-act/areas` },
    ...under('maya', criterion, 'criteria', ''),
    ...under('maya', draft, 'systems', '', '/risks', '/risks/new', '/risks/write', '/submit'),
    { route: '/systems/{reference}/risks/new', person: 'maya', path: `${draft}/risks/new?pick=performance-drift&pick=opacity&rate=1` },
    { route: '/search', person: 'maya', path: '/search?q=loan' },
    { route: '/systems', person: 'eleanor', path: '/systems?status=approved&sort=-risk' },
    { route: '/risks', person: 'eleanor', path: '/risks?q=nothing+holds+these+words' },
    ...under('maya', risk, 'risks', '', '/edit', '/rate', '/history'),
    ...under('maya', draftRisk, 'risks', '', '/handle'),
    ...under('maya', mitigation, 'mitigations', '', '/edit', '/history'),
    ...under('maya', evidence, 'evidence', '', '/edit', '/withdraw'),
    ...under('maya', table, 'evidence', '/columns'),
    ...under('maya', submitted, 'reviews', '', '/withdraw'),
    ...same('samuel', '/committee', '/decisions', '/govern'),
    { route: '/govern', person: 'maya', path: '/govern' },
    { route: '/govern/coverage', person: 'eleanor', path: '/govern/coverage?through=iso-42001' },
    { route: '/govern/{control}', person: 'samuel', path: '/govern/GOVERN-1.1' },
    ...under('samuel', toVote, 'reviews', '', '/vote', '/recuse'),
    ...under('margaret', toReturn, 'reviews', '/request-changes'),
    ...under('margaret', approved, 'systems', '/tier'),
    ...under('margaret', decision, 'decisions', ''),
    ...same('eleanor', '/reports', '/systems', '/risks', '/mitigations'),
    ...same('felix', '/audit', '/audit/verify'),
    ...same('noor', '/admin', '/admin/people', '/admin/people/invite', '/admin/units', '/admin/matrix', '/admin/matrix/edit', '/admin/import', '/admin/tokens', '/admin/services', '/admin/metrics', '/admin/metrics/new'),
    ...by('noor', {
      '/admin/metrics/{key}': '/admin/metrics/accuracy',
      '/admin/people/{person}': person,
      '/admin/units/{unit}': unit,
      '/admin/services/{person}': await service(await open('noor')),
      '/admin/import/{stage}': stage,
      '/admin/import/{stage}/preview': `${stage}/preview`,
      '/admin/import/runs/{run}': run,
    }),
  ];
}

/** One inventory that was imported, and one that waits. */
async function imports(page: Page): Promise<{ stage: string; run: string }> {
  const upload = async (name: string, rows: string[]) => {
    await page.goto('/admin/import');
    const head = 'Name,Purpose,Business unit,Owner,Stage';
    const buffer = Buffer.from([head, ...rows].join('\n'));
    await page.getByLabel('File', { exact: true }).setInputFiles({ name, mimeType: 'text/csv', buffer });
    await leads(page, () => page.getByRole('button', { name: 'Upload and continue' }).click());
    const stage = new URL(page.url()).pathname;
    await page.getByLabel('Name of the inventory').fill(name);
    await leads(page, () => page.getByRole('button', { name: 'Show the preview' }).click());
    return stage;
  };
  const mark = `${Date.now()} ${Math.random()}`;
  const row = (name: string, owner: string) => `${name} ${mark},Finds letters that belong together,Marketing,${owner},Pilot`;
  await upload(`first ${mark}.csv`, [row('Letter pairing', 'priya@halden.example'), row('Letter pairing by nobody', 'gone@halden.example')]);
  await leads(page, () => page.getByRole('button', { name: /^Import \d/ }).click());
  const run = new URL(page.url()).pathname;
  const stage = await upload(`second ${mark}.csv`, [row('Letter weighing', 'priya@halden.example'), ',,,,']);
  return { stage, run };
}

async function invite(page: Page): Promise<string> {
  await page.goto('/admin/people/invite');
  await page.getByLabel('Name', { exact: true }).fill('Invited, not here yet');
  await page.getByLabel('E-mail address').fill(`invited${Date.now()}${Math.floor(Math.random() * 1e6)}@halden.example`);
  await leads(page, () => page.getByRole('button', { name: 'Make the link' }).click());
  return new URL((await page.locator('.one-time-link').innerText()).trim()).pathname;
}
