// `test` with people: `open('maya')` is a page on which Maya is signed in. A test fails when any of its pages logged an
// error, broke the content security policy, or asked another origin for anything.
import { test as plain, type Browser, type BrowserContextOptions, type Page } from '@playwright/test';
import { base, signInByRequest, type Persona } from './people';

export { expect } from '@playwright/test';

/** Opens a page for somebody, or for nobody in particular (null). */
export type Open = (person: Persona | null, options?: BrowserContextOptions) => Promise<Page>;

export const test = plain.extend<{ open: Open }>({
  open: async ({ browser }, use) => {
    const problems: string[] = [];
    const pages = opener(browser, problems);
    await use(pages.open);
    await pages.close();
    plain.expect(problems, 'what the pages logged').toEqual([]);
  },
});

/** The same for hooks that serve several tests. */
export function opener(browser: Browser, problems: string[]) {
  const contexts: { close(): Promise<void> }[] = [];
  const open: Open = async (person, options = {}) => {
    const context = await browser.newContext({ baseURL: base(), reducedMotion: 'reduce', ...options });
    contexts.push(context);
    // Each page has a session of its own: a signature renews the secret, so a shared one would end under the others.
    if (person) {
      const value = await signInByRequest(base(), person);
      await context.addCookies([{ name: 'session', value, url: base(), httpOnly: true, sameSite: 'Lax' }]);
    }
    context.on('page', (page) => watch(page, problems));
    return context.newPage();
  };
  return { open, close: async () => { for (const context of contexts) await context.close(); } };
}

function watch(page: Page, problems: string[]) {
  page.on('pageerror', (error) => problems.push(`error on ${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    // A refused form is a page with a 4xx status, which Chromium logs; statuses are judged below.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(`logged on ${page.url()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== base()) problems.push(`request to ${request.url()}`);
  });
  page.on('response', (response) => {
    // Pages and uploads may be refused; anything else has to be there.
    const refusable = ['document', 'xhr'].includes(response.request().resourceType());
    if (response.status() >= (refusable ? 500 : 400)) problems.push(`${response.status()} from ${response.url()}`);
  });
}
