// The demonstration's people.

export const PASSWORD = 'walnut ferry oblique teapot';

export const PERSONAS = [
  'maya', 'tomas', 'ingrid', 'daniel', 'jonas', 'samuel', 'claire', 'rafael', 'hannah', 'margaret', 'viktor',
  'eleanor', 'felix', 'noor',
] as const;
export type Persona = (typeof PERSONAS)[number];

export const email = (person: string) => `${person}@halden.example`;

/** Signs in without a browser; the value of the session's cookie. */
export async function signInByRequest(base: string, person: string): Promise<string> {
  const body = new URLSearchParams({ email: email(person), password: PASSWORD });
  const answer = await fetch(`${base}/sign-in`, { method: 'POST', body, redirect: 'manual' });
  const cookie = /(?:^|[ ,;])session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '');
  if (answer.status !== 303 || !cookie) throw new Error(`${person} could not sign in: ${answer.status}`);
  return cookie[1];
}

export const base = () => process.env.BASE_URL ?? '';
