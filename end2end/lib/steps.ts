// A journey step by step, as a person goes it: fields are filled by their labels, buttons and links pressed by their
// words. What is filled and pressed is counted, so that a longer way fails the test.
import { expect, type Locator, type Page } from '@playwright/test';

export type Cost = { fields: number; clicks: number };

/** The questions of the triage. */
export const QUESTIONS = ['prohibited_practice', 'safety', 'rights', 'sensitive', 'personal', 'acts', 'public', 'scale'];

export class Steps {
  readonly costs: Record<string, Cost> = {};
  private now: Cost = { fields: 0, clicks: 0 };

  constructor(readonly page: Page) {}

  /** What follows belongs to this step. */
  step(name: string) {
    this.now = this.costs[name] ??= { fields: 0, clicks: 0 };
  }

  get main(): Locator {
    return this.page.locator('main');
  }

  async type(label: string, text: string, within: Locator = this.main) {
    this.now.fields += 1;
    await within.getByLabel(label, { exact: true }).fill(text);
  }

  async choose(label: string, option: string | { value: string } | { label: string }, within: Locator = this.main) {
    this.now.fields += 1;
    await within.getByLabel(label, { exact: true }).selectOption(option);
  }

  /** A radio button or a box, by its words. */
  async tick(words: string, within: Locator = this.main) {
    this.now.fields += 1;
    await within.getByLabel(words, { exact: true }).check();
  }

  /** The yes or no to one question of the triage. */
  async answer(question: string, yes: boolean) {
    this.now.fields += 1;
    await this.main.locator(`input[name="${question}"][value="${yes ? 'yes' : 'no'}"]`).check();
  }

  async attach(label: string, name: string, text: string, within: Locator = this.main) {
    this.now.fields += 1;
    const file = { name, mimeType: 'text/plain', buffer: Buffer.from(text) };
    await within.getByLabel(label, { exact: true }).setInputFiles(file);
  }

  async press(button: string, within: Locator = this.main) {
    await this.go(within.getByRole('button', { name: button, exact: true }));
  }

  async follow(link: string | RegExp, within: Locator = this.main) {
    await this.go(within.getByRole('link', { name: link, exact: typeof link === 'string' }).first());
  }

  /** Presses what leads to another page, and waits until it is there. */
  private async go(target: Locator) {
    this.now.clicks += 1;
    await leads(this.page, () => target.click());
  }

  async says(words: string | RegExp) {
    await expect(this.main).toContainText(words);
  }
}

/** Does something that leads to another page, and waits until it is there. */
export async function leads(page: Page, act: () => Promise<unknown>) {
  const there = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
  await act();
  await there;
  await page.waitForLoadState('load');
}

/** The sum of all steps. */
export function total(costs: Record<string, Cost>): Cost {
  const all = Object.values(costs);
  return { fields: all.reduce((n, c) => n + c.fields, 0), clicks: all.reduce((n, c) => n + c.clicks, 0) };
}

/** A day from today on, as a date field holds it. */
export function day(from: number): string {
  return new Date(Date.now() + from * 86_400_000).toISOString().slice(0, 10);
}
