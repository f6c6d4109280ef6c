// WCAG 2.2 AA as far as a program can tell: axe in light and dark, and 320 CSS pixels without scrolling sideways.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What is wrong with the page as it stands, a line each. */
export async function flaws(page: Page): Promise<string[]> {
  const wide = page.viewportSize() ?? { width: 1280, height: 720 };
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  // There are no frames, so that axe needs no second page to gather what it found.
  const axe = () => new AxeBuilder({ page }).setLegacyMode();
  const light = await axe().options({ runOnly: { type: 'tag', values: TAGS }, resultTypes: ['violations'] }).analyze();
  // In dark, all of axe’s rules, its best practices too.
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const dark = await axe().analyze();
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 320, height: 800 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  await page.setViewportSize(wide);
  const lines = (scheme: string, found: typeof light) =>
    found.violations.flatMap((v) => v.nodes.slice(0, 3).map((n) => `${scheme}: ${v.id}: ${n.target.join(' ')} (${n.failureSummary?.split('\n')[1]?.trim()})`));
  return [...lines('light', light), ...lines('dark', dark), ...(width > 320 ? [`320 px: the page is ${width} px wide`] : [])];
}
